"""What converters share: the summary, parallel jobs and the output."""

import threading

import pytest

from carl_mm.datasets.annotations import load_annotations
from carl_mm.datasets.converters.conversion import (
    conclude,
    describe,
    run_jobs,
    write_annotations,
    write_left_out,
)

PHASES = {'pour': ['lift', 'tilt'], 'stir': ['dip']}
ENTRIES = [
    {
        'filename': 'a.mp4',
        'split': 'train',
        'num_frames': 5,
        'action': 'pour',
        'phases': [[0, 1, 0]],
    },
    {'filename': 'b.mp4', 'split': 'test', 'num_frames': 7, 'action': 'pour'},
    {'filename': 'c.mp4', 'split': 'train', 'action': 'stir'},
    {'filename': 'd.mp4', 'split': 'val', 'num_frames': 9, 'action': 'stir'},
]


def test_the_summary_counts_what_is_kept():
    left_out = {'d.mp4': 'is damaged', '0.mp4': 'no such file'}
    annotations, summary = conclude('x', PHASES, ENTRIES, left_out, ['odd'])
    assert annotations == {'metainfo': {'phases': PHASES}, 'data_list': ENTRIES[:3]}
    assert (summary.num_videos, summary.num_frames, summary.num_labelled) == (3, 12, 1)
    assert summary.splits == {'train': 2, 'test': 1}
    # Its only video that is not of the train split is left out.
    missing = 'stir: has no test video, so it will not be evaluated'
    assert summary.warnings == [missing, 'odd']
    assert describe(summary).splitlines() == [
        'videos    3 (train 2, test 1), 12 frames',
        'labelled  1',
        'phases    pour: 2: lift, tilt',
        'phases    stir: 1: dip',
        f'warning   {missing}',
        'warning   odd',
        'left out  2',
        '  0.mp4: no such file',
        '  d.mp4: is damaged',
    ]
    assert describe(summary, 1).splitlines()[-2:] == ['  0.mp4: no such file', '  ...']


def test_no_video_left_says_why_of_each():
    left_out = {entry['filename']: 'is damaged' for entry in ENTRIES}
    with pytest.raises(ValueError, match='^x: no video is left: 4 problems') as error:
        conclude('x', PHASES, ENTRIES, left_out)
    assert 'c.mp4: is damaged' in str(error.value)
    with pytest.raises(ValueError, match='^x: no video is left: there was none'):
        conclude('x', PHASES, [], {})


def test_results_come_in_the_order_of_the_jobs():
    first_may_end = threading.Event()

    def run(job):
        if job == 0:
            assert first_may_end.wait(20)  # so later jobs end before it
        if job == 2:
            first_may_end.set()
        return job * job

    assert list(run_jobs(run, [0, 1, 2], 2, '')) == [(0, 0), (1, 1), (2, 4)]


def test_an_error_ends_the_run():
    def run(job):
        if job == 1:
            raise OSError('disk full')
        return job

    results = run_jobs(run, range(1000), 1, '')
    assert next(results) == (0, 0)
    with pytest.raises(OSError, match='disk full'):
        next(results)


def test_annotations_are_checked_and_written_a_video_a_line(tmp_path):
    path = tmp_path / 'new' / 'a.json'
    annotations = {'metainfo': {'phases': PHASES}, 'data_list': ENTRIES}
    write_annotations(path, annotations)
    assert load_annotations(path) == annotations
    assert sum('filename' in line for line in path.read_text().splitlines()) == 4
    bad = {'metainfo': {}, 'data_list': ENTRIES[:1]}
    with pytest.raises(ValueError, match='not listed in metainfo'):
        write_annotations(path, bad)
    assert load_annotations(path) == annotations


def test_what_is_left_out_as_csv(tmp_path):
    write_left_out(tmp_path / 'l.csv', {'a, b.mp4': 'is damaged'})
    text = (tmp_path / 'l.csv').read_text()
    assert text == 'name,reason\n"a, b.mp4",is damaged\n'
