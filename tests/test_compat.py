"""Each workaround works, and is still needed: upstream alone fails."""

import ctypes
import os
import pickle
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.logging import HistoryBuffer
from mmengine.optim import AmpOptimWrapper
from mmengine.runner import CheckpointLoader, activation_checkpointing
from mmengine.runner.checkpoint import load_checkpoint
from torch import nn

from carl_mm import compat
from tests.apis.trained import make_work_dir
from tests.fresh_python import run_fresh


def upstream(code):
    """Run code in a process that never imports carl_mm; its last error line."""
    done = run_fresh(code)
    return done.stderr.strip().splitlines()[-1] if done.returncode else ''


@pytest.mark.slow
def test_mmaction_models_need_the_stub():
    import mmaction.models  # noqa: F401

    message = upstream('import mmaction.models')
    assert 'drn' in message, 'the wheel holds drn now: remove stub_missing_drn'


@pytest.mark.slow
def test_mmcv_lite_is_silent_with_us_and_loud_without():
    code = 'import mmcv.cnn.bricks.transformer'
    loud = run_fresh(code)
    assert 'MultiScaleDef' in loud.stderr, 'remove silence_mmcv_lite'
    quiet = run_fresh(f'import carl_mm; {code}')
    assert quiet.returncode == 0
    assert 'MultiScaleDef' not in quiet.stderr


def save(path, extra=None):
    buffer = HistoryBuffer()
    for value in (1.0, 2.0, 6.0):
        buffer.update(value)
    hub = {'log_scalars': {'loss': buffer}, 'runtime_info': {'x': np.float64(1)}}
    torch.save(
        {'state_dict': {'w': torch.ones(2)}, 'message_hub': hub, 'extra': extra}, path
    )
    return path


def test_own_checkpoints_load_without_running_code(tmp_path):
    path = save(tmp_path / 'own.pth')
    loaded = load_checkpoint(nn.Module(), str(path), 'cpu', strict=False)
    buffer = loaded['message_hub']['log_scalars']['loss']
    assert buffer.mean() == 3
    assert buffer.max() == 6


def test_stock_checkpoints_still_do_not():
    code = (
        'import io, torch; from mmengine.logging import HistoryBuffer\n'
        'file = io.BytesIO(); torch.save(HistoryBuffer([1.], [1]), file)\n'
        'file.seek(0); torch.serialization.add_safe_globals([HistoryBuffer])\n'
        'torch.load(file)'
    )
    done = run_fresh(code)
    needed = done.returncode and 'Weights only load failed' in done.stderr
    assert needed, 'HistoryBuffer pickles safely now: remove make_history_buffer_safe'


class Evil:
    def __reduce__(self):
        return (open, ('/tmp/carl_mm_ran_code', 'w'))


def test_a_checkpoint_that_runs_code_is_refused(tmp_path, monkeypatch):
    path = save(tmp_path / 'evil.pth', Evil())
    with pytest.raises(
        ValueError, match=r'evil\.pth: .* asks for _?io\.open, '
    ) as error:
        compat.load_local_checkpoint(str(path))
    assert 'trust' not in str(error.value)
    monkeypatch.setenv(compat.TRUST_VARIABLE, str(tmp_path / 'other.pth'))
    with pytest.raises(ValueError, match='open'):
        compat.load_local_checkpoint(str(path))


def test_a_trusted_checkpoint_is_read_in_full(tmp_path, monkeypatch):
    path = save(tmp_path / 'odd.pth', pickle.PickleError('any object'))
    with pytest.raises(ValueError, match='more than weights'):
        compat.load_local_checkpoint(str(path))
    loaded = compat.load_local_checkpoint(str(path), trust=True)
    assert str(loaded['extra']) == 'any object'
    monkeypatch.setenv(compat.TRUST_VARIABLE, str(path))
    assert str(compat.load_local_checkpoint(str(path))['extra']) == 'any object'


def test_a_missing_or_broken_checkpoint_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='none.pth'):
        compat.load_local_checkpoint(str(tmp_path / 'none.pth'))
    whole = save(tmp_path / 'whole.pth').read_bytes()
    for name, content in {'cut': whole[:-200], 'empty': b'', 'text': b'abc'}.items():
        (tmp_path / f'{name}.pth').write_bytes(content)
        with pytest.raises(ValueError, match=f'{name}.pth'):
            compat.load_local_checkpoint(str(tmp_path / f'{name}.pth'))


def test_resume_takes_the_newest_whole_checkpoint_of_this_folder(tmp_path):
    import os

    from mmengine.runner import runner

    for age, name in enumerate(('epoch_2.pth', 'epoch_10.pth', 'epoch_9.pth')):
        save(tmp_path / name)
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    (tmp_path / 'last_checkpoint').write_text('/elsewhere/epoch_99.pth')
    assert runner.find_latest_checkpoint(str(tmp_path)).endswith('epoch_2.pth')
    newest = (tmp_path / 'epoch_2.pth').read_bytes()
    (tmp_path / 'epoch_2.pth').write_bytes(newest[:-100])
    assert compat.newest_checkpoint(str(tmp_path)).endswith('epoch_10.pth')
    assert compat.newest_checkpoint(str(tmp_path / 'none')) is None


@pytest.mark.slow
def test_upstream_still_follows_the_absolute_path(tmp_path):
    (tmp_path / 'last_checkpoint').write_text('/elsewhere/epoch_99.pth')
    code = (
        'from mmengine.runner import find_latest_checkpoint as f\n'
        f'raise SystemExit(f({str(tmp_path)!r}))'
    )
    assert upstream(code) == '/elsewhere/epoch_99.pth', 'remove newest_checkpoint'


@pytest.mark.skipif(torch.cuda.is_available(), reason='AmpOptimWrapper runs on a GPU')
def test_amp_upstream_still_asserts_a_gpu():
    optimizer = torch.optim.SGD(nn.Linear(2, 2).parameters(), lr=0.1)
    with pytest.raises(AssertionError, match='gpu'):
        AmpOptimWrapper(optimizer=optimizer)


def test_autocast_runs_in_bfloat16_and_learns():
    torch.manual_seed(0)
    net = nn.Linear(8, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    wrapper = compat.AutocastOptimWrapper(optimizer=optimizer)
    inputs = torch.randn(64, 8)
    targets = inputs.sum(1, keepdim=True)
    losses = []
    for _ in range(60):
        with wrapper.optim_context(net):
            out = net(inputs)
            assert out.dtype == torch.bfloat16
        loss = (out.float() - targets).square().mean()
        wrapper.update_params(loss)
        losses.append(loss.item())
    assert losses[-1] < 0.05 * losses[0]
    assert net.weight.dtype == torch.float32


HOST = """
import os, sys
os.environ['TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD'] = '1'  # as hosts of old checkpoints do
import mmengine.runner
from mmengine.hooks import CheckpointHook
from mmengine.runner import CheckpointLoader, activation_checkpointing, checkpoint
from mmengine.runner import _flexible_runner, runner
CheckpointLoader.register_scheme('mine://', print)

def state():
    modules = mmengine.runner, runner, _flexible_runner, checkpoint
    names = 'find_latest_checkpoint', 'save_checkpoint'
    return [
        dict(CheckpointLoader._schemes), activation_checkpointing.wrap_forward,
        *[vars(module).get(name) for module in modules for name in names],
        CheckpointHook._save_checkpoint_with_step, CheckpointHook._save_best_checkpoint,
    ]

before = state()
import carl_mm
from mmaction.registry import HOOKS, METRICS, MODELS
assert MODELS.get('TemporalTransformer') and HOOKS.get('KeepBestHook')
"""


def test_a_host_reads_its_own_checkpoints_as_before(tmp_path):
    """A full pickle, which ours refuses: the host's loaders are the host's."""
    path = save(tmp_path / 'odd.pth', pickle.PickleError('any object'))
    done = run_fresh(
        f'{HOST}\nassert state() == before\n'
        f'loaded = CheckpointLoader.load_checkpoint({str(path)!r}, "cpu")\n'
        "assert str(loaded['extra']) == 'any object'\n"
        'with carl_mm.compat.mended_runner():\n'
        '    same = [a for a, b in zip(before, state()) if a and a is b]\n'
        '    assert not same, same\n'
        "    assert 'mine://' in CheckpointLoader._schemes\n"
        '    try:\n'
        f'        CheckpointLoader.load_checkpoint({str(path)!r}, "cpu")\n'
        '    except ValueError as error:\n'
        "        assert 'more than weights' in str(error)\n"
        '    else:\n'
        '        raise SystemExit("read in full")\n'
        'assert state() == before\n',
    )
    assert done.returncode == 0, done.stderr


def test_loading_a_model_of_ours_gives_the_host_its_loaders_back(tmp_path):
    work_dir = str(make_work_dir(tmp_path))
    code = (
        f'{HOST}\nfrom carl_mm.apis import FramewiseInferencer\n'
        f'FramewiseInferencer({work_dir!r})\n'
        'assert state() == before'
    )
    assert upstream(code) == ''


class Frozen(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(3, 3).requires_grad_(False)
        self.body = nn.Linear(3, 3)

    def forward(self, x):
        return self.body(self.stem(x))


def test_activation_checkpointing_keeps_gradients_under_a_frozen_stem():
    net = Frozen()
    activation_checkpointing.turn_on_activation_checkpointing(net, 'body')
    net(torch.randn(2, 3)).sum().backward()
    assert net.body.weight.grad is not None


@pytest.mark.slow
def test_activation_checkpointing_upstream_still_loses_them():
    code = (
        'import torch; from torch import nn\n'
        'from mmengine.runner.activation_checkpointing import *\n'
        'body = nn.Linear(3, 3)\n'
        "turn_on_activation_checkpointing(nn.ModuleDict({'body': body}), 'body')\n"
        'out = body(torch.randn(2, 3)).sum()\n'
        "raise SystemExit('' if out.requires_grad else 'lost')"
    )
    assert upstream(code) == 'lost', 'remove wrap_forward_non_reentrant'


@pytest.mark.skipif(torch.cuda.is_available(), reason='needs a machine without CUDA')
def test_several_processes_upstream_still_need_cuda():
    code = (
        'import os; os.environ.update(RANK="0", LOCAL_RANK="0", WORLD_SIZE="1",'
        'MASTER_ADDR="127.0.0.1", MASTER_PORT="29677")\n'
        'from mmengine.dist import init_dist; init_dist("pytorch", "gloo")'
    )
    message = upstream(code)
    assert 'CUDA' in message or 'NVIDIA' in message, 'remove prepare_distributed'


def test_one_process_is_left_alone():
    cfg = Config({'launcher': 'none'})
    compat.prepare_distributed(cfg)
    assert 'model_wrapper_cfg' not in cfg
    assert not torch.distributed.is_initialized()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), 'mallopt'), reason='no glibc')
def test_freed_memory_is_kept_only_when_asked():
    """The symptom: a large tensor's memory is asked for anew every time.

    In a process of its own, without huge pages: what other tests hold or free is in
    this one's figures.
    """
    script = """
import resource
import torch
from carl_mm import compat

for keep in (False, True):
    compat.keep_freed_memory(keep)
    for _ in range(20):  # the first ones may still find their place
        torch.ones(2**24)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(4):
        torch.ones(2**24)  # 64 MB
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    done = subprocess.run(
        [sys.executable, '-c', script],
        env=os.environ | {'THP_MEM_ALLOC_ENABLE': '0'},
        capture_output=True,
        text=True,
        check=True,
    )
    given_back, kept = map(int, done.stdout.split())
    assert given_back > 20 * max(1, kept)


def test_a_download_runs_no_code_and_is_kept(tmp_path, monkeypatch):
    served = tmp_path / 'served'
    served.mkdir()
    torch.save({'state_dict': {'w': torch.ones(2)}}, served / 'good.pth')
    torch.save({'extra': Evil()}, served / 'evil.pth')
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path / 'hub'))
    handler = partial(SimpleHTTPRequestHandler, directory=str(served))
    server = ThreadingHTTPServer(('127.0.0.1', 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f'http://127.0.0.1:{server.server_port}'
    load = partial(CheckpointLoader.load_checkpoint, map_location='cpu')
    assert load(f'{root}/good.pth')['state_dict']['w'].sum() == 2
    with pytest.raises(ValueError, match='more than weights'):
        load(f'{root}/evil.pth')
    server.shutdown()
    server.server_close()
    assert load(f'{root}/good.pth')['state_dict']['w'].sum() == 2
