"""Videos opened before training."""

import pytest

from carl_mm.datasets.readable_videos import keep_readable_videos
from tests.datasets.video_io.odd_files import KINDS


def entries_of(folder, *names):
    return [{'filename': str(folder / 'videos' / name)} for name in names]


def keep(entries, share):
    return keep_readable_videos(entries, lambda e: e['filename'], share, 'a.json')


def test_unreadable_videos_are_left_out_up_to_a_share(make_videos, caplog):
    folder = make_videos()
    (folder / 'videos' / 'text.mp4').write_text('no video')
    names = [f'video_{i}.mp4' for i in range(3)]
    entries = entries_of(folder, names[0], 'text.mp4', *names[1:])
    assert keep(entries, 0.25) == entries_of(folder, *names)
    with pytest.raises(ValueError, match=r'(?s)1 of 4 videos .*text\.mp4') as error:
        keep(entries, 0.24)
    assert 'max_unreadable_share=0.24 allows' in str(error.value)


def test_none_left_is_an_error_at_any_share(make_videos):
    with pytest.raises(ValueError, match='none.mp4: no such file'):
        keep(entries_of(make_videos(), 'none.mp4'), 1.0)


def test_labels_past_the_end_are_named(make_videos):
    (entry,) = entries_of(make_videos((9,)), 'video_0.mp4')
    with pytest.raises(ValueError, match=r'a\.json: .*video_0\.mp4: .* past the end'):
        keep([entry | {'phases': [[0, 9, 0]]}], 1.0)


def test_a_cut_video_is_used_as_far_as_its_labels_are_there(tmp_path, make_videos):
    whole = entries_of(make_videos((9,)), 'video_0.mp4')
    path = str(KINDS['cut.mkv'][0](tmp_path / 'cut.mkv'))
    for rows in ({}, {'phases': [[0, 9, 0]]}):
        assert len(keep([*whole, {'filename': path, **rows}], 0.0)) == 2
    short = {'filename': path, 'phases': [[0, 39, 0]]}
    assert keep([*whole, short], 0.5) == whole
    with pytest.raises(ValueError, match=r'cut\.mkv: is cut at its end, before its'):
        keep([*whole, short], 0.4)
