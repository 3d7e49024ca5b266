"""Videos opened before training."""

import pytest

from carl_mm.datasets.readable_videos import keep_readable_videos


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
