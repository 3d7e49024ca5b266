"""Tensors in pickles."""

import io
import pickle
import zipfile

import numpy as np
import pytest
import torch

from carl_mm.datasets.converters.safe_pickle.restricted_pickle import RefusedPickleError
from tests.datasets.converters.safe_pickle.pickles import (
    OBJECTS,
    Call,
    body,
    calls,
    check_refused,
    load,
    nested,
)

TENSOR_DTYPES = (
    *(torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.uint8),
    *(torch.int8, torch.int16, torch.int32, torch.int64),
)


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


def bounds(offset, size, stride):
    """A tensor over a storage of four elements."""
    storage = nested(torch.zeros(4)._typed_storage())
    form = map(body, (storage, offset, size, stride))
    return calls('torch._utils._rebuild_tensor_v2', *form)


@pytest.mark.parametrize(
    ('opcodes', 'refused'),
    [
        (bounds(-1, (2,), (1,)), 'a torch tensor of another form'),
        (bounds(3, (4,), (-1,)), 'a torch tensor of another form'),
        (bounds(0, (2, 2), (1,)), 'a torch tensor of another form'),
        (bounds(0, (5,), (1,)), 'in a storage of 4 elements'),
        (bounds(1, (2,), (3,)), 'in a storage of 4 elements'),
        (bounds(0, (2**50,), (0,)), 'in a storage of 4 elements'),
        (bounds(5, (0,), (1,)), 'in a storage of 4 elements'),
    ],
)
def test_a_tensor_stays_within_its_storage(tmp_path, opcodes, refused):
    check_refused(tmp_path, opcodes, refused)


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
