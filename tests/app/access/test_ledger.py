"""Whose files are whose, and how many."""

import pytest

from carl_mm.app.access.ledger import Ledger, QuotaError
from carl_mm.app.access.settings import UploadLimits

MB = 2**20


def claim(ledger, visitor, size):
    with ledger.room(visitor, size):
        pass


@pytest.fixture
def make(tmp_path):
    def ledger(**limits):
        return Ledger(tmp_path / 'in', tmp_path / 'kept', UploadLimits(**limits))

    return ledger


@pytest.fixture
def receive(tmp_path):
    def receive(name, size=1):
        path = tmp_path / 'in' / name / 'a.mp4'
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open('wb') as stream:
            stream.truncate(size)
        return path

    return receive


def test_owns(make, receive, tmp_path):
    ledger = make()
    mine, other = receive('mine'), receive('other')
    ledger.note('me', [str(mine)])
    ledger.note('you', [str(other)])
    for path in (mine, mine.parent / '..' / 'mine' / 'a.mp4'):
        assert ledger.owns('me', str(path))
        assert not ledger.owns('you', str(path))
        assert not ledger.owns('', str(path))
    linked = tmp_path / 'in' / 'link.mp4'
    linked.symlink_to(other)
    loop = tmp_path / 'in' / 'loop'
    loop.symlink_to(loop)
    for path in (other, linked, loop, mine.parent, '', 'a.mp4', f'{mine}\0', '\ud800'):
        assert not ledger.owns('me', str(path)), path
    assert ledger.owns('you', str(linked))  # leads to what is theirs
    mine.unlink()
    assert not ledger.owns('me', str(mine))
    mine.symlink_to(other)
    assert not ledger.owns('me', str(mine))


def test_only_what_came_to_the_folder_is_noted(make, tmp_path):
    (tmp_path / 'a.mp4').write_text('x')
    ledger = make()
    ledger.note('me', [str(tmp_path / 'a.mp4'), '/etc/passwd'])
    assert not ledger.owns('me', str(tmp_path / 'a.mp4'))
    assert not ledger.owns('me', '/etc/passwd')


def test_one_visitors_quota(make, receive):
    ledger = make(visitor_files=3, visitor_mb=2)
    ledger.note('me', [str(receive('a', MB))])
    with ledger.room('me', MB):
        with pytest.raises(QuotaError, match='you would have .* 3 files of 2 MB'):
            claim(ledger, 'me', 1)
        claim(ledger, 'you', 2 * MB)
    ledger.note('me', [str(receive('b')), str(receive('c'))])
    with pytest.raises(QuotaError, match='4 files .* at most 3 .*--visitor-quota'):
        claim(ledger, 'me', 1)


def test_what_is_too_much_is_removed(make, receive):
    ledger = make(visitor_files=2)
    kept = receive('a')
    ledger.note('me', [str(kept)])
    new = [receive('b'), receive('c')]
    with pytest.raises(QuotaError):
        ledger.note('me', map(str, new))
    assert kept.is_file() and not any(path.exists() for path in new)
    assert ledger.owns('me', str(kept))


def test_the_quota_of_all(make, receive, tmp_path):
    ledger = make(total_files=3, total_mb=3)
    ledger.note('a', [str(receive('a', MB))])
    (tmp_path / 'kept').mkdir()
    (tmp_path / 'kept' / 'b.mp4').write_bytes(b'\0' * MB)  # whoever's it is
    too_many = pytest.raises(QuotaError, match='all .* 4 files .*--total-quota')
    with ledger.room('c', MB), too_many:
        claim(ledger, 'd', 1)
    with pytest.raises(QuotaError, match='at most 3 of 3 MB'):
        claim(ledger, 'c', MB + 1)


def test_leave(make, receive, tmp_path):
    ledger = make(visitor_files=3)
    used, unused, equal = receive('a'), receive('b'), receive('c')
    ledger.note('me', map(str, (used, unused, equal)))
    ledger.note('you', [str(equal)])
    kept = tmp_path / 'kept' / 'a.mp4'
    kept.parent.mkdir()
    used.rename(kept)
    ledger.keep('me', str(used), kept)
    assert not ledger.owns('me', str(used)) and not ledger.owns('me', str(kept))
    with pytest.raises(QuotaError):  # those that are kept count
        claim(ledger, 'me', 1)
    assert ledger.leave('me') == {kept}
    assert not unused.exists() and equal.is_file() and kept.is_file()
    assert not ledger.owns('me', str(equal)) and ledger.owns('you', str(equal))
    assert ledger.leave('me') == set()


def test_what_is_kept_for_a_visitor_who_has_left_is_not_noted(make, receive, tmp_path):
    """Embedding a long video may outlast the visitor; nobody would remove the file."""
    ledger = make()
    path, kept = receive('a'), tmp_path / 'kept' / 'a.mp4'
    ledger.note('me', [str(path)])
    kept.parent.mkdir()
    path.rename(kept)
    assert ledger.leave('me') == set()
    assert not ledger.keep('me', str(path), kept)
    assert ledger.leave('me') == set()
