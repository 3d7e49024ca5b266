import numpy as np
import pytest
import torch
from mmaction.registry import TRANSFORMS

from carl_mm.datasets.video_io.cropped_video import CroppedVideo
from carl_mm.datasets.video_io.open_video import open_video
from tests.datasets.transforms.pipeline import (
    CROP,
    DECODE,
    FLIP,
    OPEN,
    PACK,
    VIEWS,
    run,
)

SUBJECT = {'type': 'CropToSubject'}


@pytest.fixture
def video(make_videos):
    return str(make_videos() / 'videos' / 'video_0.mp4')


def test_whole_videos_are_cropped(video):
    sample = run([OPEN, SUBJECT, {'type': 'WholeVideo'}, PACK], filename=video)
    chunk = next(sample['inputs'].chunks(30))[0]
    cropped = CroppedVideo(open_video(video))
    assert chunk.shape == (30, 3, cropped.box[2], cropped.box[2])
    # The square of the made videos goes from left to right, 20 to 28 px down.
    assert cropped.box[2] == 64
    expected = cropped.read(range(30)).transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(chunk, expected)


def test_views_are_cropped_alike_and_other_draws_stay(video):
    steps = [VIEWS, {**DECODE, 'transforms': [CROP, FLIP]}, PACK]
    found = run([OPEN, SUBJECT, *steps], filename=video)
    whole = run([OPEN, *steps], filename=video)
    again = run([OPEN, SUBJECT, *steps], filename=video)
    assert found['inputs'].shape == (2, 8, 3, 32, 32)
    assert torch.equal(found['inputs'], again['inputs'])
    assert torch.equal(found['frame_inds'], whole['frame_inds'])


def test_frames_are_reduced(video):
    step = {**SUBJECT, 'max_size': 20}
    sample = run([OPEN, step, {'type': 'WholeVideo'}, PACK], filename=video)
    assert next(sample['inputs'].chunks(4)).shape == (1, 4, 3, 20, 20)


def test_nothing_is_decoded_before_it_is_asked_for(video):
    class Unread:
        filename, num_frames, fps, num_threads = video, 30, 25.0, 1
        start_time, notes, is_cut = 0.0, (), False

    results = TRANSFORMS.build(SUBJECT)({'video': Unread()})
    assert isinstance(results['video'], CroppedVideo)


def test_the_step_before_is_named():
    with pytest.raises(ValueError, match='put it behind OpenVideo'):
        TRANSFORMS.build(SUBJECT)({'filename': 'a.mp4'})


def test_a_size_below_1_is_named():
    with pytest.raises(ValueError, match='max_size must be at least 1, got -2'):
        TRANSFORMS.build({**SUBJECT, 'max_size': -2})
