import functools
import io
import operator
import os
import pickle
import re
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from carl_mm.datasets.converters.restricted_pickle import (
    RefusedPickleError,
    load_restricted_pickle,
)


class Call:
    """Pickles as a call, as an attacker's object does."""

    def __init__(self, function, *args):
        self.call = (function, args)

    def __reduce__(self):
        return self.call


def load(tmp_path, content):
    path = tmp_path / 'x.pkl'
    path.write_bytes(content)
    return load_restricted_pickle(path)


@pytest.mark.parametrize('protocol', range(6))
def test_data_comes_back_as_it_was(tmp_path, protocol):
    data = [
        {'name': 'a', 'id': 1, 'share': 0.5, 'none': None, 'yes': True, 'z': 2j},
        (b'\xff\x00', b'', bytearray(b'x'), {1, 2}, frozenset('ab'), 2**80),
        OrderedDict(b=1, a=2),
    ]
    assert load(tmp_path, pickle.dumps(data, protocol)) == data


@pytest.mark.parametrize('protocol', range(6))
@pytest.mark.parametrize(
    'array',
    [
        np.arange(6).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array([1, -2, 3], '>i2'),
        np.array([True, False]),
        np.array(['ab', 'c']),
        np.array([1.5, np.nan], np.float16),
        np.empty((0, 3)),
        np.array(7),
        np.float64(3.5),
        np.int32(4),
    ],
    ids=str,
)
def test_arrays_come_back_as_they_were(tmp_path, protocol, array):
    found = load(tmp_path, pickle.dumps(array, protocol))
    np.testing.assert_array_equal(found, array)
    assert found.dtype == pickle.loads(pickle.dumps(array, protocol)).dtype
    assert found.shape == array.shape


@pytest.mark.parametrize('protocol', range(2, 6))
@pytest.mark.parametrize(
    'tensor',
    [
        torch.arange(5),
        -torch.ones(4),
        torch.arange(12.0).reshape(3, 4).t()[1:],
        torch.tensor(3, dtype=torch.int32),
        torch.tensor([True, False]),
        torch.empty(0),
        torch.ones(2, requires_grad=True),
    ],
    ids=str,
)
def test_tensors_come_back_as_they_were(tmp_path, protocol, tensor):
    found = load(tmp_path, pickle.dumps([tensor, tensor], protocol))
    for each in found:
        assert each.dtype == tensor.dtype
        assert torch.equal(each, tensor)
        assert not each.requires_grad


def test_numpy_1_names_are_known(tmp_path):
    content = pickle.dumps(np.arange(3), 2).replace(b'numpy._core', b'numpy.core')
    assert load(tmp_path, content).tolist() == [0, 1, 2]


def nested(payload):
    """A tensor's storage in a plain pickle, whose bytes are a pickle of their own."""
    stream = io.BytesIO()
    torch.save(payload, stream, _use_new_zipfile_serialization=False)
    return Call(torch.storage._load_from_bytes, stream.getvalue())


def object_array(payload):
    array = np.empty(1, object)
    array[0] = payload
    return array


def payloads(marker):
    command = f'touch {marker}'
    code = f'open({str(marker)!r}, "w").close()'
    system = Call(os.system, command)
    return {
        'system': (system, 'posix.system'),
        'eval': (Call(eval, code), 'builtins.eval'),
        'exec': (Call(exec, code), 'builtins.exec'),
        'getattr': (Call(getattr, Call(__import__, 'os'), 'system'), 'builtins'),
        'partial': (Call(functools.partial(os.system, command)), 'functools.partial'),
        'methodcaller': (Call(operator.methodcaller('f'), 1), 'operator.methodcaller'),
        'open': (Call(open, str(marker), 'w'), '_?io.open'),
        'path': (Path(marker), r'pathlib\._?\w*\.?PosixPath|pathlib.PosixPath'),
        'torch.load': (Call(torch.load, str(marker)), 'torch.serialization.load'),
        'np.load': (Call(np.load, str(marker)), r'numpy\S*load'),
        'tucked away': ([{'frame_label': (1, [system])}], 'posix.system'),
        'object array': (object_array(system), r"numpy\.dtype\('O8'\)|posix.system"),
        'record array': (np.zeros(1, [('a', 'O')]), r"numpy\.dtype\('V8'\)"),
        'nested': (nested(system), 'posix.system'),
        'nested eval': (nested([Call(eval, code)]), 'eval'),
        'nested in nested': (nested(nested(system)), r'torch\.storage\._load_from_b'),
    }


NAMES = list(payloads('x'))


@pytest.mark.parametrize('protocol', [2, 4, 5])
@pytest.mark.parametrize('name', NAMES)
def test_what_would_run_code_is_refused_by_name(tmp_path, name, protocol):
    marker = tmp_path / 'ran'
    payload, called = payloads(marker)[name]
    with pytest.raises(RefusedPickleError, match=rf'x\.pkl: refused: .*({called})'):
        load(tmp_path, pickle.dumps(payload, protocol))
    assert not marker.exists()


def test_the_payloads_do_run_in_a_plain_unpickler(tmp_path):
    """So that the refusals above are no accident of harmless payloads."""
    for name in ('system', 'eval', 'exec', 'tucked away', 'object array', 'nested'):
        marker = tmp_path / name.replace(' ', '_')
        content = pickle.dumps(payloads(marker)[name][0], 4)
        pickle.loads(content)
        assert marker.exists(), name


@pytest.mark.parametrize(
    ('opcodes', 'called'),
    [
        # By hand, as no pickler writes them. A dotted name, reached by getattr:
        (b'\x80\x04\x8c\x05numpy\x8c\x0cndarray.view\x93.', 'numpy.ndarray.view'),
        (
            b'\x80\x04\x8c\x0bcollections\x8c\x14OrderedDict.__init__\x93.',
            'collections.OrderedDict.__init__',
        ),
        (b"cos\nsystem\n(S'true'\ntR.", 'os.system'),
        (b"(S'true'\nios\nsystem\n.", 'os.system'),
        (b'cbuiltins\neval\n.', 'builtins.eval'),
        (b'Pstorage\n.', "the persistent object 'storage'"),
        # An array whose state says objects, of a dtype that was plain.
        (
            pickle.dumps(np.zeros(1), 2).replace(b'NNNJ', b'N](K\x00eNJ'),
            'a numpy.dtype of state',
        ),
    ],
)
def test_opcodes_by_hand_are_refused(tmp_path, opcodes, called):
    with pytest.raises(RefusedPickleError, match=re.escape(called)):
        load(tmp_path, opcodes)


def test_every_cut_is_one_error_that_names_the_file(tmp_path):
    data = [{'a': torch.arange(3), 'b': np.arange(3), 'c': 'text'}]
    content = pickle.dumps(data, 4)
    for length in range(0, len(content), 7):
        with pytest.raises(RefusedPickleError, match=r'x\.pkl: '):
            load(tmp_path, content[:length])


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_restricted_pickle(tmp_path / 'x.pkl')
