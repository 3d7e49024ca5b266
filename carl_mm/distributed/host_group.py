"""The processes as a group on the CPU, whatever their default group works on."""

from torch import distributed
from torch.distributed import ProcessGroup, distributed_c10d


class _Made:
    """The group, and the default group that it was made beside."""

    default: ProcessGroup | None = None
    group: ProcessGroup | None = None


def host_group() -> ProcessGroup:
    """Return a group of all processes that moves tensors on the CPU, over gloo.

    Under NCCL the default group moves all by the GPUs, Python objects too: their memory
    would be filled, and the host wait for their work. The first call makes the group,
    so all processes must call it.
    """
    default = distributed_c10d._get_default_group()
    if distributed.get_backend(default) == 'gloo':
        return default
    if _Made.default is not default:
        _Made.group = distributed.new_group(backend='gloo', timeout=_timeout(default))
        _Made.default = default
    assert _Made.group is not None
    return _Made.group


def _timeout(group: ProcessGroup) -> object:
    """Return what ``env_cfg.dist_cfg.timeout`` has set; None for torch's default."""
    backend = group._get_backend(group._device_types[0])
    return getattr(getattr(backend, 'options', None), '_timeout', None)
