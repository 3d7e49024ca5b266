import pytest

from carl_mm.app.training.progress import Progress
from carl_mm.app.training.record import TrainingRecord
from carl_mm.app.training.time_left import (
    SECONDS_A_FRAME,
    SECONDS_A_STEP,
    estimate,
    now,
    time_left,
)

RECORD = TrainingRecord('begun', 10, 600)


def progress(step=0, share=0.0, seconds=None):
    return Progress('running', step, share, [], [], seconds)


def test_a_slower_machine_takes_longer_in_proportion():
    here = estimate(10, 991)
    slow = estimate(10, 991, 2 * SECONDS_A_FRAME)
    assert slow['seconds'] == pytest.approx(2 * here['seconds'])
    assert (here['steps'], here['videos']) == (600, 10)
    assert estimate(400, 991)['steps'] == 1200
    assert estimate(10, 1982)['disk_mb'] > here['disk_mb']


@pytest.mark.parametrize('count', [0, 1])
def test_one_video_has_nothing_to_be_compared_with(count):
    with pytest.raises(ValueError, match=f'at least two videos, there are {count}'):
        estimate(count, 100)


def test_what_is_left():
    assert time_left(RECORD, progress(), 10) is None
    caching = time_left(RECORD, progress(share=0.25), 10)
    assert caching == pytest.approx(30 + 600 * SECONDS_A_STEP)
    assert time_left(RECORD, progress(450, 1, 0.2), 99) == pytest.approx(30)
    assert time_left(RECORD, progress(700, 1, 0.2), 99) == 0


def test_the_time_is_to_the_minute():
    assert len(now()) == len('2026-12-01 10:00+00:00')
