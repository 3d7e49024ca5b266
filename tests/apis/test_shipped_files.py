import pytest

from carl_mm.apis import shipped_files
from carl_mm.apis.shipped_files import shipped


def test_a_clone_has_them_beside_the_package():
    assert (shipped('configs') / 'carl_folder.py').is_file()
    assert (shipped('tools') / 'train.py').is_file()


def test_a_wheel_has_them_inside(tmp_path, monkeypatch):
    inside = tmp_path / 'carl_mm' / '.mim' / 'tools'
    inside.mkdir(parents=True)
    (tmp_path / 'tools').mkdir()  # another package's
    fake = tmp_path / 'carl_mm' / 'apis' / 'shipped_files.py'
    monkeypatch.setattr(shipped_files, '__file__', str(fake))
    assert shipped('tools') == inside
    with pytest.raises(FileNotFoundError, match='install carl_mm anew'):
        shipped('configs')
