"""Opcodes that no pickler writes for data."""

import pickle
import re
from collections import OrderedDict

import numpy as np
import pytest

from carl_mm.datasets.converters.safe_pickle import pickled_arrays
from carl_mm.datasets.converters.safe_pickle.inert_unpickler import (
    Global,
)
from carl_mm.datasets.converters.safe_pickle.refusal import RefusedPickleError
from tests.datasets.converters.safe_pickle.pickles import (
    ARRAY,
    HALF_ARRAY,
    TENSOR,
    body,
    check_refused,
    load,
    named,
)


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


@pytest.mark.parametrize(
    ('opcodes', 'refused'),
    [
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
    ],
)
def test_tricks_are_refused_and_change_nothing(tmp_path, opcodes, refused):
    check_refused(tmp_path, opcodes, refused)


def test_what_stands_for_a_name_has_no_attributes():
    for inert in (Global('a'), pickled_arrays._Array(), pickled_arrays._DType('i8')):
        assert not hasattr(inert, '__dict__')
