"""Pickles of strangers."""

import functools
import operator
import os
import pickle
import time
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from carl_mm.datasets.converters.safe_pickle.restricted_pickle import (
    RefusedPickleError,
    load_restricted_pickle,
)
from tests.datasets.converters.safe_pickle.pickles import (
    ARRAY,
    Call,
    body,
    calls,
    check_refused,
    load,
    named,
    nested,
)


@pytest.mark.parametrize('protocol', range(6))
def test_data_comes_back_as_it_was(tmp_path, protocol):
    data = [
        {'name': 'a', 'id': 1, 'share': 0.5, 'none': None, 'yes': True, 'z': 2j},
        (b'\xff\x00', b'', bytearray(b'x'), {1, 2}, frozenset('ab'), 2**80),
        OrderedDict(b=1, a=2),
    ]
    assert load(tmp_path, pickle.dumps(data, protocol)) == data


def test_shared_objects_stay_shared(tmp_path):
    array, tensor, items = np.arange(3), torch.arange(3), [1]
    data = [array, tensor, items, array.dtype]
    data += data
    found = load(tmp_path, pickle.dumps(data, 2))
    assert all(a is b for a, b in zip(found[:4], found[4:], strict=True))
    assert found[3] == array.dtype


def test_what_contains_itself_is_refused(tmp_path):
    items = [1]
    items.append(items)
    check_refused(
        tmp_path, pickle.dumps(items, 2)[2:-1], 'a container that contains itself'
    )


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
    ('opcodes', 'refused'),
    [
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
def test_admitted_calls_take_plain_data_only(tmp_path, opcodes, refused):
    check_refused(tmp_path, opcodes, refused)


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
