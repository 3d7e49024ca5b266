import numpy as np
import pytest
from mmaction.registry import TRANSFORMS

from carl_mm.functional import sample_two_views
from tests.datasets.transforms.pipeline import run


def test_views_are_those_of_the_function():
    options = {'num_frames': 8, 'window': 'share', 'speeds': (0.5, 2.0)}
    step = {'type': 'DualViewTemporalCrop', **options}
    found = run([step], seed=4, total_frames=40)
    rng = np.random.default_rng(4)
    frame_inds, valid = sample_two_views(40, **options, rng=rng)
    np.testing.assert_array_equal(found['frame_inds'], frame_inds)
    np.testing.assert_array_equal(found['valid'], valid)


@pytest.mark.parametrize(
    ('options', 'error', 'message'),
    [
        ({'frame_number': 3}, TypeError, 'frame_number'),
        ({'num_frames': 3, 'window': 'papre'}, ValueError, "'papre'"),
    ],
)
def test_a_misspelt_option_is_named(options, error, message):
    with pytest.raises(error, match=message):
        TRANSFORMS.build({'type': 'DualViewTemporalCrop', **options})
