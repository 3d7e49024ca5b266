from pathlib import Path

import pytest

from carl_mm.app.project.entries import Entry, file_version


@pytest.mark.parametrize(
    ('entry', 'is_ready', 'state', 'seconds'),
    [
        (Entry(Path('a')), False, 'unknown', None),
        (Entry(Path('a'), frames=50, fps=25), False, 'waiting', 2),
        (Entry(Path('a'), frames=50, fps=25), True, 'ready', 2),
        (Entry(Path('a'), reason='broken'), False, 'left_out', None),
    ],
)
def test_rows(entry, is_ready, state, seconds):
    row = entry.row('a', is_ready)
    assert (row['name'], row['state'], row['seconds']) == ('a', state, seconds)


def test_the_version_changes_with_the_file(tmp_path):
    path = tmp_path / 'a'
    path.write_bytes(b'x')
    before = file_version(path)
    assert before == file_version(path)
    path.write_bytes(b'xy')
    assert file_version(path) != before
