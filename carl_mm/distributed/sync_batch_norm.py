"""BatchNorm over the batches of all processes, on GPUs and on CPUs."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine import dist
from mmengine.logging import print_log
from mmengine.model import convert_sync_batchnorm
from mmengine.runner import runner
from torch import Tensor, nn
from torch.distributed.nn.functional import all_reduce
from torch.nn.modules.batchnorm import _BatchNorm

CONVERTED = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


class CPUSyncBatchNorm(_BatchNorm):
    """BatchNorm over the batches of all processes, for CPUs.

    Symptom: 'SyncBatchNorm layers only work with GPU modules'.
    Upstream: `torch.nn.SyncBatchNorm` and `DistributedDataParallel`.
    Remove: when both take CPUs.
    """

    def forward(self, frames: Tensor) -> Tensor:
        """Normalise ``(N, C, ...)``; N may differ between the processes."""
        if not self.training or dist.get_world_size() == 1:
            alone: Tensor = super().forward(frames)
            return alone
        self._check_input_dim(frames)
        x = frames.to(torch.promote_types(frames.dtype, torch.float32))
        others = [axis for axis in range(x.dim()) if axis != 1]
        shape = [1, -1] + [1] * (x.dim() - 2)
        count = x.new_tensor(x.numel() // x.shape[1])
        dist.all_reduce(count)
        # In two steps, as the mean square less the squared mean is rounded.
        mean = all_reduce(x.sum(others)) / count  # type: ignore[no-untyped-call]
        gaps = x - mean.view(shape)
        squares = all_reduce(gaps.square().sum(others))  # type: ignore[no-untyped-call]
        self._track(mean.detach(), squares.detach() / (count - 1).clamp(min=1))
        out = gaps * torch.rsqrt(squares / count + self.eps).view(shape)
        if self.affine:
            out = out * self.weight.view(shape) + self.bias.view(shape)
        normalised: Tensor = out.to(frames.dtype)
        return normalised

    def _check_input_dim(self, input: Tensor) -> None:  # noqa: A002  (its name there)
        if input.dim() < 2:
            raise ValueError(f'expected (N, C, ...), got {tuple(input.shape)}')

    @torch.no_grad()
    def _track(self, mean: Tensor, variance: Tensor) -> None:
        if self.running_mean is None or self.running_var is None:
            return
        assert self.num_batches_tracked is not None  # one is not kept without the other
        self.num_batches_tracked += 1
        share = self.momentum
        if share is None:  # of all batches alike
            share = 1 / float(self.num_batches_tracked)
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance, share)


SYNCHRONIZED = (CPUSyncBatchNorm, nn.SyncBatchNorm)


def synchronize(module: nn.Module, implementation: str = 'torch') -> nn.Module:
    """Let every BatchNorm of a module see the batches of all processes.

    As mmengine's `convert_sync_batchnorm`, but on CPUs too, and layers that do more
    than BatchNorm (timm's have an activation, which mmengine drops) stay as they are.

    Args:
        module: Network, changed in place; the weights stay the same tensors.
        implementation: 'torch', or 'mmcv' for mmengine's conversion.

    Returns:
        The module; another one if it is a BatchNorm itself.
    """
    if implementation != 'torch':
        theirs: nn.Module = convert_sync_batchnorm(module, implementation)
        return theirs
    kept = [
        name
        for name, part in module.named_modules()
        if isinstance(part, _BatchNorm)
        and type(part) not in (*CONVERTED, *SYNCHRONIZED)
    ]
    if kept:
        kind = type(module.get_submodule(kept[0])).__name__
        text = f'sync_bn: {len(kept)} layers ({kept[0]} is a {kind}) do more than '
        text += 'BatchNorm; where they learn, each process uses its own statistics'
        print_log(text, logger='current', level=30)
    weight = next(module.parameters(), None)
    on_cpu = weight is None or weight.device.type == 'cpu'
    return _converted(module, CPUSyncBatchNorm if on_cpu else nn.SyncBatchNorm)


def _converted(module: nn.Module, kind: type[_BatchNorm]) -> nn.Module:
    found = module
    if type(module) in CONVERTED:
        assert isinstance(module, _BatchNorm)  # for mypy
        found = kind(
            module.num_features,
            module.eps,
            module.momentum,
            module.affine,
            module.track_running_stats,
        )
        found.weight, found.bias = module.weight, module.bias
        for name, buffer in module.named_buffers(recurse=False):
            setattr(found, name, buffer)
        found.training = module.training
    for name, child in module.named_children():
        found.add_module(name, _converted(child, kind))
    return found


@contextmanager
def synchronizing_runner() -> Iterator[None]:
    """Let a Runner that is built meanwhile convert by `synchronize` (``sync_bn``).

    Symptom: with ``sync_bn='torch'`` training fails on CPUs, and timm's networks lose
    their activations.
    Upstream: mmengine's `Runner.wrap_model`, which takes no other conversion.
    Remove: when it does.
    """
    theirs = runner.convert_sync_batchnorm
    runner.convert_sync_batchnorm = synchronize
    try:
        yield
    finally:
        runner.convert_sync_batchnorm = theirs
