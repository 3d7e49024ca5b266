"""Two processes on a CPU: they train, judge alike, and learn the same."""

import json
import os

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.model import MMDistributedDataParallel
from mmengine.registry import init_default_scope

import carl_mm  # noqa: F401  (registers, in the started processes too)
from tests.engine.small import small_config
from tests.tools.processes import (
    environment,
    load,
    python_tool,
    run,
    run_by_two,
    shell_tool,
    write_config,
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize('cached', [False, True], ids=['pictures', 'cached'])
def test_two_processes_train(make_videos, cached):
    folder = make_videos(lengths=(30, 24, 36, 20, 28, 22), test_share=0.5)
    config = write_config(folder, cached=cached, batch_size=1)
    run(*shell_tool('dist_train'), config, 2, cwd=folder)
    saved = load(folder / 'work' / 'epoch_2.pth')
    assert saved['meta']['iter'] == 4  # 3 videos over 2 processes, 2 epochs
    assert all(w.isfinite().all() for w in saved['state_dict'].values())
    if cached:
        assert len(list((folder / 'cache').rglob('*.npy'))) == 3
        assert not list((folder / 'cache').rglob('*.part'))


def test_two_processes_judge_as_one(make_videos):
    """An odd number of videos, so that the sampler repeats one."""
    folder = make_videos(lengths=(30, 24, 36, 20, 28, 22, 33), test_share=0.6)
    config = write_config(folder, max_epochs=1)
    run(*python_tool('train'), config, cwd=folder)
    checkpoint = folder / 'work' / 'epoch_1.pth'
    out = ['--out', folder / 'one.json']
    run(*python_tool('test'), config, checkpoint, *out, cwd=folder)
    out = ['--out', folder / 'two.json']
    run(*shell_tool('dist_test'), config, checkpoint, 2, *out, cwd=folder)
    one, two = (json.loads((folder / f'{n}.json').read_text()) for n in ('one', 'two'))
    assert len(one) > 20
    assert two == pytest.approx(one, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize('sync_bn', ['torch', None])
def test_validation_agrees_with_a_test_of_the_checkpoint(make_videos, sync_bn):
    """Each process has a video of its own, so statistics of its own without sync_bn."""
    folder = make_videos(lengths=(30, 24, 36, 20), test_share=0.5)

    def with_validation(config):
        config.val_dataloader = config.test_dataloader
        config.val_evaluator = config.test_evaluator
        config.val_cfg = dict(type='ValLoop')
        config.default_hooks.sync_buffers = dict(type='SyncRunningStatsHook')
        config.sync_bn = sync_bn

    config = write_config(folder, with_validation, batch_size=1, max_epochs=1)
    run(*shell_tool('dist_train'), config, 2, cwd=folder)
    (log,) = (folder / 'work').rglob('scalars.json')
    validated = json.loads(log.read_text().splitlines()[-1])
    out = ['--out', folder / 'test.json']
    checkpoint = folder / 'work' / 'epoch_1.pth'
    run(*python_tool('test'), config, checkpoint, *out, cwd=folder)
    tested = json.loads((folder / 'test.json').read_text())
    assert len(tested) > 20
    common = {key: validated[key] for key in tested}
    assert common == pytest.approx(tested, abs=1e-6, nan_ok=True)


def batch():
    """Four videos; the first two lack 0 and 1, the last two 5 and 4 of 8 frames."""
    generator = torch.Generator().manual_seed(0)
    lengths = torch.tensor([[8, 8], [8, 7], [4, 3], [3, 4]])
    return {
        'inputs': torch.randn(4, 2, 8, 3, 32, 32, generator=generator),
        'frame_inds': torch.randint(0, 30, (4, 2, 8), generator=generator).sort()[0],
        'valid': torch.arange(8) < lengths[..., None],
    }


def recognizer(folder):
    config = small_config(folder)['model']
    config['freeze_backbone'] = False
    torch.manual_seed(0)
    return MODELS.build(config).eval()  # BatchNorm as at test, no dropout


def gradients(model, data):
    model.zero_grad()
    model(**data, mode='loss')['loss'].backward()
    model = getattr(model, 'module', model)
    return {n: p.grad.clone() for n, p in model.named_parameters()}


def gradients_of_rank(rank, folder, port):
    init_default_scope('mmaction')
    torch.set_num_threads(1)
    os.environ.update(MASTER_ADDR='127.0.0.1', MASTER_PORT=port)
    torch.distributed.init_process_group('gloo', rank=rank, world_size=2)
    model = MMDistributedDataParallel(recognizer(folder), device_ids=None)
    half = {key: value[2 * rank : 2 * rank + 2] for key, value in batch().items()}
    torch.save(gradients(model, half), folder / f'rank_{rank}.pth')
    torch.distributed.destroy_process_group()


def distance(one, other):
    """Largest difference, in units of the largest gradient of that parameter."""
    return max(
        ((one[n] - other[n]).abs().max() / one[n].abs().max().clamp(min=1e-6)).item()
        for n in one
    )


def test_two_processes_have_the_gradients_of_one(tmp_path, record_property):
    whole = gradients(recognizer(tmp_path), batch())
    torch.multiprocessing.spawn(
        gradients_of_rank, (tmp_path, environment()['PORT']), nprocs=2
    )
    ranks = [torch.load(tmp_path / f'rank_{rank}.pth') for rank in (0, 1)]
    absolute = max((whole[n] - ranks[0][n]).abs().max().item() for n in whole)
    record_property('gradient_difference', absolute)
    assert all(torch.equal(ranks[0][n], ranks[1][n]) for n in whole)
    assert absolute < 1e-5
    assert distance(whole, ranks[0]) < 1e-3


def test_the_halves_alone_would_not_do(tmp_path):
    """The batch tells a mean over processes from a mean over frames."""
    model, data = recognizer(tmp_path), batch()
    whole = gradients(model, data)
    halves = [
        gradients(model, {k: v[i : i + 2] for k, v in data.items()}) for i in (0, 2)
    ]
    mean = {name: (halves[0][name] + halves[1][name]) / 2 for name in whole}
    assert distance(whole, mean) > 0.05


ENDED = """
import os
import sys

from mmengine.config import Config

import carl_mm.apis.launch
import carl_mm.apis.training
import carl_mm.compat

carl_mm.apis.training.train(carl_mm.apis.launch.build_runner(Config.fromfile(sys.argv[1])))
carl_mm.compat.end_distributed()
threads = os.listdir('/proc/self/task')
names = [open(f'/proc/self/task/{thread}/comm').read() for thread in threads]
sys.exit(1 if any('gloo' in name for name in names) else 0)
"""


@pytest.mark.skipif(not os.path.isdir('/proc/self/task'), reason='lists threads')
def test_no_thread_of_the_process_group_outlives_a_training(make_videos):
    """Else a finished process aborts now and then."""
    folder = make_videos(lengths=(30, 24, 36, 20), test_share=0.5)

    def launched(config):
        config.launcher = 'pytorch'

    config = write_config(folder, launched, batch_size=1)
    run_by_two(folder, ENDED, config)
