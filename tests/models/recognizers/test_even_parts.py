import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from carl_mm.models.recognizers.even_parts import even_parts


def lengths(num_frames, max_frames):
    parts = even_parts(torch.arange(num_frames), max_frames)
    assert torch.equal(torch.cat(parts), torch.arange(num_frames))
    return [len(part) for part in parts]


@pytest.mark.parametrize(
    ('num_frames', 'max_frames', 'expected'),
    [
        (1_100, 1_000, [550, 550]),
        (6_500, 6_000, [3_250, 3_250]),
        (1_000, 1_000, [1_000]),
        (1_001, 1_000, [501, 500]),
        (2_500, 1_000, [834, 834, 832]),
        (7, 3, [3, 3, 1]),
        (5, None, [5]),
        (1, 1, [1]),
        (0, 4, [0]),
    ],
)
def test_by_hand(num_frames, max_frames, expected):
    assert lengths(num_frames, max_frames) == expected


@given(num_frames=st.integers(1, 500), max_frames=st.integers(1, 60))
def test_as_the_published_loop(num_frames, max_frames):
    count = math.ceil(float(num_frames) / max_frames)
    each = math.ceil(float(num_frames) / count)
    starts = [i * each for i in range(count) if i * each < num_frames]
    expected = [min(each, num_frames - start) for start in starts]
    assert lengths(num_frames, max_frames) == expected
    assert max(expected) <= max_frames
