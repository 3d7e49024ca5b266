"""The two files as one process holds them."""

from carl_mm.apis.phases.segments import PhaseSegment
from carl_mm.app.project.label_files import LabelFiles, revision_of


def segment(first, last, phase, confidence=1.0):
    return PhaseSegment(first, last, phase, -1, confidence)


def test_changes_of_other_programs_are_seen_and_own_ones_are_not_read_again(tmp_path):
    files, other = LabelFiles(tmp_path), LabelFiles(tmp_path)
    files.refresh(['a'])
    files.save({'a': [segment(0, 3, 'x')]})
    painted, revision = files.painted, files.revision
    files.refresh(['a'])
    assert files.painted is painted and files.revision == revision
    other.refresh(['a'])
    assert other.painted == painted
    other.save({'a': [segment(0, 2, 'x')]})
    files.refresh(['a'])
    assert files.painted == {'a': [segment(0, 2, 'x')]}
    assert files.revision == revision + 1


def test_a_video_without_rows_goes(tmp_path):
    files = LabelFiles(tmp_path)
    files.save_suggested({'a': [segment(0, 3, 'x', 0.5)], 'b': [segment(0, 1, 'y')]})
    files.save({'a': []})
    assert files.painted == {} and set(files.suggested) == {'b'}
    assert files.painted_path.read_text() == 'filename,first_frame,last_frame,phase\n'
    files.refresh([])  # a table without any row is one here
    assert files.painted == {}


def test_an_entry_tells_whose_rows_they_are(tmp_path):
    files = LabelFiles(tmp_path)
    files.save_suggested({'a': [segment(0, 3, 'x', 0.5)]})
    assert files.entry('a')['confidence'] == [0.5]
    files.save({'a': [segment(0, 3, 'x', 0.5)]})
    assert files.entry('a') == {
        'rows': [[0, 3, 'x']],
        'origin': 'painted',
        'confidence': None,
        'revision': revision_of([[0, 3, 'x']]),
    }
    assert files.entry('b')['revision'] == 0
