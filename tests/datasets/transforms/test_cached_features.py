import numpy as np
import pytest

from carl_mm.datasets.video_io.open_video import VideoDecodeError
from tests.datasets.transforms.pipeline import VIEWS, run

OPEN_CACHED = {'type': 'OpenCachedFeatures'}


def test_cached_views_come_from_two_copies(tmp_path):
    features = np.arange(3 * 10 * 2, dtype=np.float32).reshape(3, 10, 2)
    np.save(tmp_path / 'f.npy', features)
    steps = [OPEN_CACHED, VIEWS, {'type': 'TakeCachedFeatures'}]
    for seed in range(10):
        results = run(steps, seed, feature_file=str(tmp_path / 'f.npy'), filename='v')
        assert results['total_frames'] == 10
        copies = results['inputs'][..., 0] // 20
        assert (copies == copies[:, :1]).all()
        assert copies[0, 0] != copies[1, 0]
        frames = (results['inputs'][..., 0] % 20) // 2
        np.testing.assert_array_equal(frames, results['frame_inds'])


def test_testing_takes_the_first_copy(tmp_path):
    features = np.random.default_rng(0).normal(size=(3, 10, 2)).astype(np.float32)
    np.save(tmp_path / 'f.npy', features)
    steps = [OPEN_CACHED, {'type': 'WholeCachedFeatures'}]
    results = run(steps, feature_file=str(tmp_path / 'f.npy'), filename='v')
    np.testing.assert_array_equal(results['inputs'], features[0])
    assert results['frame_inds'].tolist() == [list(range(10))]
    assert results['valid'].all()


def test_what_is_missing_is_said(tmp_path):
    with pytest.raises(ValueError, match='v.mp4: no cached features; add'):
        run([OPEN_CACHED], filename='v.mp4')
    with pytest.raises(VideoDecodeError, match='v.mp4: has no cached features'):
        run([OPEN_CACHED], filename='v.mp4', feature_file=str(tmp_path / 'none.npy'))
