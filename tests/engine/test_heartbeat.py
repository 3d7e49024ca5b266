import pytest

from carl_mm import heartbeat
from carl_mm.engine import HeartbeatHook
from carl_mm.engine import heartbeat as module


@pytest.fixture(autouse=True)
def unchanged(monkeypatch):
    monkeypatch.setattr(heartbeat._Pulse, 'max_silence_s', 600.0)


def test_the_bound_is_that_of_the_hook():
    HeartbeatHook(max_silence_s=7)
    assert heartbeat._Pulse.max_silence_s == 7


def test_a_bound_that_is_none_is_refused():
    with pytest.raises(ValueError, match='max_silence_s must be positive, got 0'):
        HeartbeatHook(max_silence_s=0)


def test_every_step_and_every_video_is_told(monkeypatch):
    beats = []
    monkeypatch.setattr(module, 'beat', lambda: beats.append(1))
    hook = HeartbeatHook()
    hook.before_run(None)
    for name in ('after_train_iter', 'after_val_iter', 'after_test_iter'):
        getattr(hook, name)(None, batch_idx=0, data_batch=None, outputs=None)
    assert len(beats) == 4
