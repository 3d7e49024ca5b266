"""Which reader opens a path."""

import sys

import cv2
import numpy as np
import pytest

from carl_mm.datasets import OpenVideo, VideoDecodeError, open_video
from carl_mm.datasets.video_io.decord_video import DecordVideo
from carl_mm.datasets.video_io.image_folder import ImageFolder
from carl_mm.datasets.video_io.pyav_video import PyAVVideo
from carl_mm.datasets.video_io.video_writer import write_mp4


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
