import pickle

import numpy as np
import torch
from mmaction.registry import TRANSFORMS

from carl_mm.datasets.transforms.frame_stream import draw_view
from tests.datasets.transforms.pipeline import CROP, FLIP, OPEN, PACK, imgs, run


def test_a_stream_goes_to_another_process_and_gives_several_views(make_videos):
    video = str(make_videos() / 'videos' / 'video_0.mp4')
    step = {'type': 'WholeVideo', 'transforms': [CROP]}
    stream = run([OPEN, step, PACK], 0, filename=video)['inputs']
    stream.seeds = [5, 6, 5]
    stream = pickle.loads(pickle.dumps(stream))
    views = torch.cat(list(stream.chunks(8)), dim=1)
    assert views.shape == (3, 30, 3, 32, 32)
    assert torch.equal(views[0], views[2])
    assert not torch.equal(views[0], views[1])


def test_a_view_passes_its_transforms_in_turn():
    steps = [TRANSFORMS.build(step) for step in (CROP, {**FLIP, 'prob': 1.0})]
    frame = imgs()[0][0]
    found = draw_view(steps, np.random.default_rng(2), frame)(frame)
    rng = np.random.default_rng(2)
    cropped = steps[0].draw(rng, *frame.shape[:2])(frame)
    np.testing.assert_array_equal(found, cropped[:, ::-1])
    unchanged = draw_view([], rng, frame)
    assert unchanged(frame) is frame
