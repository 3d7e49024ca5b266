"""What requests may bring."""

import math

import pytest

pytest.importorskip('fastapi')
from pydantic import ValidationError  # noqa: E402

from carl_mm.app.routes.bodies import (  # noqa: E402
    AlignBody,
    DeviationsBody,
    ExportBody,
    FindBody,
    VideosBody,
)

FIND = {'video': 'a', 'first': 0, 'last': 3}
PAIR = {'kind': 'pair', 'a': 'x', 'b': 'y'}


@pytest.mark.parametrize(
    ('body', 'given'),
    [
        (AlignBody, {'a': 'x', 'b': 'y', 'method': 'guess'}),
        (AlignBody, {'a': 'x', 'b': 3}),
        (FindBody, {**FIND, 'first': -1}),
        (FindBody, {**FIND, 'last': 2**40}),
        (FindBody, {**FIND, 'count': 101}),
        (FindBody, {**FIND, 'gap_s': math.nan}),
        (FindBody, {**FIND, 'gap_s': math.inf}),
        (VideosBody, {'videos': ['x'] * 100_001}),
        (DeviationsBody, {'video': 'x', 'references': ['x'] * 1001}),
        (ExportBody, {**PAIR, 'speed': 0}),
        (ExportBody, {**PAIR, 'speed': math.nan}),
        (ExportBody, {**PAIR, 'height': 10**6}),
        (ExportBody, {**PAIR, 'view': 'side'}),
        (ExportBody, {**PAIR, 'labels': 'yes'}),
        (ExportBody, {**PAIR, 'crop': 'left'}),
        (ExportBody, {**PAIR, 'crop': [0, 0, 1]}),
        (ExportBody, {**PAIR, 'crop': [0, 0, 1, 1.1]}),
        (ExportBody, {**PAIR, 'crop': [-0.1, 0, 1, 1]}),
        (ExportBody, {**PAIR, 'crop': [0, 0, 1, math.nan]}),
        (ExportBody, {**PAIR, 'path': '/etc/passwd'}),
    ],
)
def test_what_is_out_of_range_is_refused(body, given):
    with pytest.raises(ValidationError):
        body(**given)


def test_what_is_usual_is_taken():
    assert FindBody(**FIND).count == 12
    assert ExportBody(**PAIR).crop == 'none'
    assert ExportBody(**PAIR, crop=[0, 0.5, 1, 0.5]).crop == (0, 0.5, 1, 0.5)
    assert ExportBody(kind='single', a='x').b is None
    assert VideosBody().videos is None
