import multiprocessing
import pickle

import cv2
import numpy as np
import pytest

from carl_mm.datasets import ClipConsistentCenterCrop, ClipConsistentFlip
from carl_mm.datasets.transforms.frame_stream import FrameStream
from carl_mm.datasets.video_io.cropped_video import (
    BoxedVideo,
    CroppedVideo,
    crop_video,
)
from carl_mm.datasets.video_io.frame_reader import FrameReader, VideoDecodeError
from carl_mm.datasets.video_io.image_folder import ImageFolder
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.datasets.video_io.shrinking import resize
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square


class Frames(FrameReader):
    """Frames in memory that notes which of them are decoded."""

    filename, fps, num_threads = 'made by hand', 12.5, 3

    def __init__(self, frames):
        self.frames = frames
        self.num_frames = len(frames)
        self.timestamps = np.arange(len(frames)) / self.fps + 7
        self.decoded = []

    def stream(self, frame_inds):
        for index in frame_inds:
            self.decoded.append(int(index))
            yield self.frames[index]


def track(shape, start, end, size, num_frames=30, noise=3, seed=0):
    """A bright square goes from one place to another (y, x of its top left corner)."""
    rng = np.random.default_rng(seed)
    still = rng.integers(40, 120, (*shape, 3))
    frames = []
    for share in np.linspace(0, 1, num_frames):
        frame = still + rng.integers(-noise, noise + 1, still.shape)
        y, x = np.rint((1 - share) * np.array(start) + share * np.array(end)).astype(
            int
        )
        frame[y : y + size, x : x + size] = 240
        frames.append(frame.astype(np.uint8))
    return Frames(frames)


def assert_around(box, top, left, bottom, right, slack):
    """The square holds the rectangle, all but its outermost parts."""
    assert box[0] <= top + slack
    assert box[1] <= left + slack
    assert box[0] + box[2] >= bottom - slack
    assert box[1] + box[2] >= right - slack


@pytest.mark.parametrize('size', [10, 40])
def test_the_box_is_around_the_track_in_a_corner(size):
    video = CroppedVideo(track((180, 320), (110, 240), (120, 280 - size), size))
    assert_around(video.box, 110, 240, 120 + size, 280, slack=6)
    assert 63 <= video.box[2] <= 72  # 0.35 of 180, or 1.2 x 50 and some blur
    frames = video.read(range(30))
    assert frames.shape == (30, video.box[2], video.box[2], 3)
    top, left, side = video.box
    inside = video.video.frames[4][top : top + side, left : left + side]
    np.testing.assert_array_equal(frames[4], inside)


def test_the_box_is_moved_into_the_picture():
    video = CroppedVideo(track((180, 320), (0, 300), (30, 300), 20))
    top, left, side = video.box
    assert (top, left + side) == (0, 320)
    assert side == 63  # 0.35 of 180, more than 1.2 x 50


def test_an_upright_video():
    video = CroppedVideo(track((320, 180), (250, 20), (280, 60), 20))
    assert_around(video.box, 250, 20, 300, 80, slack=6)
    assert video.box[0] + video.box[2] <= 320
    assert video.box[1] >= 0
    assert video.box[2] <= 84


def test_a_subject_larger_than_the_short_side():
    video = CroppedVideo(track((90, 160), (30, 2), (30, 138), 20))
    top, left, side = video.box
    assert (top, left, side) == (-35, 0, 160)
    frame, crop = video.video.frames[9], video.read([9])[0]
    assert crop.shape == (160, 160, 3)
    np.testing.assert_array_equal(crop[35:125], frame)
    np.testing.assert_array_equal(crop[:35], np.repeat(frame[:1], 35, axis=0))
    np.testing.assert_array_equal(crop[125:], np.repeat(frame[-1:], 35, axis=0))
    # The same upright.
    turned = CroppedVideo(Frames([f.transpose(1, 0, 2) for f in video.video.frames]))
    assert turned.box == (0, -35, 160)
    np.testing.assert_array_equal(turned.read([9])[0], crop.transpose(1, 0, 2))


@pytest.mark.parametrize('shape', [(90, 160), (161, 90), (64, 64), (5, 30)])
@pytest.mark.parametrize('num_frames', [1, 20])
def test_a_still_video_stays_what_it_is(shape, num_frames):
    smooth = np.mgrid[0 : shape[0], 0 : shape[1]].sum(0) * 200 // sum(shape)
    video = Frames([np.repeat(smooth[..., None], 3, -1).astype(np.uint8)] * num_frames)
    cropped = CroppedVideo(video)
    side = min(shape)
    assert cropped.box == ((shape[0] - side) // 2, (shape[1] - side) // 2, side)
    step = [ClipConsistentCenterCrop(size=32)]
    for found, today in zip(
        FrameStream(cropped, step, [0]).chunks(7),
        FrameStream(video, step, [0]).chunks(7),
        strict=True,
    ):
        np.testing.assert_allclose(found.int(), today.int(), atol=6)


def test_two_passes_at_most_and_one_look_for_the_box():
    video = CroppedVideo(track((36, 64), (2, 2), (10, 10), 8))
    assert video.video.decoded == []
    list(video.stream(range(30)))
    assert video.video.decoded == [*range(30), *range(30)]
    list(video.stream([3, 5]))
    assert video.video.decoded[60:] == [3, 5]


def test_only_a_thousand_frames_of_a_long_video_are_looked_at():
    frames = track((18, 32), (2, 2), (10, 20), 6, num_frames=50).frames
    video = Frames(frames)
    video.num_frames, video.frames = 10_000, np.repeat(frames, 200, axis=0)
    box = CroppedVideo(video).box
    assert video.decoded == list(range(0, 10_000, 10))
    np.testing.assert_allclose(box, CroppedVideo(Frames(frames)).box, atol=1)


def test_a_large_square_is_reduced_without_passing_over_pixels():
    video = track((300, 400), (20, 20), (200, 240), 60)
    whole, small = CroppedVideo(video), CroppedVideo(video, max_size=32)
    side = whole.box[2]
    assert side > 250
    found = small.read([3, 7])
    assert found.shape == (2, 32, 32, 3)
    np.testing.assert_array_equal(found[1], resize(whole.read([7])[0], 32, 32))
    area = cv2.resize(whole.read([7])[0], (32, 32), interpolation=cv2.INTER_AREA)
    assert np.abs(found[1].astype(int) - area).mean() < 6
    large = CroppedVideo(video, max_size=1000)
    assert large.read([0]).shape == (1, side, side, 3)


def test_it_says_of_itself_what_the_video_does():
    video = Frames(list(moving_square(5)))
    cropped = CroppedVideo(video)
    for name in ('num_frames', 'fps', 'filename', 'num_threads', 'timestamps'):
        assert getattr(cropped, name) is getattr(video, name)
    assert video.decoded == []


@pytest.mark.parametrize('decoder', ['pyav', 'decord'])
def test_a_file_is_cropped_alike_in_other_processes(tmp_path, decoder):
    if decoder == 'decord':
        pytest.importorskip('decord')
    path = tmp_path / 'a.mp4'
    write_mp4(path, track((90, 160), (10, 20), (30, 60), 16).frames, 25)
    video = CroppedVideo(open_video(path, decoder=decoder))
    sent = pickle.dumps(video)  # before it has a box
    expected = video.read([2, 9, 29])
    assert_around(video.box, 10, 20, 46, 76, slack=6)
    again = pickle.loads(pickle.dumps(video))
    assert again.box == video.box
    np.testing.assert_array_equal(again.read([2, 9, 29]), expected)
    with multiprocessing.get_context('spawn').Pool(1) as pool:
        found = pool.apply(read_elsewhere, (sent, [2, 9, 29]))
    np.testing.assert_array_equal(found, expected)


def read_elsewhere(sent, frame_inds):
    return pickle.loads(sent).read(frame_inds)


def test_a_folder_of_images(tmp_path):
    frames = track((90, 160), (10, 20), (30, 60), 16, num_frames=8).frames
    for index, frame in enumerate(frames):
        cv2.imwrite(str(tmp_path / f'{index}.png'), frame[..., ::-1])
    video, same = CroppedVideo(ImageFolder(tmp_path)), CroppedVideo(Frames(frames))
    assert video.box == same.box
    np.testing.assert_array_equal(video.read([0, 7]), same.read([0, 7]))
    step = [ClipConsistentFlip(prob=1.0), ClipConsistentCenterCrop(size=16)]
    (chunk,) = FrameStream(video, step, [0]).chunks(8)
    assert chunk.shape == (1, 8, 3, 16, 16)


def test_a_damaged_file_is_told_as_before(tmp_path, break_middle):
    path = tmp_path / 'a.mp4'
    write_mp4(path, moving_square(200), 25)
    break_middle(path)
    with pytest.raises(VideoDecodeError, match=r'a\.mp4: cannot be decoded'):
        next(CroppedVideo(open_video(path)).stream([0]))


def test_a_video_that_changes_its_size_midway():
    frames = list(moving_square(6, 64))
    frames += [cv2.resize(frame, (96, 80)) for frame in moving_square(6, 64, start=6)]
    video = CroppedVideo(Frames(frames))
    side = video.box[2]
    assert video.read(range(12)).shape == (12, side, side, 3)


def test_a_size_below_1_is_named():
    with pytest.raises(ValueError, match='max_size must be at least 1, got 0'):
        CroppedVideo(Frames(list(moving_square(1))), max_size=0)


def numbered(rows=4, columns=8):
    """Two frames; a pixel tells its row and column."""
    frame = np.zeros((rows, columns, 3), np.uint8)
    frame[..., 0], frame[..., 1] = np.indices((rows, columns))
    return Frames(np.stack([frame, frame + 100]))


def test_a_box_by_hand():
    video = numbered()
    cut = BoxedVideo(video, (0.25, 0.5, 0.5, 0.5))
    first, second = cut.stream([0, 1])
    assert first.shape == (2, 4, 3)
    assert first[0, 0].tolist() == [2, 2, 0]
    assert first[-1, -1].tolist() == [3, 5, 0]
    assert (second - first == 100).all()
    assert (cut.fps, cut.num_frames, cut.filename) == (12.5, 2, video.filename)
    assert cut.timestamps.tolist() == video.timestamps.tolist()


def test_the_smallest_box_shows_a_pixel_and_the_largest_all():
    video = numbered()
    for box in ((1 - 1e-9, 1 - 1e-9, 1e-9, 1e-9), (0, 0, 1e-6, 1e-6)):
        (frame,) = BoxedVideo(video, box).stream([0])
        assert frame.shape == (1, 1, 3)
    (frame,) = BoxedVideo(video, (0, 0, 1, 1)).stream([0])
    assert frame.shape == (4, 8, 3)


@pytest.mark.parametrize(
    'box',
    [
        (0, 0, 0, 1),
        (0, 0, 1, -1),
        (0.5, 0, 0.6, 1),
        (-0.1, 0, 1, 1),
        (0, 0, float('nan'), 1),
        (float('nan'), 0, 1, 1),
    ],
)
def test_a_box_that_leaves_the_picture_is_refused(box):
    with pytest.raises(ValueError, match='shares of the picture'):
        BoxedVideo(numbered(), box)


def test_crops_by_name():
    video = numbered()
    assert crop_video(video, None) is video
    assert isinstance(crop_video(video, 'subject'), CroppedVideo)
    assert isinstance(crop_video(video, (0, 0, 1, 0.5)), BoxedVideo)
    with pytest.raises(ValueError, match="got 'all'"):
        crop_video(video, 'all')
