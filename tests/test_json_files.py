import pytest

from carl_mm.json_files import MAX_DEPTH, parse_json, read_json


def test_values_come_back(tmp_path):
    (tmp_path / 'a.json').write_text('{"a": [1, "ü"]}', 'utf-8')
    assert read_json(tmp_path / 'a.json') == {'a': [1, 'ü']}
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / 'b.json')


@pytest.mark.parametrize('content', [b'', b'{', b'\xff\xfe', b'[' * 10**5, b'9' * 5000])
def test_what_is_no_json_is_named(tmp_path, content):
    (tmp_path / 'a.json').write_bytes(content)
    with pytest.raises(ValueError, match=r'a\.json: not a JSON file: '):
        read_json(tmp_path / 'a.json')


def test_depth_has_a_limit():
    parse_json('[' * MAX_DEPTH + ']' * MAX_DEPTH)
    with pytest.raises(ValueError, match='nested more than 64 deep'):
        parse_json('[' * 65 + ']' * 65)
