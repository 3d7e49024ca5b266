"""Arrays in pickles."""

import pickle

import numpy as np
import pytest

from tests.datasets.converters.safe_pickle.pickles import (
    ARRAY,
    HALF_ARRAY,
    body,
    calls,
    check_refused,
    load,
)

NUMBERS = ('i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8')
DTYPE = body(np.dtype('i8'))


@pytest.mark.parametrize('protocol', range(6))
@pytest.mark.parametrize(
    'array',
    [
        np.arange(6).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        *(np.array([0, 1, 100], f'<{code}') for code in NUMBERS),
        *(np.array([0, 1, 100], f'>{code}') for code in NUMBERS),
        np.arange(24).reshape(2, 3, 4).transpose(1, 0, 2),
        np.array([b'ab', b'']),
        np.str_('ab'),
        np.bool_(True),
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
    if isinstance(found, np.ndarray):
        assert found.flags.writeable


def test_numpy_1_names_are_known(tmp_path):
    content = pickle.dumps(np.arange(3), 2).replace(b'numpy._core', b'numpy.core')
    assert load(tmp_path, content).tolist() == [0, 1, 2]


def from_buffer(data, shape, dtype=DTYPE):
    return calls(
        'numpy._core.numeric._frombuffer',
        *(body(data), dtype, body(shape), body('C')),
    )


@pytest.mark.parametrize(
    ('opcodes', 'refused'),
    [
        # An array of objects, whose memory an array of integers is to share.
        (calls('numpy.ndarray', body((1,)), body('O')), 'to call numpy.ndarray'),
        (
            calls('numpy.ndarray', body((1,)), body('i8'), ARRAY),
            'to call numpy.ndarray',
        ),
        (calls('numpy.dtype', body('O')), "numpy.dtype('O')"),
        (calls('numpy.dtype', body('i8,O')), "numpy.dtype('i8,O')"),
        (calls('numpy.dtype', body({'names': []})), 'numpy.dtype({'),
        (HALF_ARRAY + body({'a': 1}) + b'b', 'a numpy.ndarray of another state'),
        (from_buffer(b'12345678', (1,), calls('numpy.dtype', body('i8'))), 'as _DType'),
        # Contents that do not fill their shape.
        (from_buffer(b'12345678', (2,)), 'of shape (2,) and int64 in 8 bytes'),
        (from_buffer(b'12345678', (-1,)), 'of shape (-1,)'),
        (from_buffer(b'12345678', (True,)), 'of shape (True,)'),
        (from_buffer(np.zeros(1), (1,)), 'a numpy.ndarray of ndarray'),
        (from_buffer(b'\x02', (1,), body(np.dtype('?'))), 'booleans other than 0'),
    ],
)
def test_arrays_that_are_not_plain_are_refused(tmp_path, opcodes, refused):
    check_refused(tmp_path, opcodes, refused)
