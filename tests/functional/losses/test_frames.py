import math

import pytest
import torch

from carl_mm.functional.losses._frames import check_frames, clean


def test_what_fits_passes():
    embeddings = torch.randn(2, 3, 4, dtype=torch.float64)
    valid = torch.ones(2, 3, dtype=torch.bool)
    check_frames(embeddings, inds=torch.zeros(2, 3), valid=valid, valid_b=valid)


@pytest.mark.parametrize(
    ('embeddings', 'per_frame', 'match'),
    [
        (torch.zeros(2, 3), {}, r'\(B, T, D\) of floats, got \(2, 3\)'),
        (torch.zeros(2, 3, 4).long(), {}, 'int64'),
        (torch.zeros(2, 3, 4), {'inds': torch.zeros(2, 4)}, r'inds .* got \(2, 4\)'),
        (
            torch.zeros(2, 3, 4),
            {'valid_b': torch.ones(2, 3)},
            'valid_b must be bool, got torch.float32',
        ),
    ],
)
def test_what_does_not_fit_is_named(embeddings, per_frame, match):
    with pytest.raises(ValueError, match=match):
        check_frames(embeddings, **per_frame)


@pytest.mark.parametrize(
    ('given', 'kept'),
    [
        (torch.bfloat16, torch.float32),
        (torch.float32, torch.float32),
        (torch.float64, torch.float64),
    ],
)
def test_what_is_not_valid_is_zero_and_has_no_gradient(given, kept):
    embeddings = torch.tensor([[[1.0], [math.nan], [math.inf]]], dtype=given)
    embeddings.requires_grad_()
    out = clean(embeddings, torch.tensor([[True, False, False]]))
    assert out.dtype == kept
    assert out.flatten().tolist() == [1, 0, 0]
    out.sum().backward()
    assert embeddings.grad.flatten().tolist() == [1, 0, 0]
