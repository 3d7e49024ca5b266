"""A training is alone in its work dir, resumes its own, and ends with a reason."""

import os

import pytest
import torch
from mmengine.config import Config

from carl_mm.apis.training import lock_work_dir, resumed_changes, train
from carl_mm.engine import RunStopped
from carl_mm.locking import LockedError
from tests.clean_processes import CONTEXT
from tests.engine.small import small_config, small_runner


class Logger:
    def __init__(self):
        self.lines = []

    def error(self, line):
        self.lines.append(line)


class Failing:
    """A runner whose training ends with an error."""

    def __init__(self, error, work_dir):
        self.error, self.work_dir, self.logger = error, str(work_dir), Logger()

    def train(self):
        raise self.error


def test_a_loader_that_dies_before_any_checkpoint_is_explained(tmp_path):
    runner = Failing(RuntimeError('DataLoader worker (pid 7) is killed\n'), tmp_path)
    with pytest.raises(RunStopped, match=r'num_workers.*No checkpoint was') as error:
        train(runner)
    assert '\n' not in str(error.value)
    assert runner.logger.lines == [str(error.value)]


def test_a_stop_is_logged_as_it_is(tmp_path):
    runner = Failing(RunStopped('step 7: the loss is nan'), tmp_path)
    with pytest.raises(RunStopped, match='^step 7: the loss is nan$'):
        train(runner)
    assert runner.logger.lines == ['step 7: the loss is nan']


@pytest.mark.parametrize(
    ('silent', 'said'),
    [
        (['rank 3 (process 7 on node)'], 'No answer from rank 3 (process 7 on node):'),
        ([], 'All processes answer now'),
        (torch.distributed.DistStoreError('no'), 'No answer from the process that'),
    ],
)
def test_an_operation_that_timed_out_names_who_is_silent(
    tmp_path, monkeypatch, silent, said
):
    def silent_processes():
        if isinstance(silent, Exception):
            raise silent
        return silent

    monkeypatch.setattr('carl_mm.heartbeat.silent_processes', silent_processes)
    monkeypatch.setattr('mmengine.dist.get_world_size', lambda: 4)
    text = '[buffer.cc:1]\nTimed out waiting 6000ms for recv operation to complete'
    runner = Failing(RuntimeError(text), tmp_path)
    with pytest.raises(RunStopped) as error:
        train(runner)
    assert '\n' not in str(error.value)
    assert said in str(error.value)
    assert 'env_cfg.dist_cfg.timeout' in str(error.value)


def test_another_error_is_left_as_it_is(tmp_path):
    error = RuntimeError('shapes differ')
    with pytest.raises(RuntimeError) as raised:
        train(Failing(error, tmp_path))
    assert raised.value is error


def resuming(folder, **kwargs):
    cfg = Config(small_config(folder, **kwargs))
    cfg.load_from, cfg.resume = str(folder / 'work' / 'epoch_2.pth'), True
    return cfg


def test_a_resumption_is_checked(make_videos, capsys):
    """What a Runner really writes equals the config it was made from."""
    folder = make_videos()
    small_runner(folder, cached=True).train()
    capsys.readouterr()
    same = resuming(folder, cached=True)
    assert resumed_changes(same, accept_changes=False) is None
    said = capsys.readouterr().out
    assert said.count('\n') == 1
    assert 'nothing is left to train' in said
    assert 'epoch_2.pth is of epoch 2, step 2' in said
    longer = resuming(folder, cached=True, max_epochs=3)
    expected = ['train_cfg.max_epochs was 2, is 3']
    assert resumed_changes(longer, accept_changes=False) == expected
    assert f'epoch_2.pth: {expected[0]}; learning rates' in capsys.readouterr().out
    other = resuming(folder, max_epochs=3)
    with pytest.raises(ValueError, match=r'epoch_2.pth: of a training with other'):
        resumed_changes(other, accept_changes=False)
    assert len(resumed_changes(other, accept_changes=True)) > 1
    saved = torch.load(folder / 'work' / 'epoch_2.pth', weights_only=True)
    assert saved['meta']['world_size'] == 1


def hold(cfg, ready, end):
    with lock_work_dir(cfg):
        ready.set()
        end.wait(30)


def test_a_second_training_in_a_work_dir_is_refused(tmp_path, monkeypatch):
    cfg = Config(small_config(tmp_path) | {'launcher': 'none'})
    ready, end = CONTEXT.Event(), CONTEXT.Event()
    other = CONTEXT.Process(target=hold, args=(cfg, ready, end))
    other.start()
    assert ready.wait(30)
    with pytest.raises(LockedError, match=f'process {other.pid} on ') as error:
        lock_work_dir(cfg).__enter__()
    assert str(cfg.work_dir) in str(error.value)
    assert '--work-dir' in str(error.value)
    cfg.launcher = 'pytorch'  # of several processes the first one has asked
    monkeypatch.setenv('RANK', '1')
    with lock_work_dir(cfg):
        pass
    cfg.launcher = 'none'
    os.kill(other.pid, 9)
    other.join()
    with lock_work_dir(cfg):
        pass


def test_a_config_that_cannot_be_compared_is_followed_if_accepted(tmp_path, capsys):
    cfg = Config(small_config(tmp_path, max_epochs=3))
    cfg.load_from = str(tmp_path / 'it.pth')
    meta = dict(epoch=2, iter=2, cfg='model = open()', seed=0)
    torch.save({'meta': meta, 'optimizer': {}, 'state_dict': {}}, cfg.load_from)
    with pytest.raises(ValueError, match='cannot be compared; resume anyway with'):
        resumed_changes(cfg, accept_changes=False)
    assert len(resumed_changes(cfg, accept_changes=True)) == 1
    assert 'the config was not readable' in capsys.readouterr().out
