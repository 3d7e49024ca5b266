"""The inferencer of a library that is used while it fills."""

import threading

import pytest

from carl_mm.app.watched_inferencer import WatchedInferencer


class Inferencer:
    provenance, device = {'checkpoint': 'a'}, 'cpu'

    def __init__(self, lock):
        self.lock = lock

    def embed_file(self, path, on_progress):
        assert self.lock.locked()
        if path == 'bad':
            raise ValueError(path)
        return path, on_progress


def test_videos_are_counted_and_the_model_is_free_between_them():
    lock, counted = threading.Lock(), []
    watched = WatchedInferencer(Inferencer(lock), lock, lambda: counted.append(1))
    assert (watched.provenance, watched.device) == ({'checkpoint': 'a'}, 'cpu')
    assert watched.embed_file('a') == ('a', None)
    assert not lock.locked()
    with pytest.raises(ValueError, match='bad'):
        watched.embed_file('bad')
    assert not lock.locked()
    assert len(counted) == 2
