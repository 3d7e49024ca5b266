"""Checkpoints are checked byte by byte, and written whole or not at all."""

import os
from types import SimpleNamespace

import mmengine.runner
import pytest
import torch
from mmengine.hooks import CheckpointHook
from mmengine.runner import runner as runner_module

from carl_mm import checkpoint_files, compat
from tests.faults.damage import full_disk
from tests.fresh_python import run_fresh


def save(path, value=1.0, size=5):
    checkpoint = {'state_dict': {'w': torch.full((size,), value)}, 'meta': {'epoch': 3}}
    checkpoint_files.save_checkpoint(checkpoint, str(path))
    return path


def value(path):
    return compat.load_local_checkpoint(str(path))['state_dict']['w'][0].item()


def test_a_whole_checkpoint_passes(tmp_path):
    checkpoint_files.check_bytes(save(tmp_path / 'a.pth'))
    assert value(tmp_path / 'a.pth') == 1
    with pytest.raises(FileNotFoundError):
        checkpoint_files.check_bytes(tmp_path / 'none.pth')


def test_files_without_checksums_pass(tmp_path):
    """Those of old versions of torch, and of new ones that were told to write none."""
    content = {'state_dict': {'w': torch.ones(2)}}
    torch.save(content, tmp_path / 'a.pth', _use_new_zipfile_serialization=False)
    torch.serialization.set_crc32_options(False)
    try:
        torch.save(content, tmp_path / 'b.pth')
    finally:
        torch.serialization.set_crc32_options(True)
    assert [value(tmp_path / name) for name in ('a.pth', 'b.pth')] == [1, 1]


def test_a_full_disk_leaves_the_old_checkpoint(tmp_path):
    path = save(tmp_path / 'a.pth')
    with full_disk(20_000), pytest.raises(OSError, match=r'a\.pth cannot be written'):
        save(path, 2.0, size=100_000)
    assert value(path) == 1
    assert os.listdir(tmp_path) == ['a.pth']


def test_upstream_still_writes_over_the_old_one(tmp_path):
    code = (
        'import resource, torch; from mmengine.runner import save_checkpoint as s\n'
        f'path = {str(tmp_path / "a.pth")!r}\n'
        's({"w": torch.ones(2)}, path)\n'
        'resource.setrlimit(resource.RLIMIT_FSIZE, (20000, -1))\n'
        'try: s({"w": torch.ones(100000)}, path)\n'
        'except OSError: pass\n'
        'torch.load(path)'
    )
    done = run_fresh(code)
    assert done.returncode, 'mmengine keeps the old one: remove save_checkpoint'


def test_the_runner_and_the_hook_write_so():
    assert mmengine.runner.save_checkpoint is checkpoint_files.save_checkpoint
    assert runner_module.save_checkpoint is checkpoint_files.save_checkpoint
    before = CheckpointHook._save_checkpoint_with_step
    compat.mend_runner()
    assert CheckpointHook._save_checkpoint_with_step is before


def test_an_address_is_left_to_mmengine(monkeypatch):
    calls = []
    monkeypatch.setattr(
        checkpoint_files, '_save_elsewhere', lambda *args: calls.append(args[1])
    )
    checkpoint_files.save_checkpoint({}, 's3://bucket/a.pth')
    checkpoint_files.save_checkpoint({}, 'a.pth', backend_args={'backend': 'petrel'})
    assert calls == ['s3://bucket/a.pth', 'a.pth']


def test_what_a_killed_run_left_goes_with_the_next_save(tmp_path):
    for name in ('.a.pth.7.part', '.b.pth.7.part'):
        (tmp_path / name).write_bytes(b'half')
    save(tmp_path / 'a.pth')
    assert sorted(os.listdir(tmp_path)) == ['.b.pth.7.part', 'a.pth']


def hook_and_runner(folder, **kwargs):
    """A hook whose runner saves a checkpoint that tells its epoch."""
    hub = SimpleNamespace(runtime_info={}, update_info=lambda *args: None)
    hub.get_info = hub.runtime_info.get
    runner = SimpleNamespace(work_dir=str(folder), epoch=0, iter=0, message_hub=hub)
    runner.logger = SimpleNamespace(info=lambda text: None)
    runner.save_checkpoint = lambda out_dir, filename, *args, **kwargs: save(
        folder / filename, float(runner.epoch), size=5000
    )
    hook = CheckpointHook(**kwargs)
    hook.before_train(runner)
    return hook, runner


def names(folder):
    return sorted(path.name for path in folder.glob('*.pth'))


def test_the_last_old_checkpoint_goes_once_the_new_one_is_there(tmp_path):
    hook, runner = hook_and_runner(tmp_path, max_keep_ckpts=1)
    hook._save_checkpoint(runner)
    runner.epoch = 1
    with full_disk(1000), pytest.raises(OSError, match='cannot be written'):
        hook._save_checkpoint(runner)
    assert names(tmp_path) == ['epoch_1.pth']
    assert compat.newest_checkpoint(str(tmp_path)).endswith('epoch_1.pth')
    hook, runner = hook_and_runner(tmp_path, max_keep_ckpts=1)  # as it is resumed
    hook.keep_ckpt_ids.append(1)
    runner.epoch = 1
    hook._save_checkpoint(runner)
    assert names(tmp_path) == ['epoch_2.pth']


def test_the_best_checkpoint_goes_once_a_better_one_is_there(tmp_path):
    hook, runner = hook_and_runner(tmp_path, save_best='acc', rule='greater')
    hook._save_best_checkpoint(runner, {'acc': 0.1})
    assert names(tmp_path) == ['best_acc_epoch_0.pth']
    runner.epoch = 1
    with full_disk(1000), pytest.raises(OSError, match='cannot be written'):
        hook._save_best_checkpoint(runner, {'acc': 0.2})
    assert names(tmp_path) == ['best_acc_epoch_0.pth']
    hook.best_ckpt_path = str(tmp_path / 'best_acc_epoch_0.pth')
    hook._save_best_checkpoint(runner, {'acc': 0.3})
    assert names(tmp_path) == ['best_acc_epoch_1.pth']
    # The same name again: what was just saved stays.
    hook._save_best_checkpoint(runner, {'acc': 0.4})
    assert names(tmp_path) == ['best_acc_epoch_1.pth']
