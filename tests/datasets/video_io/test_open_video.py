"""Which reader opens a path."""

import sys

import av
import cv2
import numpy as np
import pytest

from carl_mm.datasets import OpenVideo, VideoDecodeError, open_video
from carl_mm.datasets.video_io.decord_video import DecordVideo
from carl_mm.datasets.video_io.image_folder import ImageFolder
from carl_mm.datasets.video_io.pyav_video import PyAVVideo
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.datasets.video_io.odd_files import KINDS, number, write


def test_each_path_has_its_reader(tmp_path):
    write_mp4(tmp_path / 'v.mp4', [np.zeros((32, 32, 3), np.uint8)], 25)
    cv2.imwrite(str(tmp_path / '1.png'), np.zeros((32, 32, 3), np.uint8))
    assert type(open_video(tmp_path)) is ImageFolder
    assert type(open_video(tmp_path, decoder='decord')) is ImageFolder
    for decoder, kind in (('pyav', PyAVVideo), ('decord', DecordVideo)):
        video = open_video(tmp_path / 'v.mp4', 3, decoder)
        assert type(video) is kind
        assert (video.num_threads, video.num_frames) == (3, 1)
    with pytest.raises(VideoDecodeError, match='absent: no such file'):
        open_video(tmp_path / 'absent')


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


def damaged_at(path, place):
    """Spoil the packet of one frame."""
    write(path, options={'g': '1'})
    with av.open(str(path)) as container:
        packets = [bytes(p) for p in container.demux(video=0) if p.size]
    spoilt = b'\xff' * len(packets[place])
    path.write_bytes(path.read_bytes().replace(packets[place], spoilt, 1))
    return path


def test_what_is_before_damage_is_salvaged_only_if_asked_for(tmp_path, monkeypatch):
    path = damaged_at(tmp_path / 'a.mp4', 25)
    video = open_video(path)
    assert video.num_frames == 40
    with pytest.raises(VideoDecodeError, match=r'frame 25 is damaged; --salvage'):
        video.read(range(40))
    assert open_video(path).num_frames == 40  # whether or not it is known by now
    kept = open_video(path, salvage=True)
    assert [number(frame) for frame in kept.read(range(25))] == list(range(25))
    assert kept.num_frames == len(kept.timestamps) == 25
    assert kept.notes[0] == 'is damaged: the 25 frames before the damage are taken'
    monkeypatch.setenv('CARL_MM_SALVAGE', '1')
    assert open_video(path).num_frames == 25


def test_a_whole_file_is_the_same_salvaged(tmp_path):
    path = write(tmp_path / 'a.mp4')
    assert open_video(path, salvage=True).num_frames == 40
    assert open_video(path, salvage=True).notes == ()


@pytest.mark.parametrize(
    'name', ['packed2.avi', 'joined_back.ts', 'dense.mpg', 'two_streams.mp4']
)
def test_decord_reads_them_as_well(name, tmp_path):
    path = KINDS[name][0](tmp_path / name)
    expected = open_video(path)
    video = open_video(path, decoder='decord')
    assert (video.num_frames, video.fps) == (expected.num_frames, expected.fps)
    np.testing.assert_array_equal(video.timestamps, expected.timestamps)
    for inds in ([25, 29], [3], [7, 8]):
        np.testing.assert_array_equal(video.read(inds), expected.read(inds))


@pytest.mark.parametrize('name', ['uncoded.avi', 'middle_of_group.mkv', 'cut.avi'])
def test_decord_refuses_what_it_counts_otherwise(name, tmp_path):
    path = KINDS[name][0](tmp_path / name)
    with pytest.raises(VideoDecodeError, match="take the decoder 'pyav'"):
        open_video(path, decoder='decord')
