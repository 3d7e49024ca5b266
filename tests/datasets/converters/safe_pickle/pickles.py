"""Pickles as picklers write them, and as attackers write them by hand."""

import copyreg
import io
import pickle
import pickletools
import re

import numpy as np
import pytest
import torch

from carl_mm.datasets.converters.safe_pickle import restricted_pickle
from carl_mm.datasets.converters.safe_pickle.restricted_pickle import (
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


def nested(payload):
    """A tensor's storage in a plain pickle, whose bytes are a pickle of their own."""
    stream = io.BytesIO()
    torch.save(payload, stream, _use_new_zipfile_serialization=False)
    return Call(torch.storage._load_from_bytes, stream.getvalue())


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
HALF_ARRAY = calls(
    'numpy._core.multiarray._reconstruct',
    *(named('numpy.ndarray'), body((0,)), body(b'b')),
)


def check_refused(tmp_path, opcodes, refused):
    """Opcodes are refused by name, and leave the process as it was."""

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
