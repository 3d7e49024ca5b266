import csv

import numpy as np

from carl_mm.apis import VideoEmbedding
from carl_mm.apis.alignment.timeline import Timeline
from carl_mm.apis.alignment.timeline_events import TimelineEvent
from carl_mm.apis.alignment.timeline_tables import (
    column_names,
    write_events,
    write_times,
)

# Two videos at three moments; the second does not show the last one.
TIMELINE = Timeline(
    names=('a.mp4', 'b.mp4'),
    clock=np.array([0.0, 1.0, 2.0]),
    times=np.array([[0.0, 2.0, 4.0], [0.5, 1.0, np.nan]]),
    frame_inds=np.array([[0, 2, 4], [0, 1, -1]]),
    clock_times=(np.linspace(0, 2, 5), np.array([0.0, 1.0])),
    matched=(np.ones(5), np.ones(2)),
    pace_spread=np.array([0.0, 0.25, np.nan]),
    uncertainty=np.zeros(3),
    similarities=np.ones(2),
    outliers=(),
)


def read(path):
    with path.open(newline='') as file:
        return list(csv.reader(file))


def test_a_moment_that_a_video_does_not_show_is_an_empty_cell(tmp_path):
    write_times(tmp_path / 'times.csv', TIMELINE, TIMELINE.names)
    assert read(tmp_path / 'times.csv') == [
        ['clock_s', 'pace_spread_log2', 'uncertainty_s', 'a.mp4', 'b.mp4'],
        ['0.000000', '0.000000', '0.000000', '0.000000', '0.500000'],
        ['1.000000', '0.250000', '0.000000', '2.000000', '1.000000'],
        ['2.000000', '', '0.000000', '4.000000', ''],
    ]


def test_an_event_is_where_the_median_of_its_marks_is(tmp_path):
    """Marked at 0.5 and 0.7; the first video runs at twice the clock's pace."""
    events = [
        TimelineEvent('grasp', np.array([0.5, 0.7])),
        TimelineEvent('lift', np.array([1.0, np.nan])),
    ]
    write_events(tmp_path / 'events.csv', events, TIMELINE, TIMELINE.names)
    assert read(tmp_path / 'events.csv') == [
        ['event', 'clock_s', 'spread_s', 'marked_in', 'a.mp4', 'b.mp4'],
        ['grasp', '0.600000', '0.100000', '2', '1.200000', '0.800000'],
        ['lift', '1.000000', '0.000000', '1', '2.000000', '1.000000'],
    ]


def test_videos_of_one_name_are_told_apart_by_their_folders():
    def named(*paths):
        rows, times = np.zeros((1, 2), dtype=np.float32), np.zeros(1)
        return column_names([VideoEmbedding(path, rows, times, 1.0) for path in paths])

    assert named('x/a.mp4', 'y/b.mp4') == ['a.mp4', 'b.mp4']
    assert named('x/a.mp4', 'y/a.mp4') == ['x/a.mp4', 'y/a.mp4']
