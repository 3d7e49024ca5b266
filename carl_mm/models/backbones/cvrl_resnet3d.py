"""CVRL's R3D: mmaction2's ResNet3d, padded as the released code pads on demand."""

from typing import Any

import torch.nn.functional as F
from mmaction.models import ResNet3d
from mmaction.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class CVRLResNet3d(ResNet3d):
    """mmaction2's 3D ResNet, whose strides may be padded as TensorFlow's 'SAME'.

    The weights are the same and have the same names. With 224 pixels and a stride of 2,
    PyTorch pads 3 pixels before and after for a kernel of 7, 'SAME' 2 before and 3
    after: features of the released weights are right with the latter alone.

    Args:
        released: Whether strided convolutions and the pooling are padded as 'SAME'.
        **options: Arguments of mmaction2's `ResNet3d`; an unknown one raises a
            TypeError that names it.
    """

    def __init__(self, released: bool = False, **options: Any) -> None:
        self.released = released
        if released:
            options['conv_cfg'] = {'type': SamePaddingConv3d}
        super().__init__(**options)

    def _make_stem_layer(self) -> None:
        super()._make_stem_layer()
        if self.released:
            stride = self.pool1_stride_t, self.pool1_stride_s, self.pool1_stride_s
            self.maxpool = SamePaddingMaxPool3d((1, 3, 3), stride)

    def train(self, mode: bool = True) -> 'CVRLResNet3d':
        """Set the mode; mmaction2's own returns nothing."""
        super().train(mode)
        return self


class SamePaddingConv3d(nn.Conv3d):
    """A 3D convolution that pads as TensorFlow's 'SAME', whatever ``padding`` says."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if max(self.dilation) > 1:
            raise ValueError(
                f"'SAME' padding is known without dilation, got {self.dilation}"
            )
        self.padding = (0, 0, 0)

    def forward(self, inputs: Tensor) -> Tensor:
        """Pad ``(N, C, T, H, W)`` with zeros and convolve."""
        padded = _pad(inputs, self.kernel_size, self.stride, 0.0)
        out: Tensor = super().forward(padded)
        return out


class SamePaddingMaxPool3d(nn.Module):
    """A 3D maximum that pads as TensorFlow's 'SAME': padding is never the maximum."""

    def __init__(self, kernel_size: tuple[int, ...], stride: tuple[int, ...]) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, stride

    def forward(self, inputs: Tensor) -> Tensor:
        """Pad ``(N, C, T, H, W)`` and pool."""
        padded = _pad(inputs, self.kernel_size, self.stride, float('-inf'))
        return F.max_pool3d(padded, self.kernel_size, self.stride)


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Return how much TensorFlow's 'SAME' pads before and after.

    The output has ceil(size / stride) places; the odd one of what is missing comes
    after.

    Args:
        size: Length of the input.
        kernel: Length of the kernel.
        stride: Step of the kernel.
    """
    places = -(-size // stride)
    missing = max((places - 1) * stride + kernel - size, 0)
    return missing // 2, missing - missing // 2


def _pad(
    inputs: Tensor, kernel: tuple[int, ...], stride: tuple[int, ...], value: float
) -> Tensor:
    widths: list[int] = []  # of the last axis first, as torch has it
    for size, length, step in zip(
        reversed(inputs.shape[2:]), reversed(kernel), reversed(stride), strict=True
    ):
        widths += same_padding(size, length, step)
    return F.pad(inputs, widths, value=value) if any(widths) else inputs
