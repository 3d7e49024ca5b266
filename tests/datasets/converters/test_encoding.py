"""Videos made of single images."""

import numpy as np
import pytest

from carl_mm.datasets.converters.encoding import encode_videos
from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video

LENGTHS = {'a.mp4': 3, 'b.mp4': 5}


def entries(**lengths):
    return [
        {'filename': name, 'num_frames': length}
        for name, length in (LENGTHS | lengths).items()
    ]


def encode(folder, frames_of, **lengths):
    return encode_videos(entries(**lengths), folder, frames_of, 10, workers=2)


def frames_of(entry):
    return [np.full((32, 32, 3), 40, np.uint8)] * entry['num_frames']


def test_only_missing_videos_are_encoded(tmp_path):
    assert encode(tmp_path, frames_of) == {}
    videos = {path.name: open_video(path) for path in tmp_path.iterdir()}
    assert {name: video.num_frames for name, video in videos.items()} == LENGTHS
    assert videos['a.mp4'].fps == 10
    (tmp_path / 'b.mp4').unlink()
    asked = []

    def counted(entry):
        asked.append(entry['filename'])
        return frames_of(entry)

    assert encode(tmp_path, counted) == {}
    assert asked == ['b.mp4']


def test_what_cannot_be_decoded_is_left_out(tmp_path):
    def damaged(entry):
        yield from frames_of(entry)
        if entry['filename'] == 'b.mp4':
            raise VideoDecodeError('b: frame 5 is damaged')

    assert encode(tmp_path, damaged) == {'b.mp4': 'b: frame 5 is damaged'}
    assert [path.name for path in tmp_path.iterdir()] == ['a.mp4']


def test_a_video_of_another_source_is_named(tmp_path):
    encode(tmp_path, frames_of)
    (tmp_path / 'a.mp4').replace(tmp_path / 'b.mp4')
    message = r'b\.mp4: has 3 frames, but its source has 5; remove the file'
    with pytest.raises(ValueError, match=message):
        encode(tmp_path, frames_of)


def test_a_video_that_cannot_be_opened_is_named(tmp_path):
    (tmp_path / 'a.mp4').write_bytes(b'cut')
    with pytest.raises(
        ValueError, match=r'a\.mp4: .*; remove the file, and it is made'
    ):
        encode(tmp_path, frames_of)


def test_partial_files_of_a_killed_run_are_removed(tmp_path):
    (tmp_path / '.a.123.part.mp4').write_bytes(b'cut')
    encode(tmp_path, frames_of)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(LENGTHS)
