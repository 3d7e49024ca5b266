"""Whether a computation reads a value back from its device, as seen without a GPU."""

import torch
from torch.utils._python_dispatch import TorchDispatchMode

WAITS = {
    torch.ops.aten._local_scalar_dense.default,
    torch.ops.aten.nonzero.default,
    torch.ops.aten.masked_select.default,
}


class NoWaiting(TorchDispatchMode):
    """Raise where the host would wait for the device; use with tensors on 'meta'."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        tensors = [a for a in args if isinstance(a, torch.Tensor)]
        if func in WAITS and any(tensor.device.type == 'meta' for tensor in tensors):
            raise AssertionError(f'{func} waits for the device')
        if func is torch.ops.aten.index.Tensor:
            inds = [i for i in args[1] if i is not None]
            if any(i.dtype == torch.bool for i in inds):
                raise AssertionError('indexing by a mask waits for the device')
        return func(*args, **(kwargs or {}))
