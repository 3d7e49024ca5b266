import numpy as np
import pytest
from mmaction.registry import TRANSFORMS

from tests.datasets.transforms.pipeline import imgs


def test_colour_of_a_view_in_the_worker():
    step = TRANSFORMS.build({'type': 'ClipConsistentPhotometric', 'gray_prob': 1.0})
    results = {'imgs': imgs(), 'rng': np.random.default_rng(1)}
    original = results['imgs'][0][0].copy()
    views = step.transform(results)['imgs']
    for view in views:
        assert all(np.array_equal(view[0], frame) for frame in view)
        assert np.ptp(view[0].astype(int), axis=2).max() == 0
    assert not np.array_equal(views[0][0], views[1][0])
    np.testing.assert_array_equal(imgs()[0][0], original)
    with pytest.raises(TypeError, match='jiter_prob'):
        TRANSFORMS.build({'type': 'ClipConsistentPhotometric', 'jiter_prob': 1})


def test_what_needs_the_whole_clip_is_refused():
    with pytest.raises(ValueError, match=r'it in model\.data_preprocessor'):
        TRANSFORMS.build({'type': 'ClipConsistentPhotometric', 'released': True})
