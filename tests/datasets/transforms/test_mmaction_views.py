"""Views stay views in mmaction2's pipelines."""

import numpy as np
import pytest
from mmaction.registry import TRANSFORMS


def views():
    frame_inds = np.array([[0, 3, 4], [2, 4, 6]])
    return dict(frame_inds=frame_inds, valid=np.ones((2, 3), bool), total_frames=8)


@pytest.mark.parametrize(('start', 'first'), [(None, 0), (0, 0), (1, 1)])
def test_frames_are_counted_from_where_the_decoder_counts(start, first):
    results = views() if start is None else views() | dict(start_index=start)
    found = TRANSFORMS.build(dict(type='ViewsAsClips'))(results)
    assert found['frame_inds'].tolist() == [i + first for i in (0, 3, 4, 2, 4, 6)]
    assert np.array_equal(found['view_inds'], views()['frame_inds'])
    assert (found['num_clips'], found['clip_len']) == (2, 3)
    assert found['valid'].shape == (2, 3)


def test_each_view_is_cut_and_mirrored_by_a_draw_of_its_own():
    """And all frames of a view by one."""
    np.random.seed(0)
    ramp = np.arange(40 * 40 * 3, dtype=np.float32).reshape(40, 40, 3)
    steps = [
        dict(type='RandomResizedCrop', area_range=(0.3, 0.5)),
        dict(type='Flip', flip_ratio=0.5),
    ]
    each = TRANSFORMS.build(dict(type='EachView', transforms=steps))
    results = dict(imgs=[ramp] * 6, clip_len=3, num_clips=2, img_shape=(40, 40))
    results |= dict(modality='RGB')
    found = each(results)['imgs']
    assert len(found) == 6
    for start in (0, 3):
        for frame in found[start : start + 3]:
            assert np.array_equal(frame, found[start])
    assert found[0].shape != found[3].shape or not np.array_equal(found[0], found[3])
    assert len(results['imgs']) == 6  # the input stays


def test_lazy_transforms_are_refused():
    steps = [dict(type='Flip', flip_ratio=1, lazy=True)]
    each = TRANSFORMS.build(dict(type='EachView', transforms=steps))
    imgs = [np.zeros((8, 8, 3), np.uint8)] * 2
    with pytest.raises(ValueError, match='leave out lazy=True'):
        each(dict(imgs=imgs, clip_len=1, img_shape=(8, 8), modality='RGB'))
