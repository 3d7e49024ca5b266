"""Every workaround for upstream: symptom, upstream issue, when to remove it.

Importing this module applies those that take nothing from anyone; after `import
carl_mm` that happens by itself as soon as mmcv or mmengine's Runner is imported. What
changes how mmengine reads and writes checkpoints is for our own tools and classes
alone, see `mend_runner`: in a project that only imports carl_mm, the Runner stays
mmengine's. `tests/test_compat.py` shows each symptom without the workaround, so it
fails as soon as one is no longer needed.
"""

import ctypes
import gc
import importlib.util
import os
import pickle
import re
import sys
import types
import warnings
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import numpy as np
import torch
import torch.distributed
from mmengine import dist
from mmengine import runner as runner_package  # not an attribute while it is imported
from mmengine.config import Config
from mmengine.logging import HistoryBuffer, print_log
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from mmengine.runner import CheckpointLoader, activation_checkpointing, runner
from mmengine.runner import _flexible_runner as flexible_runner
from mmengine.runner import checkpoint as checkpoints
from torch.utils.checkpoint import checkpoint

from carl_mm import checkpoint_files
from carl_mm.distributed.launchers import prepare_environment
from carl_mm.distributed.restarts import separate_restarts
from carl_mm.files import check_archive
from carl_mm.heartbeat import beating, wait_for_all
from carl_mm.quoting import clip

TRUST_VARIABLE = 'CARL_MM_TRUST_CHECKPOINT'
COLLECTIVE_TIMEOUT_S = 900


def apply() -> None:
    """Apply what changes nothing that worked; a second call changes nothing."""
    silence_mmcv_lite()
    stub_missing_drn()
    make_history_buffer_safe()


def mend_runner() -> None:
    """Let mmengine read, write and resume checkpoints as we do, in this process.

    For tools, whose process is theirs; a second call changes nothing.
    """
    for owner, name, value in _replacements():
        setattr(owner, name, value)


@contextmanager
def mended_runner() -> Iterator[None]:
    """Do as `mend_runner` does, and end with what was there before."""
    replaced = _replacements()
    before = [(owner, name, vars(owner)[name]) for owner, name, _ in replaced]
    mend_runner()
    try:
        yield
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)


def _replacements() -> list[tuple[Any, str, Any]]:
    """Return modules and classes of mmengine, names in them, and what these become."""
    schemes = {
        **CheckpointLoader._schemes,
        **dict.fromkeys(('http://', 'https://'), load_http_checkpoint),
        '': load_local_checkpoint,
    }
    # mmengine takes the first prefix that fits, so '' has to be the last.
    ordered = OrderedDict(sorted(schemes.items(), reverse=True))
    finders = [
        (module, 'find_latest_checkpoint', newest_checkpoint)
        for module in (runner_package, runner, flexible_runner, checkpoints)
    ]
    return [
        (CheckpointLoader, '_schemes', ordered),
        *finders,
        *checkpoint_files.replacements(),
        (activation_checkpointing, 'wrap_forward', wrap_forward_non_reentrant),
    ]


def silence_mmcv_lite() -> None:
    """Keep mmcv-lite's import warning out of every command's output.

    Symptom: 'Fail to import MultiScaleDeformableAttention', which nothing here uses.
    Upstream: mmcv/cnn/bricks/transformer.py.
    Remove: when mmcv-lite imports in silence.
    """
    warnings.filterwarnings('ignore', message='Fail to import ``MultiScaleDef')


def stub_missing_drn() -> None:
    """Let `mmaction.models` be imported from the PyPI wheel.

    Symptom: No module named 'mmaction.models.localizers.drn'.
    Upstream: https://github.com/open-mmlab/mmaction2/issues/2714
    Remove: when a mmaction2 release on PyPI holds the folder.
    """
    spec = importlib.util.find_spec('mmaction')
    if spec is None or spec.origin is None:
        return  # not installed: what needs it says so
    package = Path(spec.origin).parent
    name = 'mmaction.models.localizers.drn'
    if (package / 'models' / 'localizers' / 'drn').is_dir() or name in sys.modules:
        return
    parent, module = types.ModuleType(name), types.ModuleType(f'{name}.drn')
    absent = type('DRN', (), {'__doc__': 'Absent from the mmaction2 wheel.'})
    vars(module)['DRN'] = absent
    vars(parent).update(drn=module, __path__=[])
    sys.modules[name], sys.modules[f'{name}.drn'] = parent, module


def make_history_buffer_safe() -> None:
    """Write checkpoints that load without running code.

    Symptom: `Weights only load failed ... HistoryBuffer` on resume and on load_from;
    the buffer pickles bound methods through `getattr`.
    Upstream: https://github.com/open-mmlab/mmengine/issues/1655
    Remove: when mmengine's own checkpoints load with `weights_only=True`.
    """

    def reduce(self: HistoryBuffer) -> tuple[type, tuple[Any, ...]]:
        values, counts = self._log_history.tolist(), self._count_history.tolist()
        return HistoryBuffer, (values, counts, self.max_length)

    HistoryBuffer.__reduce__ = reduce
    multiarray = getattr(np, '_core', None) or np.core
    dtypes = [type(np.dtype(code)) for code in ('f2', 'f4', 'f8', 'i4', 'i8', 'b1')]
    # Not np.ndarray: an object array over a foreign buffer would run code.
    torch.serialization.add_safe_globals(
        [HistoryBuffer, np.dtype, *dtypes, multiarray.multiarray.scalar]
    )


def load_local_checkpoint(
    filename: str, map_location: Any = None, trust: bool = False
) -> Any:
    """Read a checkpoint with `weights_only=True`, or in full if the user trusts it.

    Symptom and upstream: as `make_history_buffer_safe`.
    Remove: never; an untrusted checkpoint must not run code.

    Args:
        filename: File to read.
        map_location: Device to load the tensors to, as `torch.load` takes it.
        trust: Whether the file may run code. The files among the paths in the
            environment variable `CARL_MM_TRUST_CHECKPOINT` may in any case.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is not a whole checkpoint, or holds Python objects and is
            not trusted.
    """
    path = Path(filename).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f'{path}: no such checkpoint')
    named = filter(None, os.environ.get(TRUST_VARIABLE, '').split(os.pathsep))
    trusted = [Path(file).expanduser().resolve() for file in named]
    trust = trust or path.resolve() in trusted
    try:
        checkpoint_files.check_bytes(path)
    except ValueError as error:
        raise ValueError(
            f'{error}: a broken checkpoint, or none; take another, or copy it again'
        ) from error
    try:
        return torch.load(path, map_location=map_location, weights_only=not trust)
    except pickle.UnpicklingError as error:
        if trust or 'Weights only load failed' not in str(error):
            raise ValueError(
                f'{path}: not a checkpoint ({clip(error, 200)})'
            ) from error
        raise ValueError(
            f'{path}: holds more than weights: it asks for {_asked_for(error)}, and '
            'reading it could run its code; take a checkpoint of weights alone, as '
            'tools/train.py writes it'
        ) from None
    except ModuleNotFoundError as error:
        raise ValueError(
            f'{path}: holds objects of the package {error.name}; install that first'
        ) from error
    except Exception as error:  # a broken file fails in whatever way
        raise ValueError(
            f'{path}: broken checkpoint, or none ({clip(repr(error), 200)}); take '
            'another'
        ) from error


def _asked_for(error: pickle.UnpicklingError) -> str:
    """Return the function or class that torch refused, as ``module.name``."""
    named = re.search(r'(?:GLOBAL|[Cc]lass|function) <?([\w.]+)', str(error))
    return named[1] if named else clip(str(error).split('Unsupported')[-1])


def load_http_checkpoint(filename: str, map_location: Any = None) -> Any:
    """Download a checkpoint to torch's cache, once, and read it as a local one.

    Symptom: mmengine reads downloads with the full unpickler, which runs code.
    Upstream: `mmengine.runner.checkpoint.load_from_http`.
    Remove: when it passes `weights_only=True`.
    """
    name = Path(urlparse(filename).path).name
    path = Path(torch.hub.get_dir()) / 'checkpoints' / name
    if dist.get_local_rank() == 0 and not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with beating():
            torch.hub.download_url_to_file(filename, str(path))
    wait_for_all(f'downloading {filename}')
    dist.barrier()
    return load_local_checkpoint(str(path), map_location)


def newest_checkpoint(work_dir: str) -> str | None:
    """Return the newest whole checkpoint of this very work dir, or None.

    Symptom: after copying a work dir, resuming reads the old one, because
    `last_checkpoint` holds an absolute path; and a run killed while writing
    leaves a truncated file.
    Upstream: mmengine's `find_latest_checkpoint`.
    Remove: when mmengine resolves it against the given folder.
    """
    pointer = Path(work_dir, 'last_checkpoint')
    last = Path(pointer.read_text().strip()).name if pointer.is_file() else ''

    def age(file: Path) -> tuple[bool, float]:
        return file.name == last, file.stat().st_mtime

    for path in sorted(Path(work_dir).glob('*.pth'), key=age, reverse=True):
        try:
            check_archive(path)
        except ValueError as error:
            print_log(f'{error}; left aside', logger='current', level=30)
            continue
        return str(path)
    return None


def wrap_forward_non_reentrant(forward: Any) -> Any:
    """Recompute activations without losing gradients under frozen layers.

    Symptom: with `activation_checkpointing`, parameters whose inputs need no
    gradient silently get none.
    Upstream: mmengine calls `checkpoint` with its reentrant default.
    Remove: when mmengine passes `use_reentrant=False`.
    """

    def wrapper(*args: Any) -> Any:
        return checkpoint(forward, *args, use_reentrant=False)

    return wrapper


@OPTIM_WRAPPERS.register_module()
class AutocastOptimWrapper(OptimWrapper):
    """`torch.autocast` in bfloat16 on any device; needs no loss scaling.

    Symptom: `AmpOptimWrapper` asserts a GPU.
    Upstream: mmengine's `AmpOptimWrapper.__init__`.
    Remove: when it runs on a CPU. For float16 on a GPU use `AmpOptimWrapper`.
    """

    @contextmanager
    def optim_context(self, model: torch.nn.Module) -> Any:
        """Run the forward pass in bfloat16 on the model's device."""
        device_type = next(model.parameters()).device.type
        with super().optim_context(model), torch.autocast(device_type, torch.bfloat16):
            yield


def keep_freed_memory(keep: bool = True) -> None:
    """Let glibc keep freed tensors' memory for the next step.

    Symptom: on a CPU a third of a training step's time goes into page faults, because
    every large tensor is returned to the kernel and asked for again. With it a
    process keeps its peak, which is up to 1.5 times as high.
    Upstream: PyTorch caches the memory of GPUs alone.
    Remove: when it caches a CPU's.

    Args:
        keep: Whether to keep the memory; False restores glibc's usual limits.
    """
    mallopt = getattr(ctypes.CDLL(None), 'mallopt', None)
    if mallopt is None:  # no glibc
        return
    m_trim_threshold, m_mmap_threshold = -1, -3
    mallopt(m_mmap_threshold, 2**30 if keep else 2**25)
    mallopt(m_trim_threshold, 2**31 - 1 if keep else 2**26)


def prepare_distributed(cfg: Config) -> None:
    """Let several processes train on CPUs, and let mpirun start them with CUDA, too.

    Symptom: 'Found no NVIDIA driver' and a `device_ids` error, since mmengine calls
    `torch.cuda.set_device` even for gloo and forces `device_ids`; mpirun's processes
    all take the first GPU, since mmengine reads torchrun's LOCAL_RANK.
    Upstream: mmengine's `_init_dist_pytorch`, `_init_dist_mpi` and `Runner.wrap_model`.
    Remove: when all ask whether CUDA is there, and who started the process.

    Args:
        cfg: Config whose `launcher` is 'none', 'pytorch', 'slurm' or 'mpi'; changed in
            place.

    Raises:
        ValueError: The launcher did not start this process.
    """
    prepare_environment(cfg.get('launcher', 'none'))
    separate_restarts()
    if cfg.get('launcher', 'none') == 'none' or torch.cuda.is_available():
        return
    if not torch.distributed.is_initialized():
        limits = (cfg.get('env_cfg') or {}).get('dist_cfg') or {}
        timeout = timedelta(seconds=limits.get('timeout', COLLECTIVE_TIMEOUT_S))
        torch.distributed.init_process_group('gloo', timeout=timeout)
    # mmengine's setdefault returns a copy, so set the whole dict.
    cfg.model_wrapper_cfg = {
        'type': 'MMDistributedDataParallel',
        'broadcast_buffers': False,
        'find_unused_parameters': cfg.get('find_unused_parameters', False),
        **(cfg.get('model_wrapper_cfg') or {}),
        'device_ids': None,
    }


def end_distributed() -> None:
    """Close the process group at the end of a run.

    Symptom: now and then a finished process aborts with 'terminate called without an
    active exception', because gloo's threads outlive it.
    Upstream: mmengine's Runner leaves the group open, and its reference cycles keep
    the destroyed group's threads alive until they are collected.
    Remove: when it closes it.
    """
    if torch.distributed.is_initialized():
        torch.distributed.barrier()
        torch.distributed.destroy_process_group()
        gc.collect()


apply()
