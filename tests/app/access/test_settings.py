"""Where the page is and what is said of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from carl_mm.app.access.settings import Access, UploadLimits


@pytest.mark.parametrize(
    ('host', 'url'),
    [
        ('127.0.0.1', 'http://127.0.0.1:7860/?token='),
        ('localhost', 'http://localhost:7860/?token='),
        ('0.0.0.0', 'http://127.0.0.1:7860/?token='),
        ('::', 'http://[::1]:7860/?token='),
        ('192.168.0.7', 'http://192.168.0.7:7860/?token='),
    ],
)
def test_url(host, url):
    access = Access(host)
    assert access.url == url + access.token


def test_each_start_has_its_own_token():
    one, other = Access(), Access()
    assert len(one.token) >= 43  # 256 bits
    assert one.token != other.token
    assert replace(one, port=1).token == one.token
    assert one.token not in repr(one)


def test_what_is_opened_is_said():
    for host in ('127.0.0.1', 'localhost', '::1', '127.0.0.9'):
        assert Access(host).notice(Path('videos')) == ''
    for host in ('0.0.0.0', '::', '192.168.0.7', 'machine'):
        text = Access(host, 80, ('lab', 'lab.example')).notice(Path('my/videos'))
        for part in (
            host,
            'port 80',
            'every machine',
            'token',
            'my/videos',
            '10000 MB',
        ):
            assert part in text
        assert 'not encrypted' in text and '(lab, lab.example)' in text
        assert '\n' not in text
    assert 'see --allow-host' in Access('::').notice(Path('v'))


@pytest.mark.parametrize('name', ['file_mb', 'visitor_files', 'total_mb'])
def test_limits(name):
    with pytest.raises(ValueError, match=f'^{name} must be >= 1, got 0; see --max-upl'):
        UploadLimits(**{name: 0})


def test_bad_values():
    with pytest.raises(ValueError, match='forget_after_s must be >= 0, got -1'):
        Access(forget_after_s=-1)
    with pytest.raises(ValueError, match='16 characters'):
        Access(token='')
