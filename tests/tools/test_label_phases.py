"""tools/label_phases.py as users call it, on embeddings made before."""

import csv
import json
from itertools import compress

import numpy as np
import pytest

from carl_mm.apis import PhaseLabeler, VideoEmbedding
from carl_mm.apis.phases.carrying import carry_to_all
from carl_mm.apis.phases.segments import write_phase_csv
from carl_mm.datasets.known_labels import known_labels
from tests.datasets.converters.formats.annotations.samples import ls_region
from tests.tools.processes import tool_fixture

HEADER = 'filename,first_frame,last_frame,phase'
CENTRES = np.random.default_rng(99).normal(size=(2, 6))
LENGTHS = {'a': (8, 6), 'b': (5, 9), 'sub/c': (10, 10), 'd': (7, 12)}


@pytest.fixture
def folder(tmp_path):
    """Embeddings of a folder of videos: 'reach', then 'put'."""
    rng = np.random.default_rng(0)
    for name, lengths in LENGTHS.items():
        labels = np.repeat([0, 1], lengths)
        frames = CENTRES[labels] + 0.1 * rng.normal(size=(len(labels), 6))
        frames = (frames / np.linalg.norm(frames, axis=1, keepdims=True)).astype('f')
        times = np.arange(len(labels)) / 10
        video = VideoEmbedding(f'/far/videos/{name}.mp4', frames, times, 10.0)
        video.save(tmp_path / 'npz' / f'{name}.npz')
    return tmp_path


label_phases = tool_fixture('label_phases', 'no_model.pth')


@pytest.fixture
def tool(label_phases, folder):
    def call(labels, *options):
        (folder / 'labels.csv').write_text('\n'.join(labels))
        args = ['--labels', folder / 'labels.csv', '--videos', folder / 'npz']
        return label_phases(*args, '--out', folder / 'out.csv', *options)

    return call


def rows_of(path):
    with open(path, newline='') as file:
        return list(csv.DictReader(file))


LABELS = [
    HEADER,
    'a.mp4,0,7,reach',
    'a.mp4,8,13,put',
    'b.mp4,0,4,reach',
    'b.mp4,6,13,put',
]


def test_videos_without_labels_are_labelled(tool, folder):
    status, said, _ = tool(LABELS)
    assert status == 0
    assert '2 labelled videos, 2 phases\n' in said
    rows = rows_of(folder / 'out.csv')
    found = [
        (r['filename'], r['first_frame'], r['last_frame'], r['phase']) for r in rows
    ]
    assert found == [
        ('d.mp4', '0', '6', 'reach'),
        ('d.mp4', '7', '18', 'put'),
        ('sub/c.mp4', '0', '9', 'reach'),
        ('sub/c.mp4', '10', '19', 'put'),
    ]
    assert [(r['start_s'], r['end_s']) for r in rows[:2]] == [
        ('0.000', '0.700'),
        ('0.700', '1.900'),
    ]
    assert all(0.5 < float(row['confidence']) <= 1 for row in rows)


def test_it_carries_as_the_page_does(tool, folder):
    """By the one function that serves both, in the order of the names' mean starts."""
    tool(LABELS)
    rows = {'a.mp4': [(0, 7, 'reach'), (8, 13, 'put')]}
    rows['b.mp4'] = [(0, 4, 'reach'), (6, 13, 'put')]
    videos = {
        f'{name}.mp4': VideoEmbedding.load(folder / 'npz' / f'{name}.npz')
        for name in LENGTHS
    }
    found = dict(carry_to_all(rows, videos, ['d.mp4', 'sub/c.mp4']))
    write_phase_csv(
        folder / 'expected.csv', {name: each.segments for name, each in found.items()}
    )
    written = [(folder / f'{name}.csv').read_text() for name in ('out', 'expected')]
    assert written[0] == written[1]


def test_a_labeller_is_fitted_if_told_or_if_told_how(tool, folder):
    for options in (['--method', 'labeller'], ['--switch-cost', '1'], ['--any-order']):
        status, said, _ = tool(LABELS, *options)
        assert status == 0
        assert 'penalty' in said
    assert 'penalty' not in tool(LABELS)[1]
    status, _, said = tool(LABELS, '--method', 'alignment', '--any-order')
    assert status == 1
    assert '--any-order: needs --method labeller' in said


def test_what_comes_out_can_go_in(tool, folder):
    tool(LABELS)
    lines = (folder / 'out.csv').read_text().splitlines()
    again = [','.join(line.split(',')[:4]) for line in lines]
    status, _, said = tool(again, '--all', '--save', folder / 'labeler.npz')
    assert (status, said) == (0, '')
    names = {row['filename'] for row in rows_of(folder / 'out.csv')}
    assert names == {'a.mp4', 'b.mp4', 'd.mp4', 'sub/c.mp4'}
    labeler = PhaseLabeler.load(folder / 'labeler.npz')
    video = VideoEmbedding.load(folder / 'npz' / 'a.npz')
    assert [s.phase for s in labeler.predict(video)] == ['reach', 'put']


def test_options(tool):
    status, said, _ = tool(
        LABELS, '--any-order', '--switch-cost', '2.5', '--phases', 'put, reach'
    )
    assert status == 0
    assert 'in order' not in said
    assert 'switch cost 2.5' in said


@pytest.mark.parametrize(
    ('labels', 'options', 'message'),
    [
        ([HEADER, 'x.mp4,0,1,reach'], (), "line 2: unknown file 'x.mp4'"),
        ([HEADER, 'a.mp4,0,14,reach'], (), 'last frame 14 is past the end'),
        ([HEADER, 'a.mp4,0,3,reach', 'a.mp4,3,9,put'], (), 'overlaps'),
        ([HEADER], (), 'has no row'),
        (LABELS, ('--phases', 'reach'), "unknown phase 'put'"),
        (
            [f'{HEADER},action', 'a.mp4,0,3,reach,x', 'b.mp4,0,3,put,y'],
            (),
            'rows of 2 actions',
        ),
    ],
)
def test_bad_labels_are_one_error(tool, folder, labels, options, message):
    status, _, said = tool(labels, *options)
    assert status == 1
    assert said.startswith('error: ') and 'Traceback' not in said
    assert 'labels.csv' in said and message in said
    assert not (folder / 'out.csv').exists()


def test_what_was_given_is_not_overwritten(tool, folder):
    for options in (
        ('--out', folder / 'labels.csv'),
        ('--save', folder / 'npz' / 'a.npz'),
    ):
        before = (folder / 'npz' / 'a.npz').read_bytes()
        status, _, said = tool(LABELS, *options)
        assert (status, 'would be overwritten' in said) == (1, True)
        assert (folder / 'labels.csv').read_text() == '\n'.join(LABELS)
        assert (folder / 'npz' / 'a.npz').read_bytes() == before


def test_where_nothing_is_left_to_label_it_says_so(tool, folder):
    spans = [f'{name}.mp4,0,3,reach' for name in LENGTHS]
    status, said, _ = tool([HEADER, *spans])
    assert status == 0
    assert ': 0 videos\nevery video has labels; --all' in said


def test_no_labels(tool, folder):
    status, _, said = tool(LABELS, '--labels', folder / 'none.csv')
    assert status == 1
    assert 'none.csv: no such file' in said


def test_its_table_goes_back_in_by_both_readers(tool, folder):
    """Whole, corrected by hand, and with either its frames or its times left out."""
    tool(LABELS, '--all')
    table = (folder / 'out.csv').read_text().splitlines()
    written = rows_of(folder / 'out.csv')
    stamps = {name: np.arange(sum(both)) / 10 for name, both in LENGTHS.items()}
    for left_out in ((), ('first_frame', 'last_frame'), ('start_s', 'end_s')):
        keep = [name not in left_out for name in table[0].split(',')]
        lines = [';'.join(compress(line.split(','), keep)) for line in table]
        status, _, said = tool(lines, '--all')
        assert (status, said) == (0, '')
        path = folder / 'labels.csv'
        for name, times in stamps.items():
            (labels,), phases = known_labels(path, {f'/v/{name}.mp4': times})
            for row in written:
                if row['filename'] == f'{name}.mp4':
                    span = labels[int(row['first_frame']) : int(row['last_frame']) + 1]
                    assert set(span) == {phases.index(row['phase'])}
            assert len(labels) == sum(LENGTHS[name]) and labels.min() == 0


def test_a_correction_by_hand_of_frames_alone_is_told(tool, folder):
    tool(LABELS)
    table = (folder / 'out.csv').read_text().splitlines()
    table[1] = table[1].replace('d.mp4,0,6', 'd.mp4,0,5')
    status, _, said = tool(table, '--all')
    assert status == 0
    assert 'warning: ' in said
    assert 'the times of 1 rows (line 2) are those of other frames' in said


def test_how_the_labels_count_frames(tool, folder):
    exclusive = ['a.mp4,0,8,reach', 'a.mp4,8,14,put', 'b.mp4,0,5,reach']
    from_one = ['a.mp4,1,8,reach', 'a.mp4,9,14,put', 'b.mp4,1,5,reach']
    expected = None
    for rows, options in (
        (exclusive, ['--exclusive-end']),
        (from_one, ['--first-frame', '1']),
        (['a.mp4,0,7,reach', 'a.mp4,8,13,put', 'b.mp4,0,4,reach'], []),
    ):
        if options:
            status, _, said = tool([HEADER, *rows])
            assert status == 1 and f'({" ".join(options)})' in said
        assert tool([HEADER, *rows], *options)[0] == 0
        expected = expected or rows_of(folder / 'out.csv')
        assert rows_of(folder / 'out.csv') == expected


def test_labels_of_another_program(tool, folder):
    """Label Studio's tasks, of which one is of a video that is not here."""
    regions = {'a': [(1, 8, 'reach'), (9, 14, 'put')], 'x': []}
    regions['b'] = [(1, 5, 'reach'), (6, 14, 'put')]
    tasks = [
        {
            'data': {'video': f'/data/local-files/?d=videos/{name}.mp4'},
            'annotations': [{'result': [ls_region(*row) for row in rows]}],
        }
        for name, rows in regions.items()
    ]
    status, said, warned = tool([json.dumps(tasks)])
    assert status == 0
    assert '2 labelled videos, 2 phases\n' in said
    assert warned.startswith(f'warning: {folder}/labels.csv: 1 of its 3 videos are not')
    assert [row['phase'] for row in rows_of(folder / 'out.csv')] == ['reach', 'put'] * 2
