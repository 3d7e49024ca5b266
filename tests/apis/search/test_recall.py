import numpy as np
import pytest

from carl_mm.apis import FrameIndex
from tests.apis.search.test_frame_index import make_video


@pytest.fixture(scope='module')
def index():
    pytest.importorskip('faiss')
    return FrameIndex([make_video(f'{n}.mp4', 200) for n in range(30)])


def test_recall_is_the_share_that_is_found(index):
    index.num_probes = 1
    rng = np.random.default_rng(0)
    shares = []
    for row in rng.choice(len(index), 20, replace=False):
        name, frame = f'{row // 200}.mp4', int(row % 200)
        exact = index.query(name, frame, k=10)
        guess = index.query(name, frame, k=10, approximate=True)
        assert all(hit.filename != name for hit in guess)
        assert [h.similarity for h in guess] == sorted(
            (h.similarity for h in guess), reverse=True
        )
        shares.append(len(set(exact) & set(guess)) / 10)
    recall = index.approximate_recall(10, 20)
    assert recall == pytest.approx(np.mean(shares))
    assert recall < 1
