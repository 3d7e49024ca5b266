"""Videos as they are written for other programs."""

import numpy as np
import pytest

from carl_mm.datasets.converters.formats.annotations.forms import FORMS
from carl_mm.datasets.converters.formats.annotations.labelled_videos import (
    VideoFolder,
    without_videos,
)
from carl_mm.datasets.converters.formats.tables.label_rows import (
    LabelTable,
    ListedLabel,
)
from carl_mm.datasets.video_io.video_writer import write_mp4


def table(*rows):
    listed = [ListedLabel(n, *row) for n, row in enumerate(rows, start=2)]
    return LabelTable('l.csv', listed, None)


def test_what_each_form_needs_is_told(tmp_path):
    write_mp4(tmp_path / 'a.mp4', [np.zeros((32, 48, 3), np.uint8)] * 10, 25)
    folder = VideoFolder(tmp_path)
    assert folder.filenames == ['a.mp4']
    labels = table(
        ('a.mp4', 'y', 'cook', (6, 9), None, 0.5),
        ('a.mp4', ' x\n', 'cook', None, (0.0, 0.2)),
    )
    (video,), remarks = folder.fit(labels, FORMS['cvat'])
    assert remarks == []
    assert [(s.phase, s.frames, s.times) for s in video.segments] == [
        ('x', (0, 4), None),
        ('y', (6, 9), None),
    ]
    assert (video.size, video.num_frames, video.action) == ((48, 32), 10, 'cook')
    (video,), _ = folder.fit(labels, FORMS['elan'])
    assert [s.times for s in video.segments] == [(0.0, 0.2), (0.24, 0.4)]
    assert (video.size, video.length_s, video.fps) == (None, 0.4, 25.0)


def test_frames_that_milliseconds_do_not_tell_apart(tmp_path):
    frames = [np.zeros((32, 48, 3), np.uint8)] * 10
    write_mp4(tmp_path / 'fast.mp4', frames, 25, times=np.arange(11) / 8000)
    folder, labels = VideoFolder(tmp_path), table(('fast.mp4', 'x', '', (1, 2), None))
    with pytest.raises(
        ValueError,
        match=r'fast.mp4: frame . begins less than 0.001 s .*'
        'take another form than ELAN',
    ):
        folder.fit(labels, FORMS['elan'])
    for form in ('textgrid', 'csv', 'label_studio'):
        (video,), _ = folder.fit(labels, FORMS[form])
        assert video.segments[0].frames == (1, 2)


def test_without_videos_rows_are_as_they_are_told():
    labels = table(
        ('a', 'x', '', None, (0.12345678, 1.0)), ('a', 'y', '', (3, 4), None)
    )
    (video,), _ = without_videos(labels, FORMS['via'])
    assert [(s.frames, s.times) for s in video.segments] == [
        (None, (0.123457, 1.0)),
        ((3, 4), None),
    ]
    assert (video.num_frames, video.size) == (None, None)
