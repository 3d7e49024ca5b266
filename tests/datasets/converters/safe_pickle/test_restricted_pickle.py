import copyreg
import functools
import io
import operator
import os
import pickle
import pickletools
import re
import time
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from carl_mm.datasets.converters.safe_pickle import pickled_arrays, restricted_pickle
from carl_mm.datasets.converters.safe_pickle.inert_unpickler import Global
from carl_mm.datasets.converters.safe_pickle.restricted_pickle import (
    RefusedPickleError,
    load_restricted_pickle,
)

NUMBERS = ('i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8')
TENSOR_DTYPES = (
    *(torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.uint8),
    *(torch.int8, torch.int16, torch.int32, torch.int64),
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


def test_shared_objects_stay_shared(tmp_path):
    array, tensor, items = np.arange(3), torch.arange(3), [1]
    data = [array, tensor, items, array.dtype]
    data += data
    found = load(tmp_path, pickle.dumps(data, 2))
    assert all(a is b for a, b in zip(found[:4], found[4:], strict=True))
    assert found[3] == array.dtype
    items.append(items)
    found = load(tmp_path, pickle.dumps(items, 2))
    assert found[1] is found


@pytest.mark.parametrize('protocol', range(6))
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
        *(torch.tensor([0, 1, 100], dtype=dtype) for dtype in TENSOR_DTYPES),
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


def named(name):
    module, _, function = name.rpartition('.')
    return f'c{module}\n{function}\n'.encode()


def body(value):
    """Opcodes that leave a value on the stack; its memo is free for others."""
    return pickletools.optimize(pickle.dumps(value, 2))[2:-1]


def calls(name, *args):
    return named(name) + b'(' + b''.join(args) + b'tR'


OBJECTS = named('numpy.ndarray') + body((1,)) + body('O')
ARRAY, TENSOR = body(np.zeros(2)), body(torch.zeros(2))
DTYPE = body(np.dtype('i8'))
HALF_ARRAY = calls(
    'numpy._core.multiarray._reconstruct',
    *(named('numpy.ndarray'), body((0,)), body(b'b')),
)


def bounds(offset, size, stride):
    """A tensor over a storage of four elements."""
    storage = nested(torch.zeros(4)._typed_storage())
    form = map(body, (storage, offset, size, stride))
    return calls('torch._utils._rebuild_tensor_v2', *form)


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
        # Changes of what the pickle did not make as a container.
        (ARRAY + b'K\x00K\x01s', 'to change a ndarray'),
        (ARRAY + b'(K\x00K\x01u', 'to change a ndarray'),
        (TENSOR + b'K\x00K\x01s', 'to change a Tensor'),
        (body(bytearray(b'x')) + b'K\x01a', 'to change a bytearray'),
        (body(bytearray(b'x')) + b'(K\x01e', 'to change a bytearray'),
        (b'](K\x01\x90', 'to change a list'),
        (named('_codecs.encode') + b'(K\x00K\x01u', 'to change _codecs.encode'),
        # States.
        (
            named('_codecs.encode') + b'N' + body({'__defaults__': 1}) + b'\x86b',
            '_codecs',
        ),
        (named('builtins.set') + body({'a': 1}) + b'b', 'the state of builtins.set'),
        (body(OrderedDict()) + body({'a': 1}) + b'b', 'the state of a OrderedDict'),
        (ARRAY + body({'a': 1}) + b'b', 'to set the state of a ndarray'),
        (TENSOR + body({'a': 1}) + b'b', 'to set the state of a Tensor'),
        (HALF_ARRAY + body({'a': 1}) + b'b', 'a numpy.ndarray of another state'),
        # Objects by other opcodes than a call.
        (named('builtins.set') + b')\x81', 'to make an object of builtins.set'),
        (named('builtins.set') + b')}\x92', 'to make an object of builtins.set'),
        (b'(' + named('builtins.set') + b'o', 'to make an object of builtins.set'),
        (b'(ibuiltins\nset\n', 'to make an object of builtins.set'),
        (b'\x82\x01', 'to make an object'),
        (b'\x97', 'to make an object'),
        (body(b'x') + b'\x98', 'to make an object'),
        (b'K\x01)R', 'to call a int'),
        # Parts of objects, kept by the memo, used before they are whole.
        (b']' + HALF_ARRAY + b'q\x01a', 'a part of an object as data'),
        (HALF_ARRAY + b'q\x01' + b'2\x86', 'a part of an object as data'),
        (named('numpy.ndarray'), 'numpy.ndarray as data'),
        (b'}K\x00' + named('builtins.set') + b's', 'builtins.set as data'),
        (from_buffer(b'12345678', (1,), calls('numpy.dtype', body('i8'))), 'as _DType'),
        # Contents that do not fill their shape.
        (from_buffer(b'12345678', (2,)), 'of shape (2,) and int64 in 8 bytes'),
        (from_buffer(b'12345678', (-1,)), 'of shape (-1,)'),
        (from_buffer(b'12345678', (True,)), 'of shape (True,)'),
        (from_buffer(np.zeros(1), (1,)), 'a numpy.ndarray of ndarray'),
        (from_buffer(b'\x02', (1,), body(np.dtype('?'))), 'booleans other than 0'),
        (bounds(-1, (2,), (1,)), 'a torch tensor of another form'),
        (bounds(3, (4,), (-1,)), 'a torch tensor of another form'),
        (bounds(0, (2, 2), (1,)), 'a torch tensor of another form'),
        (bounds(0, (5,), (1,)), 'in a storage of 4 elements'),
        (bounds(1, (2,), (3,)), 'in a storage of 4 elements'),
        (bounds(0, (2**50,), (0,)), 'in a storage of 4 elements'),
        (bounds(5, (0,), (1,)), 'in a storage of 4 elements'),
        # Calls with what the function does not take from a pickler.
        (calls('builtins.set', ARRAY), 'a set of a ndarray'),
        (calls('builtins.bytearray', ARRAY), 'to encode a ndarray'),
        (calls('_codecs.encode', body('a'), body('rot13')), "as 'rot13'"),
        (
            calls('builtins.complex', named('builtins.set'), b'K\x01'),
            'a complex of a Glo',
        ),
    ],
)
def test_tricks_are_refused_and_change_nothing(tmp_path, opcodes, refused):
    def state():
        functions = filter(None, restricted_pickle._ADMITTED.values())
        return [
            (f, f.__dict__.copy(), getattr(f, '__defaults__', 0)) for f in functions
        ]

    before, extensions = state(), copyreg._extension_cache.copy()
    with pytest.raises(RefusedPickleError, match=re.escape(refused)):
        load(tmp_path, b'\x80\x05' + opcodes + b'.')
    assert state() == before
    assert copyreg._extension_cache == extensions


def test_what_stands_for_a_name_has_no_attributes():
    for inert in (Global('a'), pickled_arrays._Array(), pickled_arrays._DType('i8')):
        assert not hasattr(inert, '__dict__')


def zip_file(content):
    """A file of torch's newer form around a pickle."""
    plain, changed = io.BytesIO(), io.BytesIO()
    torch.save([], plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(changed, 'w') as target:
        for name in source.namelist():
            is_pickle = name.endswith('data.pkl')
            target.writestr(name, content if is_pickle else source.read(name))
    return Call(torch.storage._load_from_bytes, changed.getvalue())


@pytest.mark.parametrize(
    'payload',
    [
        zip_file(b'\x80\x02' + OBJECTS + b'\x86R.'),
        nested(np.array([None, 1], object)),
        nested(np.zeros(3)),
        nested({'a': torch.zeros(3)}),
        nested([1]),
    ],
    ids=['zip', 'object array', 'array', 'dict', 'list'],
)
def test_what_the_process_lets_torch_load_is_refused(tmp_path, payload):
    """Whoever calls `add_safe_globals` widens `torch.load`, but nothing here."""
    multiarray = np._core.multiarray
    safe = [np.ndarray, np.dtype, multiarray._reconstruct, type(np.dtype('O'))]
    content = pickle.dumps([payload], 2)
    kept = torch.serialization.get_safe_globals()  # leaving `safe_globals` drops more
    with torch.serialization.safe_globals(safe), pytest.raises(RefusedPickleError):
        load(tmp_path, content)
    torch.serialization.add_safe_globals(kept)


def test_a_storage_of_another_size_is_refused(tmp_path):
    stream = io.BytesIO()
    storage = torch.zeros(4)._typed_storage()
    torch.save(storage, stream, _use_new_zipfile_serialization=False)
    content = stream.getvalue()
    size = len(content) - 24  # eight bytes of size before four floats
    assert content[size:].startswith(b'\x04' + bytes(7))
    for changed in (
        content[:-1],
        content + b'x',
        content[:size] + b'\x05' + content[size + 1 :],
        content[:size].replace(b'K\x04N', b'K\x05N') + content[size:],
        content[: size - 5] + b'x' + content[size - 4 :],  # the key's last digit
        content[:size].replace(b'\xe9\x03', b'\xe8\x03', 1) + content[size:],
    ):
        assert changed != content
        call = Call(torch.storage._load_from_bytes, changed)
        with pytest.raises(RefusedPickleError, match='a torch storage of another form'):
            load(tmp_path, pickle.dumps(call, 2))


def test_as_many_videos_as_penn_action_load_in_seconds(tmp_path):
    labels = torch.arange(200)
    videos = [
        {'id': index, 'name': f'{index:04d}', 'frame_label': labels + index}
        for index in range(1140)
    ]
    content = pickle.dumps((videos, [[]] * 13), 4)
    start = time.perf_counter()
    found, _ = load(tmp_path, content)
    assert time.perf_counter() - start < 5
    assert all(torch.equal(v['frame_label'], labels + i) for i, v in enumerate(found))


def test_every_cut_is_one_error_that_names_the_file(tmp_path):
    data = [{'a': torch.arange(3), 'b': np.arange(3), 'c': 'text'}]
    content = pickle.dumps(data, 4)
    for length in range(0, len(content), 7):
        with pytest.raises(RefusedPickleError, match=r'x\.pkl: '):
            load(tmp_path, content[:length])


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_restricted_pickle(tmp_path / 'x.pkl')
