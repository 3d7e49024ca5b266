"""Rows that are saved: what comes back, who wins, and what a crash leaves."""

import csv
import threading
from pathlib import Path

import numpy as np
import pytest

from carl_mm.apis.phases.segments import PhaseSegment
from carl_mm.app.project.label_files import revision_of
from carl_mm.app.project.labels import SavedLabels, StaleRowsError
from carl_mm.datasets.converters.formats.folder_csv import read_labels
from carl_mm.datasets.known_labels import known_labels
from tests.app.circle_library import CircleLibrary

ROWS = [[0, 4, 'reach'], [5, 9, 'put']]
ODD = ['a, b.mp4', 'q"uote.mp4', "it's.mp4", 'für 東京.mp4', '=1+1.mp4', '-x;y.mp4']


@pytest.fixture
def library():
    return CircleLibrary(**{n: range(10) for n in ['a.mp4', 'b.mp4', 'c.mp4', *ODD]})


@pytest.fixture
def labels(library, tmp_path):
    return SavedLabels(tmp_path, library)


def again(labels, library):
    """What another start of the server finds."""
    return SavedLabels(labels.path.parent, library)


def segment(first, last, phase, confidence):
    return PhaseSegment(first, last, phase, 0, confidence, first / 10, (last + 1) / 10)


def rows_of(labels):
    return {name: each['rows'] for name, each in labels.state()['videos'].items()}


def test_nothing_is_saved_at_first(labels):
    state = labels.state()
    assert (state['phases'], state['videos']) == ([], {})
    with pytest.raises(ValueError, match='nothing to export yet'):
        labels.export()


@pytest.mark.parametrize('name', ODD)
def test_what_is_put_comes_back_after_a_restart(labels, library, name):
    phases = ['a, "b"', '=SUM(1)', 'für 東京', '#x', "'quoted'"]
    rows = [[i, i, phase] for i, phase in enumerate(phases)]
    revision = labels.put(name, rows[::-1], 0)
    found = again(labels, library).state()['videos']
    assert found == {
        name: {
            'rows': rows,
            'origin': 'painted',
            'confidence': None,
            'revision': revision,
        }
    }


def test_commands_read_the_file(labels, tmp_path):
    for name in ODD:
        labels.put(name, ROWS, 0)
    table = read_labels(labels.path, ODD, None, None)
    assert {row.filename for row in table.rows} == set(ODD)
    times = {f'/v/{name}': np.arange(10) / 10 for name in ODD}
    for found in known_labels(labels.path, times)[0]:
        assert found is not None and (found >= 0).all()


def test_suggestions_come_back_with_their_confidence(labels, library):
    labels.suggest({'b.mp4': [segment(0, 6, 'reach', 0.5), segment(7, 9, 'put', 0.25)]})
    for each in (labels, again(labels, library)):
        (entry,) = each.state()['videos'].values()
        assert entry['rows'] == [[0, 6, 'reach'], [7, 9, 'put']]
        assert (entry['origin'], entry['confidence']) == ('suggested', [0.5, 0.25])
    with (labels.path.parent / 'suggested.csv').open(newline='') as file:
        assert next(csv.DictReader(file))['end_s'] == '0.700'


def test_a_change_of_one_who_has_seen_old_rows_is_refused(labels):
    first = labels.put('a.mp4', ROWS, 0)
    second = labels.put('a.mp4', ROWS[:1], first)
    with pytest.raises(StaleRowsError, match='a.mp4: .*changed elsewhere') as info:
        labels.put('a.mp4', [[0, 1, 'x']], first)
    assert info.value.present['rows'] == ROWS[:1]
    assert info.value.present['revision'] == second
    assert labels.put('a.mp4', ROWS[:1], first) == second  # an answer that was lost
    assert labels.put('b.mp4', ROWS, 0)  # another video's rows are its own matter
    labels.suggest({'c.mp4': [segment(0, 9, 'x', 0.5)]})
    seen = labels.state()['videos']['c.mp4']['revision']
    labels.suggest({'c.mp4': [segment(0, 8, 'x', 0.5)]})
    with pytest.raises(StaleRowsError):
        labels.put('c.mp4', ROWS, seen)


def test_revisions_go_by_rows_and_survive_a_restart(labels, library):
    before = labels.revision
    revision = labels.put('a.mp4', ROWS, 0)
    assert labels.revision > before
    assert again(labels, library).put('a.mp4', [], revision) == 0
    assert revision == revision_of(ROWS) < 2**53
    assert revision_of([]) == 0


def test_what_is_painted_hides_and_removes_what_was_suggested(labels, library):
    labels.suggest({name: [segment(0, 9, 'x', 0.5)] for name in ('a.mp4', 'b.mp4')})
    labels.put('a.mp4', ROWS, revision_of([[0, 9, 'x']]))
    assert labels.state()['videos']['a.mp4']['origin'] == 'painted'
    labels.put('a.mp4', [], revision_of(ROWS))
    assert set(rows_of(labels)) == set(rows_of(again(labels, library))) == {'b.mp4'}
    labels.put('b.mp4', [], revision_of([[0, 9, 'x']]))
    assert rows_of(labels) == rows_of(again(labels, library)) == {}


def test_what_was_painted_meanwhile_is_not_suggested(labels):
    labels.put('a.mp4', ROWS, 0)
    labels.suggest({'a.mp4': [segment(0, 9, 'x', 0.5)]})
    assert rows_of(labels) == {'a.mp4': ROWS}
    assert labels.accept() and rows_of(labels) == {'a.mp4': ROWS}


def test_suggestions_are_accepted_some_or_all(labels, library):
    labels.suggest({n: [segment(0, 9, 'x', 0.5)] for n in ('a.mp4', 'b.mp4', 'c.mp4')})
    labels.accept([])
    assert labels.painted() == {}
    labels.accept(['b.mp4'])
    assert labels.painted() == {'b.mp4': [[0, 9, 'x']]}
    with pytest.raises(ValueError, match='b.mp4: no phases are suggested'):
        labels.accept(['a.mp4', 'b.mp4'])
    labels.accept()
    assert set(again(labels, library).painted()) == {'a.mp4', 'b.mp4', 'c.mp4'}
    origins = {each['origin'] for each in labels.state()['videos'].values()}
    assert origins == {'painted'}


def test_phases_are_in_order_and_can_be_renamed(labels, library):
    labels.put('a.mp4', [[0, 4, 'z'], [5, 9, 'a']], 0)
    labels.suggest({'b.mp4': [segment(0, 9, 'z', 0.5)]})
    assert labels.state()['phases'] == ['z', 'a']
    labels.rename('z', ' reach ')
    assert rows_of(again(labels, library)) == {
        'a.mp4': [[0, 4, 'reach'], [5, 9, 'a']],
        'b.mp4': [[0, 9, 'reach']],
    }
    assert labels.state()['videos']['b.mp4']['confidence'] == [0.5]
    for old, new, said in (
        ('z', 'y', "no 'z'"),
        ('a', 'reach', "'reach' exists"),
        ('a', '', 'no name'),
        ('a', 'x\ny', 'cannot be written'),
    ):
        with pytest.raises(ValueError, match=said):
            labels.rename(old, new)


def test_export(labels):
    labels.put('a.mp4', ROWS, 0)
    labels.suggest({'b.mp4': [segment(0, 9, 'x', 0.5)]})
    lines = labels.export().splitlines()
    assert lines[1:] == ['a.mp4,0,4,reach', 'a.mp4,5,9,put']
    assert labels.export('all').splitlines()[3:] == ['b.mp4,0,9,x']
    with pytest.raises(ValueError, match="what must be 'painted' or 'all', got 'x'"):
        labels.export('x')


def test_bad_rows_are_told_all_at_once_and_nothing_changes(labels):
    labels.put('a.mp4', ROWS, 0)
    bad = [[0, 10, 'x'], [-1, 3, 'x'], [3, 2, 'x'], [0, 1, ''], ['0', 1, 'x']]
    with pytest.raises(ValueError, match='5 problems') as info:
        labels.put('a.mp4', bad, revision_of(ROWS))
    assert 'last frame 10 is past the end: the video has 10 frames' in str(info.value)
    with pytest.raises(ValueError, match='a.mp4: .*past the end'):
        labels.put_all({'a.mp4': [[0, 10, 'x']], 'b.mp4': ROWS})
    with pytest.raises(ValueError, match='no such video'):
        labels.put('none.mp4', ROWS, 0)
    assert rows_of(labels) == {'a.mp4': ROWS}


def test_a_file_that_someone_edited_is_read_again(labels):
    revision = labels.put('a.mp4', ROWS, 0)
    text = labels.path.read_text().replace('put', 'put down')
    labels.path.write_text(f'{text}gone.mp4,0,99,reach\n')
    with pytest.raises(StaleRowsError):
        labels.put('a.mp4', [], revision)
    assert rows_of(labels)['a.mp4'] == [[0, 4, 'reach'], [5, 9, 'put down']]
    labels.put('b.mp4', ROWS, 0)  # what is of no video that there is stays
    assert 'gone.mp4,0,99,reach' in labels.path.read_text()


def test_rows_of_a_video_that_is_gone_can_be_removed(labels):
    revision = labels.put('a.mp4', ROWS, 0)
    del labels._library.videos['a.mp4']
    assert rows_of(labels) == {'a.mp4': ROWS}
    assert labels.put('a.mp4', [], revision) == 0
    assert rows_of(labels) == {}


def test_a_file_that_someone_broke_is_not_overwritten(labels):
    labels.put('a.mp4', ROWS, 0)
    labels.path.write_text('filename,first_frame,last_frame,phase\na.mp4,x,3,reach\n')
    with pytest.raises(ValueError, match='labels.csv: line 2: a.mp4: must be an int'):
        labels.put('b.mp4', ROWS, 0)
    assert 'a.mp4,x,3' in labels.path.read_text()


def test_a_write_that_fails_leaves_what_was(labels, monkeypatch):
    labels.put('a.mp4', ROWS, 0)
    before = labels.path.read_bytes()

    def full(*_):
        raise OSError(28, 'No space left on device')

    with monkeypatch.context() as patch:
        patch.setattr('carl_mm.files.os.fsync', full)
        with pytest.raises(OSError, match='labels.csv cannot be written: No space'):
            labels.put('b.mp4', ROWS, 0)
    assert labels.path.read_bytes() == before
    assert rows_of(labels) == {'a.mp4': ROWS}
    assert [path.name for path in labels.path.parent.iterdir()] == ['labels.csv']


class Killed(BaseException):
    """The end of the process, which nothing catches and nobody cleans up after."""


def test_what_was_answered_survives_a_kill_in_the_next_write(
    labels, library, monkeypatch
):
    revision = labels.put('a.mp4', ROWS[:1], 0)

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Path, 'replace', die)
        patch.setattr(Path, 'unlink', lambda *_, **__: None)
        with pytest.raises(Killed):
            labels.put('a.mp4', ROWS, revision)
    left = [path.name for path in labels.path.parent.iterdir()]
    assert len(left) == 2  # the part that was written stays
    restarted = again(labels, library)
    assert rows_of(restarted) == {'a.mp4': ROWS[:1]}
    restarted.put('a.mp4', ROWS, revision)
    assert rows_of(again(labels, library)) == {'a.mp4': ROWS}


def test_two_who_write_at_once_lose_nothing(labels, library):
    names = ['a.mp4', 'b.mp4', 'c.mp4', *ODD]
    threads = [
        threading.Thread(target=labels.put, args=(name, ROWS, 0)) for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(rows_of(again(labels, library))) == set(names)
