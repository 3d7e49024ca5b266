import json

import numpy as np
import pytest

from carl_mm.apis.array_file import load_arrays, save_arrays


def build(header, arrays):
    return header['names'], arrays['values']


def test_a_file_gives_back_header_and_arrays(tmp_path):
    values = np.arange(6.0).reshape(2, 3)
    save_arrays(
        tmp_path / 'new' / 'a.any', 'form 1', {'names': ['ü']}, {'values': values}
    )
    names, found = load_arrays(tmp_path / 'new' / 'a.any', 'form 1', build)
    assert names == ['ü']
    np.testing.assert_array_equal(found, values, strict=True)


def test_what_is_not_of_the_form_is_named(tmp_path):
    path = tmp_path / 'a.npz'
    save_arrays(path, 'form 1', {'names': []}, {})
    with pytest.raises(ValueError, match=r'a\.npz: not a file of the form form 2'):
        load_arrays(path, 'form 2', build)
    with pytest.raises(ValueError, match=r"broken one .KeyError.'values'"):
        load_arrays(path, 'form 1', build)
    with pytest.raises(FileNotFoundError, match=r'b\.npz: no such file'):
        load_arrays(tmp_path / 'b.npz', 'form 1', build)


def test_objects_are_not_unpickled(tmp_path):
    header = json.dumps({'form': 'form 1', 'names': []})
    np.savez(tmp_path / 'a.npz', header=header, values=np.array([print], dtype=object))
    with pytest.raises(ValueError, match='not a file of the form'):
        load_arrays(tmp_path / 'a.npz', 'form 1', build)
