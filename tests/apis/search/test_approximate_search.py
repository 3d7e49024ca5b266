import sys

import numpy as np
import pytest

from carl_mm.apis import FrameIndex
from tests.apis.search.test_frame_index import make_video


@pytest.fixture(scope='module')
def index():
    pytest.importorskip('faiss')
    return FrameIndex([make_video(f'{n}.mp4', 200) for n in range(30)])


def test_reading_all_lists_gives_the_exact_hits(index):
    index.num_probes = 10_000
    for gap, own_video in ((0.0, False), (0.5, True)):
        options = {'k': 12, 'gap_s': gap, 'own_video': own_video}
        exact = index.query('3.mp4', 40, **options)
        assert index.query('3.mp4', 40, approximate=True, **options) == exact
    assert index.approximate_recall(10, 20) == 1.0


def test_added_frames_are_found():
    pytest.importorskip('faiss')
    index = FrameIndex([make_video('a.mp4', 50)])
    index.query('a.mp4', 0, own_video=True, approximate=True)
    twin = make_video('b.mp4', 50, seed=1)
    index.add([twin])
    index.num_probes = 100
    (hit,) = index.query_embedding(twin.embeddings[7], k=1, approximate=True)
    assert (hit.filename, hit.frame) == ('b.mp4', 7)


def test_bad_input(index, monkeypatch):
    index.num_probes = 0
    with pytest.raises(ValueError, match='num_probes'):
        index.query('3.mp4', 0, approximate=True)
    index.num_probes = 16
    with pytest.raises(ValueError, match='two videos'):
        FrameIndex([make_video('a.mp4', 50)]).approximate_recall()
    assert FrameIndex().query_embedding(np.ones(4), approximate=True) == []
    monkeypatch.setitem(sys.modules, 'faiss', None)
    with pytest.raises(ImportError, match='pip install faiss-cpu'):
        FrameIndex([make_video('a.mp4', 50)]).query('a.mp4', 0, approximate=True)
