"""Vision Transformers of timm as frame features: DINOv2, CLIP and others."""

from pathlib import Path
from typing import Any

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

OUT_TYPES = ('featmap', 'cls_token')


@MODELS.register_module()
class TimmViT(BaseModule):
    """A Vision Transformer of timm.

    Takes ``(N, 3, H, W)``, H and W multiples of the patch size, normalised as the
    model was trained; position codes are interpolated to that size.

    Args:
        model_name: timm's name of the model, with the tag of the weights after a dot.
        out_type: What is returned: 'featmap', the patch tokens
            ``(N, C, H/patch, W/patch)``, or 'cls_token', the class token ``(N, C)``;
            both after the last LayerNorm.
        pretrained: Whether the weights are loaded when training starts
            (`init_weights`). A checkpoint that is tested holds them already.
        weights_file: File of these weights, instead of a download from the Hugging
            Face hub: its ``model.safetensors``, or a state dict of the whole model.

    Raises:
        ImportError: timm is not installed.
        ValueError: ``out_type`` is unknown, or ``model_name`` is not a Vision
            Transformer of timm, or has no class token for 'cls_token'.
    """

    _is_init: bool  # set by `BaseModule`: whether the weights are loaded

    def __init__(
        self,
        model_name: str,
        out_type: str = 'featmap',
        pretrained: bool = True,
        weights_file: str | None = None,
    ) -> None:
        super().__init__()
        if out_type not in OUT_TYPES:
            raise ValueError(f'out_type must be one of {OUT_TYPES}, got {out_type!r}')
        self.model_name = model_name
        self.out_type = out_type
        self.pretrained = pretrained
        self.weights_file = weights_file
        self.net: Any = create_vit(model_name, num_classes=0)
        if out_type == 'cls_token' and self.net.cls_token is None:
            raise ValueError(f"{model_name} has no class token; use 'featmap'")

    def init_weights(self) -> None:
        """Load the weights, once.

        Raises:
            FileNotFoundError: There is no such ``weights_file``, or without one the
                weights cannot be downloaded.
            RuntimeError: The file holds other tensors than the model.
        """
        if self.pretrained and not self._is_init:
            # With its classifier: without, timm would pass over names that differ.
            weights = self._whole_network().state_dict()
            wanted = self.net.state_dict()
            self.net.load_state_dict({name: weights[name] for name in wanted})
        self._is_init = True

    def _whole_network(self) -> nn.Module:
        file = self.weights_file
        if file is None:
            try:
                return create_vit(self.model_name, pretrained=True)
            except OSError as error:
                raise FileNotFoundError(
                    f'{self.model_name}: no download of its weights ({error}); get '
                    'them elsewhere and give the file as weights_file'
                ) from error
        if not Path(file).is_file():
            raise FileNotFoundError(f'{file}: no such weights_file')
        overlay = {'file': file}
        return create_vit(
            self.model_name, pretrained=True, pretrained_cfg_overlay=overlay
        )

    def forward(self, frames: Tensor) -> Tensor:
        """Return ``(N, C, h, w)`` or ``(N, C)``, see ``out_type``."""
        tokens: Tensor = self.net.forward_features(frames)  # (N, prefix + h w, C)
        if self.out_type == 'cls_token':
            return tokens[:, 0]
        sides = zip(frames.shape[2:], self.net.patch_embed.patch_size, strict=True)
        grid = [side // patch for side, patch in sides]
        patches = tokens[:, self.net.num_prefix_tokens :]
        return torch.unflatten(patches.transpose(1, 2), 2, grid)

    def extra_repr(self) -> str:
        """Tell models apart that share their weights: cached features go by it."""
        return f'{self.model_name}, out_type={self.out_type}'


def create_vit(model_name: str, **kwargs: Any) -> nn.Module:
    """Create timm's network for pictures of any size that the patches fill.

    Args:
        model_name: timm's name of the model.
        **kwargs: Further arguments of `timm.create_model`.

    Raises:
        ImportError: timm is not installed.
        ValueError: The model is not a Vision Transformer of timm.
    """
    try:
        from timm import create_model
        from timm.models import is_model_in_modules
    except ImportError as error:
        raise ImportError('TimmViT needs: pip install timm') from error
    if not is_model_in_modules(model_name, {'vision_transformer'}):
        raise ValueError(
            f'{model_name!r} is not a Vision Transformer of timm; '
            "timm.list_models('vit_*', pretrained=True) lists them"
        )
    model: nn.Module = create_model(model_name, dynamic_img_size=True, **kwargs)
    return model
