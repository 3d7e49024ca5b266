"""What is exported is what the tools write."""

import av
import pytest

from carl_mm.app.work import exported_videos as module
from carl_mm.app.work.exported_videos import (
    ShownAs,
    grid_video,
    pair_video,
    single_video,
)
from carl_mm.datasets.known_labels import known_labels
from tests.app.circle_library import with_files

BOX = (0.25, 0, 0.25, 1)  # a quarter as wide as high
BESIDE = (0.5, 0, 0.6, 1)
LENGTHS = {'a.mp4': 12, 'sub/a.mp4': 8, 'c.mp4': 10}


@pytest.fixture
def library(tmp_path):
    return with_files(LENGTHS, tmp_path)


def frames_of(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return sum(1 for _ in container.decode(video=0)), float(stream.average_rate)


def width_of(path):
    with av.open(str(path)) as container:
        return container.streams.video[0].width


def test_a_pair_plays_at_the_pace_of_the_first(library, tmp_path):
    shares = []
    name, write = pair_video(library, 'a.mp4', 'sub/a.mp4', ShownAs(speed=0.5))
    write(tmp_path / 'out.mp4', shares.append)
    assert name == 'a - a.mp4'
    assert frames_of(tmp_path / 'out.mp4') == (12, 5)
    assert sum(shares) == pytest.approx(1)


def test_labels_of_a_video_are_not_those_of_another_of_its_name(
    library, tmp_path, monkeypatch
):
    seen = {}

    def note(path, found, a, b, labels, **options):
        times = {each.filename: each.timestamps for each in (a, b)}
        seen.update(zip(times, known_labels(labels, times)[0], strict=True))
        seen['options'] = options

    monkeypatch.setattr(module, 'write_pair_video', note)
    rows = {'a.mp4': [[0, 11, 'x']], 'c.mp4': [[0, 9, 'y']]}
    options = ShownAs('ghost', 300, 'subject')
    _, write = pair_video(library, 'a.mp4', 'sub/a.mp4', options, rows)
    write(tmp_path / 'out.mp4', print)
    assert seen[f'{tmp_path}/a.mp4'].tolist() == [0] * 12
    assert seen[f'{tmp_path}/sub/a.mp4'] is None
    told = {key: seen['options'][key] for key in ('view', 'height', 'crop')}
    assert told == {'view': 'ghost', 'height': 300, 'crop': 'subject'}


def test_a_grid_shows_all_in_step(library, tmp_path):
    shares = []
    name, write = grid_video(library, [*LENGTHS, 'a.mp4'], ShownAs(speed=2))
    write(tmp_path / 'out.mp4', shares.append)
    assert name == '3 videos in step.mp4'
    assert frames_of(tmp_path / 'out.mp4')[0] == len(shares)


def test_a_box_cuts_one_two_and_all(library, tmp_path):
    for start, is_narrower_by in (
        (lambda options: single_video(library, 'a.mp4', options), 0),
        (lambda options: pair_video(library, 'a.mp4', 'c.mp4', options), 0),
        (lambda options: grid_video(library, LENGTHS, options), 100),
    ):
        widths = []
        for options in (ShownAs(height=800), ShownAs(height=800, crop=BOX)):
            _, write = start(options)
            write(tmp_path / 'out.mp4', lambda share: None)
            widths.append(width_of(tmp_path / 'out.mp4'))
        assert widths[1] + is_narrower_by < widths[0]


def test_one_video_with_its_phases(library, tmp_path):
    shares = []
    rows = [[0, 5, 'reach'], [8, 11, 'pour']]
    name, write = single_video(library, 'a.mp4', ShownAs(speed=0.5), rows)
    write(tmp_path / 'out.mp4', shares.append)
    assert name == 'a.mp4'
    assert frames_of(tmp_path / 'out.mp4') == (12, 5)
    assert sum(shares) == pytest.approx(1)


def test_what_cannot_be_is_refused_before_it_waits(library):
    for start, said in (
        (lambda: pair_video(library, 'a.mp4', 'x', ShownAs()), 'no such video'),
        (lambda: pair_video(library, 'a.mp4', 'c.mp4', ShownAs('up')), "'up'"),
        (lambda: pair_video(library, 'a.mp4', 'c.mp4', ShownAs(crop='x')), "'x'"),
        (lambda: grid_video(library, ['a.mp4', 'a.mp4'], ShownAs()), 'at least 2'),
        (lambda: grid_video(library, LENGTHS, ShownAs(crop='x')), "'x'"),
        (lambda: single_video(library, 'x', ShownAs()), 'no such video'),
        (lambda: single_video(library, 'a.mp4', ShownAs(crop=BESIDE)), 'a box is'),
    ):
        with pytest.raises(ValueError, match=said):
            start()
