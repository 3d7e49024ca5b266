import dataclasses
import time

import pytest
import torch

from carl_mm.app.training import job as job_module
from carl_mm.app.training.job import TrainingJob
from carl_mm.app.training.record import read_record, write_record
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square


class FakeProcess:
    """Runs until it is told how it ends."""

    def __init__(self, arguments, on_end, on_look):
        self.arguments, self.on_end = arguments, on_end
        self.is_running, self.seconds = True, 1.0

    def end(self):
        self.is_running = False

    def end_by_itself(self, error=None):
        self.is_running = False
        self.on_end(error)


@pytest.fixture
def make(tmp_path, monkeypatch):
    monkeypatch.setattr(job_module, 'TrainingProcess', FakeProcess)
    done = []

    def make():
        job = TrainingJob(
            tmp_path, tmp_path / 'models', tmp_path / 'cache', on_done=done.append
        )
        job.done = done
        return job

    return make


def save(job):
    state = {'a': torch.zeros(1)}
    content = {'state_dict': state, 'meta': {'iter': 5, 'cfg': ''}}
    torch.save(content, job.work_dir / 'epoch_1.pth')


def test_a_training_from_its_start_to_its_end(make, tmp_path):
    job = make()
    assert job.state() is None and not job.is_running
    job.start(left_out=('b.mp4',))
    assert job._process.arguments == [
        *(f'{tmp_path}', f'{tmp_path}/models/trained-1', f'{tmp_path}/cache'),
        *('--left-out', 'b.mp4'),
    ]
    assert job.state()['status'] == 'preparing'
    record = dataclasses.replace(read_record(job.work_dir), num_videos=4, steps=600)
    write_record(job.work_dir, record)
    assert (job.state()['status'], job.state()['steps']) == ('caching', 600)
    with pytest.raises(ValueError, match='is under way'):
        job.start()
    job._process.end_by_itself()
    assert (job.state()['status'], job.state()['remaining_s']) == ('done', None)
    assert job.done == ['trained-1']
    assert read_record(job.work_dir).ended
    job.start()
    assert job.state()['name'] == 'trained-2'


def test_it_is_paused_and_resumed_also_by_another_server(make):
    job = make()
    with pytest.raises(ValueError, match='no training'):
        job.pause()
    job.start()
    job.pause()
    assert job.state()['status'] == 'paused'
    assert not job.is_running
    job.resume()
    assert job.is_running
    with pytest.raises(ValueError, match='running already'):
        job.resume()
    job.close()
    other = make()
    assert (other.state()['name'], other.state()['status']) == ('trained-1', 'paused')
    with pytest.raises(ValueError, match='is under way'):
        other.start()
    other.resume()
    assert other.is_running
    assert other.work_dir == job.work_dir


def test_why_it_failed_is_kept_and_it_can_go_on(make):
    job = make()
    job.start()
    job._process.end_by_itself('no room on the disk')
    for each in job, make():
        state = each.state()
        assert (state['status'], state['error']) == ('failed', 'no room on the disk')
    assert job.done == []
    job.resume()
    assert job.is_running
    assert (job.state()['status'], job.state()['error']) == ('preparing', '')


def test_it_is_stopped_and_what_it_learnt_is_kept(make):
    job = make()
    job.start()
    with pytest.raises(ValueError, match='nothing has been saved yet'):
        job.stop()
    assert job.is_running
    save(job)
    assert job.stop() == 'trained-1'
    assert not job.is_running
    assert job.state()['status'] == 'stopped'
    assert job.done == ['trained-1']
    assert (job.work_dir / 'kept_5.pth').is_file()
    with pytest.raises(ValueError, match='no training'):
        job.resume()


def test_it_is_forgotten(make, tmp_path):
    job = make()
    job.start()
    save(job)
    job.discard()
    assert job.state() is None and make().state() is None
    (left,) = (tmp_path / 'models').iterdir()
    assert left.name.startswith('discarded-') and (left / 'epoch_1.pth').is_file()
    job.start()
    assert job.state()['name'] == 'trained-1'


@pytest.mark.slow
def test_a_real_one_is_killed_and_resumed(tmp_path):
    for index in range(3):
        path = tmp_path / 'videos, mine' / f'{index}.mp4'
        write_mp4(path, moving_square(12, 64, index), 25)
    done = []

    def make():
        models, cache = tmp_path / 'models', tmp_path / 'cache'
        return TrainingJob(path.parent, models, cache, on_done=done.append, epochs=3)

    def until(job, condition):
        deadline = time.monotonic() + 200
        while not condition(job.state()):
            assert time.monotonic() < deadline, job.state()
            assert job.state()['status'] != 'failed', job.state()
            time.sleep(0.1)

    job = make()
    job.start()
    until(job, lambda state: list(job.work_dir.glob('epoch_*.pth')))
    job.close()
    other = make()
    assert other.state()['status'] == 'paused'
    other.resume()
    until(other, lambda state: state['status'] == 'done')
    assert done == ['trained-1']
    state = other.state()
    assert (state['step'], state['steps'], state['videos']) == (78, 78, 3)
    assert list(other.work_dir.glob('epoch_3.pth'))
