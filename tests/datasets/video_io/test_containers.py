"""Files of many containers and codecs: each frame is the one asked for."""

import pickle
import struct
import subprocess
import sys

import numpy as np
import pytest

from carl_mm.datasets import OpenVideo, VideoDecodeError, open_video
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.datasets.video_io import container_files
from tests.datasets.video_io.container_files import KINDS, NUM_FRAMES, times_of, write


@pytest.fixture
def file(tmp_path, request):
    path = tmp_path / request.param
    if path.suffix == '.webm':
        script = container_files.__file__
        subprocess.run([sys.executable, script, str(path)], check=True)
    else:
        write(path)
    return path


def brightness(frames):
    return np.stack([frame[4:44, 4:28].mean() for frame in frames])


@pytest.mark.parametrize('file', KINDS, indirect=True)
def test_frames_are_those_asked_for(file):
    times = times_of(file.name) / 1000
    video = open_video(file)
    assert video.num_frames == NUM_FRAMES
    frames = [frame.copy() for frame in video.stream(range(NUM_FRAMES))]
    expected = 2 * np.arange(NUM_FRAMES) + 30
    np.testing.assert_allclose(brightness(frames), expected, atol=4)
    assert (np.diff(brightness(frames)) > 0).all()
    rng = np.random.default_rng(1)
    for count in (1, 1, 1, 2, 5, 20, 60):
        inds = np.sort(rng.choice(NUM_FRAMES, count, replace=False))
        for index, frame in zip(inds, video.stream(inds), strict=True):
            np.testing.assert_array_equal(frame, frames[index])
    if file.suffix in ('.mp4', '.mkv'):
        np.testing.assert_allclose(video.timestamps, times, atol=1e-3)
    gaps = np.diff(video.timestamps)
    expected = np.diff(times) if file.stem == 'variable' else 1 / 25
    np.testing.assert_allclose(gaps, expected, atol=2e-3)


@pytest.mark.parametrize(
    'file', ['b_frames.mp4', 'variable.mkv', 'vp9.webm'], indirect=True
)
def test_both_decoders_give_the_same_frames(file):
    one, other = (open_video(file, 1, decoder) for decoder in ('pyav', 'decord'))
    assert one.fps == pytest.approx(other.fps)
    np.testing.assert_array_equal(one.timestamps, other.timestamps)
    for inds in (range(NUM_FRAMES), [5, 40, 41, 80]):
        np.testing.assert_array_equal(one.read(inds), other.read(inds))
    copies = [pickle.loads(pickle.dumps(video)) for video in (one, other)]
    np.testing.assert_array_equal(copies[0].read([7]), copies[1].read([7]))


@pytest.mark.parametrize(
    'file', ['b_frames.mp4', 'variable.mkv', 'transport.ts'], indirect=True
)
def test_damage_of_any_kind_is_told_as_such(file):
    """Never another error, which would stop a folder's other videos."""
    rng = np.random.default_rng(0)
    whole, told = file.read_bytes(), 0
    for round_ in range(60):
        content = bytearray(whole)
        if round_ % 4 == 0:
            del content[int(rng.integers(1, len(content))) :]
        else:  # in the header or anywhere
            end = min(3000, len(content)) if round_ % 2 else len(content)
            for place in rng.integers(end, size=(1, 20, 200)[round_ % 3]):
                content[place] = rng.integers(256)
        file.write_bytes(content)
        try:
            video = open_video(file)
            for _ in video.stream(range(video.num_frames)):
                pass
        except VideoDecodeError as error:
            assert str(error).startswith(str(file))
            told += 1
    assert told > 20


@pytest.mark.parametrize('turn', [0, 90, 180, 270])
def test_rotated_videos_are_upright(turn, tmp_path):
    """Telephones write how to turn the picture beside it."""
    path = tmp_path / 'turned.mp4'
    frame = np.full((48, 64, 3), 40, np.uint8)
    frame[:16, :16] = 220
    write_mp4(path, [frame] * 4, 25)
    content = bytearray(path.read_bytes())
    matrix = content.find(b'tkhd') + 44
    c, s = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[turn]
    values = [c << 16, s << 16, 0, -s << 16, c << 16, 0, 0, 0, 1 << 30]
    content[matrix : matrix + 36] = struct.pack('>9i', *values)
    path.write_bytes(content)
    shown = open_video(path).read([1])[0]
    clockwise = np.rot90(frame, -turn // 90)
    assert shown.shape == clockwise.shape
    np.testing.assert_allclose(shown, clockwise, atol=25)
    np.testing.assert_array_equal(shown, open_video(path, 1, 'decord').read([1])[0])


@pytest.mark.parametrize('turn', [0, 90, 180, 270])
def test_mirrored_videos_are_shown_mirrored(turn, tmp_path):
    """Front cameras write so, some turned as well."""
    path = tmp_path / 'mirrored.mp4'
    frame = np.full((48, 64, 3), 40, np.uint8)
    frame[:16, :16] = 220
    frame[32:, :16] = 130
    write_mp4(path, [frame] * 4, 25)
    content = bytearray(path.read_bytes())
    matrix = content.find(b'tkhd') + 44
    c, s = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[turn]
    # Of a point (x, y) first (-x, y), then turned clockwise.
    values = [-c << 16, -s << 16, 0, -s << 16, c << 16, 0, 0, 0, 1 << 30]
    content[matrix : matrix + 36] = struct.pack('>9i', *values)
    path.write_bytes(content)
    expected = np.rot90(frame[:, ::-1], -turn // 90)
    np.testing.assert_allclose(open_video(path).read([1])[0], expected, atol=25)


def test_a_decoder_is_chosen_by_name(tmp_path):
    write_mp4(tmp_path / 'v.mp4', [np.zeros((32, 32, 3), np.uint8)], 25)
    with pytest.raises(ValueError, match=r"decoder must be one of .*, got 'opencv'"):
        open_video(tmp_path / 'v.mp4', decoder='opencv')
    with pytest.raises(ValueError, match="decoder must be one of .*, got 'opencv'"):
        OpenVideo(decoder='opencv')


def test_a_decoder_that_is_not_installed_is_named(tmp_path, monkeypatch):
    write_mp4(tmp_path / 'v.mp4', [np.zeros((32, 32, 3), np.uint8)], 25)
    monkeypatch.setitem(sys.modules, 'carl_mm.datasets.video_io.decord_video', None)
    with pytest.raises(ValueError, match='decord is not installed; pip install decord'):
        open_video(tmp_path / 'v.mp4', decoder='decord')
