import math

import pytest
import torch

from carl_mm.functional.losses._video_pairs import (
    ordered_pairs,
    pack,
    same_action_pairs,
    squared_distances,
)


def test_pack_moves_valid_frames_to_the_front():
    embedding = torch.arange(12.0).view(2, 3, 2)
    valid = torch.tensor([[False, True, True], [True, False, False]])
    embedding[~valid] = math.nan
    packed, num_frames = pack(embedding, valid)
    assert packed.tolist() == [[[2, 3], [4, 5], [0, 0]], [[6, 7], [0, 0], [0, 0]]]
    assert num_frames.tolist() == [2, 1]
    assert pack(embedding.bfloat16(), valid)[0].dtype == torch.float32


def counted_pairs(first, second, counted):
    places = zip(first[counted].tolist(), second[counted].tolist(), strict=True)
    return list(places)


def test_pairs_are_of_one_group_and_have_frames():
    frames = torch.tensor([3, 1, 0, 2, 5])
    pairs = counted_pairs(*same_action_pairs(frames, None, 'LAV'))
    assert pairs == [(0, 1), (0, 3), (0, 4), (1, 3), (1, 4), (3, 4)]
    found = same_action_pairs(frames, torch.tensor([7, 2, 7, 7, 2]), 'LAV')
    assert counted_pairs(*found) == [(0, 3), (1, 4)]


@pytest.mark.parametrize(
    ('frames', 'groups', 'message'),
    [
        ([4], None, 'GTA aligns pairs .* got 1 videos .*SameActionBatchSampler'),
        ([4, 0], None, r'of \[4, 0\] frames'),
        ([4, 3], [0, 1], r'of actions \[0, 1\]'),
        ([4, 3], [0, 1, 2], r'\(3,\)'),
    ],
)
def test_no_pair(frames, groups, message):
    groups = None if groups is None else torch.tensor(groups)
    with pytest.raises(ValueError, match=message):
        same_action_pairs(torch.tensor(frames), groups, 'GTA')


def test_squared_distances():
    a, b = torch.rand(3, 4, 5).double(), torch.rand(3, 2, 5).double()
    torch.testing.assert_close(squared_distances(a, b), torch.cdist(a, b).square())


def test_cycles_start_where_there_are_two_frames():
    valid = torch.arange(5) < torch.tensor([3, 1, 0, 2])[:, None]
    pairs = counted_pairs(*ordered_pairs(valid, None))
    assert pairs == [(0, 1), (0, 3), (3, 0), (3, 1)]
    found = ordered_pairs(valid, torch.tensor([4, 4, 4, 9]))
    assert counted_pairs(*found) == [(0, 1)]
    with pytest.raises(ValueError, match='of one action'):
        ordered_pairs(valid, torch.tensor([1, 2, 3, 4]))
    with pytest.raises(ValueError, match=r'groups must be \(4,\)'):
        ordered_pairs(valid, torch.tensor([1, 2]))
