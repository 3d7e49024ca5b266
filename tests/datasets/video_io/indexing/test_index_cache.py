"""Indices remembered, and what becomes of them when anything is not as it was."""

import json
import os

import pytest

from carl_mm.datasets.video_io.indexing.frame_index import FrameIndex
from carl_mm.datasets.video_io.indexing.index_cache import (
    cache_folder,
    load_index,
    save_index,
)
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.files import file_state
from tests.datasets.video_io.odd_files import packed

INDEX = FrameIndex([5, None, 7], [(5, 1, 2)], 2, 4, 'frames are hidden')
STATE = 5, 1_000  # size and time of change


@pytest.fixture
def video(tmp_path, monkeypatch):
    monkeypatch.setenv('CARL_MM_CACHE', str(tmp_path / 'cache'))
    path = tmp_path / 'a.avi'
    path.write_bytes(b'video')
    return path


def test_an_index_comes_back_by_any_path_of_its_file(video, tmp_path, monkeypatch):
    save_index(str(video), STATE, INDEX)
    assert load_index(str(video), STATE) == INDEX
    (tmp_path / 'link.avi').symlink_to(video)
    assert load_index(str(tmp_path / 'link.avi'), STATE) == INDEX
    monkeypatch.chdir(tmp_path)
    assert load_index('a.avi', STATE) == INDEX


def test_a_changed_file_has_none(video):
    save_index(str(video), file_state(video), INDEX)
    os.utime(video, ns=(1, 1))
    assert load_index(str(video), file_state(video)) is None


@pytest.mark.parametrize(
    'spoil',
    [
        lambda text: '',
        lambda text: text[: len(text) // 2],
        lambda text: '[]',
        lambda text: text.replace('[5, null, 7]', '"abc"'),
        lambda text: text.replace('[5, 1, 2]', '[5, 1]'),
        lambda text: text.replace('[5, 1, 2]', '[5, 1, 3]'),
        lambda text: text.replace('[5, 1, 2]', '[5, -1, 2]'),
        lambda text: text.replace('"damaged_at": 2', '"damaged_at": "2"'),
        lambda text: json.dumps({**json.loads(text), 'stamps': 3}),
    ],
)
def test_a_damaged_index_is_none(video, spoil):
    save_index(str(video), STATE, INDEX)
    (path,) = (cache_folder() / 'frames').iterdir()
    changed = spoil(path.read_text())
    assert changed != path.read_text()
    path.write_text(changed)
    assert load_index(str(video), STATE) is None


def test_a_folder_that_cannot_be_made_costs_nothing_but_time(tmp_path, monkeypatch):
    (tmp_path / 'file').write_text('')
    monkeypatch.setenv('CARL_MM_CACHE', str(tmp_path / 'file'))
    path = packed(tmp_path / 'a.avi')
    assert [open_video(path).num_frames for _ in range(2)] == [41, 41]


def test_a_file_is_decoded_once(tmp_path, monkeypatch):
    monkeypatch.setenv('CARL_MM_CACHE', str(tmp_path / 'cache'))
    path = packed(tmp_path / 'a.avi')
    first = open_video(path)
    monkeypatch.setattr('carl_mm.datasets.video_io.pyav_video.index_frames', None)
    again = open_video(path)
    assert (again.num_frames, again.notes) == (first.num_frames, first.notes)
