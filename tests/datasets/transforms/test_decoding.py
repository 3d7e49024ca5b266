import cv2
import numpy as np
import pytest
import torch
from mmaction.registry import TRANSFORMS

from carl_mm.datasets import OpenVideo
from carl_mm.datasets.video_io.open_video import VideoDecodeError
from tests.datasets.transforms.pipeline import (
    CROP,
    DECODE,
    FLIP,
    OPEN,
    PACK,
    TRAIN,
    VIEWS,
    run,
)


def test_two_views_of_one_video(make_videos):
    video = str(make_videos() / 'videos' / 'video_0.mp4')
    sample = run(TRAIN, filename=video)
    assert sample['inputs'].shape == (2, 8, 3, 32, 32)
    assert sample['inputs'].dtype == torch.uint8
    assert sample['frame_inds'].shape == sample['valid'].shape == (2, 8)
    assert sample['frame_inds'].dtype == torch.int64
    assert sample['valid'].all()


def test_the_frames_are_those_of_the_indices(make_videos):
    video = str(make_videos(lengths=(30,), test_share=0) / 'videos' / 'video_0.mp4')
    plain = [step for step in TRAIN if 'Clip' not in step['type']]
    sample = run(plain, filename=video)
    bright = sample['inputs'][:, :, 0, 22:26].float().mean(2).gt(180).float()
    places = torch.arange(64.0)
    left = (bright * places).sum(-1) / bright.sum(-1) - 3.5
    expected = (sample['frame_inds'] * 2) % 56
    torch.testing.assert_close(left, expected.float(), atol=1.5, rtol=0)


def test_decoding_takes_each_frame_once():
    reads = []

    class Spy:
        def stream(self, inds):
            reads.append(list(inds))
            return (np.full((4, 4, 3), index, np.uint8) for index in inds)

    step = TRANSFORMS.build({'type': 'DecodeViews'})
    inds = np.array([[1, 2, 5, 9], [2, 5, 6, 6]])  # the second view ends in padding
    results = step({'video': Spy(), 'frame_inds': inds})
    assert reads == [[1, 2, 5, 6, 9]]
    assert results['imgs'].shape == (2, 4, 4, 4, 3)
    np.testing.assert_array_equal(results['imgs'][..., 0, 0, 0], inds)


def test_transforms_within_decoding_are_those_behind_it(make_videos):
    """A view's draws are the same, whether its frames come one by one or all."""
    video = str(make_videos() / 'videos' / 'video_0.mp4')
    for step in (CROP, FLIP):
        within = [OPEN, VIEWS, {**DECODE, 'transforms': [step]}, PACK]
        behind = [OPEN, VIEWS, DECODE, step, PACK]
        for seed in range(4):
            first, second = (run(p, seed, filename=video) for p in (within, behind))
            assert torch.equal(first['inputs'], second['inputs'])


@pytest.mark.parametrize('chunk_size', [1, 7, 100])
def test_whole_video_draws_once_for_all_chunks(make_videos, chunk_size):
    video = str(make_videos() / 'videos' / 'video_0.mp4')

    def whole(size, seed):
        step = {'type': 'WholeVideo', 'transforms': [CROP, FLIP]}
        sample = run([OPEN, step, PACK], seed, filename=video)
        assert len(sample['inputs']) == 30
        assert sample['frame_inds'].tolist() == [list(range(30))]
        chunks = list(sample['inputs'].chunks(size))
        assert [chunk.shape[:2] for chunk in chunks[:-1]] == [(1, size)] * (
            len(chunks) - 1
        )
        return torch.cat(chunks, dim=1)

    expected, chunked = whole(1000, 3), whole(chunk_size, 3)
    assert expected.shape == (1, 30, 3, 32, 32)
    assert torch.equal(expected, chunked)
    assert any(not torch.equal(expected, whole(chunk_size, seed)) for seed in range(4))


def test_an_unknown_decoder_is_named():
    with pytest.raises(ValueError, match="'ffmpeg'"):
        TRANSFORMS.build({'type': 'OpenVideo', 'decoder': 'ffmpeg'})


def raw_frames(folder, numbers=range(1, 9), **more):
    """A folder of frames and flow as mmaction2's tools write it, and its sample."""
    for number in numbers:
        picture = np.full((16, 16, 3), 20 * number, np.uint8)
        for name in ('img', 'flow_x', 'flow_y'):
            cv2.imwrite(str(folder / f'{name}_{number:05}.jpg'), picture)
    sample = dict(frame_dir=str(folder), filename_tmpl='img_{:05}.jpg', label=3)
    return sample | dict(total_frames=8, start_index=1, modality='RGB') | more


@pytest.mark.parametrize(
    ('more', 'expected'),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8]),
        (dict(total_frames=5), [1, 2, 3, 4, 5]),
        (dict(total_frames=3, offset=4), [5, 6, 7]),  # with_offset
        (dict(total_frames=2, start_index=0, offset=2), [2, 3]),
    ],
)
def test_frames_of_a_rawframe_dataset_are_opened(tmp_path, more, expected):
    found = OpenVideo()(raw_frames(tmp_path, **more))
    assert found['total_frames'] == len(expected)
    assert found['filename'] == str(tmp_path)
    frames = found['video'].read(range(len(expected)))
    assert [round(frame.mean() / 20) for frame in frames] == expected


def test_frames_that_the_annotation_counts_must_be_there(tmp_path):
    sample = raw_frames(tmp_path)
    message = r'img_00009\.jpg is missing, frame 8 of 10; correct the annotations'
    with pytest.raises(VideoDecodeError, match=message):
        OpenVideo()(sample | dict(total_frames=10))
    with pytest.raises(VideoDecodeError, match='annotated with 0 frames'):
        OpenVideo()(sample | dict(total_frames=0))
    with pytest.raises(VideoDecodeError, match=r'none: img_00001\.jpg is missing'):
        OpenVideo()(sample | dict(frame_dir=str(tmp_path / 'none')))
    with pytest.raises(ValueError, match='must be RGB, not Flow'):
        OpenVideo()(sample | dict(modality='Flow'))
