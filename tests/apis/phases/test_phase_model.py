import dataclasses
import json

import numpy as np
import pytest

from carl_mm.apis.phases.phase_model import PhaseModel
from carl_mm.functional.phases.probe import PhaseProbe

PROBE = PhaseProbe(np.array([0, 2]), np.arange(8.0).reshape(2, 4), np.array([0.5, -1]))
MODEL = PhaseModel(PROBE, ['reach', 'lift', 'put'], 2.0, 3.0, 3, True, {'version': '1'})


def test_a_file_gives_back_all_of_it(tmp_path):
    MODEL.save(tmp_path / 'sub' / 'model.npz')
    loaded = PhaseModel.load(tmp_path / 'sub' / 'model.npz')
    for name, array in vars(PROBE).items():
        np.testing.assert_array_equal(getattr(loaded.probe, name), array, strict=True)
    for field in dataclasses.fields(MODEL)[1:]:
        assert getattr(loaded, field.name) == getattr(MODEL, field.name)


def test_broken_and_foreign_files(tmp_path):
    path = tmp_path / 'labeler.npz'
    MODEL.save(path)
    whole = path.read_bytes()
    header = {'form': 'carl_mm phase labeller 1'}
    np.savez(tmp_path / 'keys.npz', header=json.dumps(header))
    np.savez(tmp_path / 'other.npz', embeddings=np.zeros(3))
    np.savez(tmp_path / 'pickled.npz', header=np.array([{}], dtype=object))
    (tmp_path / 'half.npz').write_bytes(whole[: len(whole) // 2])
    (tmp_path / 'text.npz').write_text('hello')
    (tmp_path / 'empty.npz').write_bytes(b'')
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(tmp_path / 'shapes.npz', **{**arrays, 'bias': np.zeros(3)})
    np.savez(tmp_path / 'classes.npz', **{**arrays, 'classes': np.array([1, 3])})
    names = ('keys', 'other', 'pickled', 'half', 'text', 'empty', 'shapes', 'classes')
    for name in names:
        with pytest.raises(ValueError, match=rf'{name}\.npz: not a file of the form'):
            PhaseModel.load(tmp_path / f'{name}.npz')
    with pytest.raises(FileNotFoundError, match='none.npz'):
        PhaseModel.load(tmp_path / 'none.npz')
