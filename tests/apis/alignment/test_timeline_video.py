"""The mp4 of a timeline."""

import dataclasses

import av
import numpy as np
import pytest

from carl_mm.apis.alignment.timeline_video import write_timeline_video
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.apis.alignment.test_timeline_tables import TIMELINE
from tests.conftest import moving_square


@pytest.fixture
def timeline(tmp_path):
    names = tuple(f'{tmp_path}/{name}' for name in TIMELINE.names)
    for name, length in zip(names, (5, 2), strict=True):
        write_mp4(name, moving_square(length, 32), 1)
    return dataclasses.replace(TIMELINE, names=names)


def test_it_plays_at_the_pace_of_the_clock_or_slower(timeline, tmp_path):
    for speed in (1.0, 0.5):
        shares = []
        out = tmp_path / 'out.mp4'
        shown = write_timeline_video(
            out, timeline, ['a', 'b'], speed=speed, on_progress=shares.append
        )
        with av.open(str(out)) as container:
            stream = container.streams.video[0]
            assert stream.average_rate == speed  # a moment a second of the clock
            assert sum(1 for _ in container.decode(video=0)) == 3
        assert shown == 2
        assert shares == [pytest.approx(1 / 3)] * 3


def test_of_many_videos_those_that_fit_best_are_shown(timeline, tmp_path, monkeypatch):
    monkeypatch.setattr('carl_mm.visualization.grid_video.MAX_TILES', 1)
    seen = []
    monkeypatch.setattr(
        'carl_mm.visualization.write_grid_video',
        lambda path, tiles, *args, **options: seen.extend(tile.name for tile in tiles),
    )
    changed = dataclasses.replace(
        timeline, similarities=np.array([0.1, 0.9]), outliers=(1,)
    )
    assert write_timeline_video(tmp_path / 'out.mp4', changed, ['a', 'b']) == 1
    assert seen == ['b (does not fit)']


def test_bad_speeds_are_refused(timeline, tmp_path):
    for speed in (0, -1, float('inf'), float('nan')):
        with pytest.raises(ValueError, match='speed must be positive'):
            write_timeline_video(tmp_path / 'x.mp4', timeline, ['a', 'b'], speed=speed)
