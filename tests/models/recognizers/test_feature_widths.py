"""Widths that follow from the backbone, against what passes through it."""

import pytest
import torch
from mmaction.registry import MODELS
from torch import nn

from carl_mm.models import EfficientNetLite0, EfficientNetLite2, LearntStages
from carl_mm.models.recognizers.feature_widths import (
    part_widths,
    stages_config,
    with_widths,
)

FLOW = {'type': 'OpticalFlowGrid', 'size': 32, 'grid': 2}


def network(indices, kind=EfficientNetLite0):
    return kind(pretrained=False, out_indices=indices)


@pytest.mark.parametrize(
    ('indices', 'pooling', 'expected'),
    [
        ((7,), 'max', (1280,)),
        ((4, 7), ('grid', 'max'), (16 * 112, 1280)),
        ((3, 5, 6), ('mean', 'max_mean', 'max'), (80, 2 * 192, 320)),
        ((4, 7), 'max', (1280,)),  # one name: of the last output alone
    ],
)
def test_widths_by_hand(indices, pooling, expected):
    assert part_widths(network(indices), pooling, None, ()) == expected


def test_the_larger_network_and_what_else_is_measured():
    flow = MODELS.build(FLOW)
    widths = part_widths(
        network((4, 7), EfficientNetLite2), ('grid', 'max'), None, [flow]
    )
    assert widths == (16 * 120, 1280, 3 * 2 * 2)


@pytest.mark.parametrize('kind', [EfficientNetLite0, EfficientNetLite2])
def test_learnt_stages_are_those_of_the_backbone(kind):
    config = {'type': kind.__name__, 'pretrained': False, 'out_indices': (4, 5)}
    backbone, pooling = network((4, 5), kind), ('grid', 'flat')
    filled = stages_config({'type': 'LearntStages'}, backbone, config, pooling)
    assert filled == {
        'type': 'LearntStages',
        'backbone': {'type': kind.__name__, 'pretrained': False},
        'start': 5,
        'kept_channels': 16 * kind.channels[4],
    }
    stages = MODELS.build(filled).eval()
    side = 3
    maps = torch.randn(1, 2, 16 * kind.channels[4] + kind.channels[5] * side**2)
    widths = part_widths(backbone, pooling, stages, ())
    assert widths == (16 * kind.channels[4], 1280)
    with torch.no_grad():
        assert stages(maps).shape == (1, 2, sum(widths))


def test_stages_that_are_given_stay():
    own = {'type': 'LearntStages', 'start': 4, 'kept_channels': 7, 'backbone': {}}
    assert stages_config(own, network((5,)), {}, 'flat') == own
    assert stages_config(own, nn.Identity(), {}, 'flat') == own


def test_other_backbones_are_not_continued():
    with pytest.raises(ValueError, match=r"continue a Identity.* give \['start'\]"):
        stages_config({'backbone': {}}, nn.Identity(), {}, 'flat')


def test_several_stages_give_several_parts():
    stages = LearntStages(
        {'type': 'EfficientNetLite0', 'pretrained': False}, 4, (4, 7), ('grid', 'max')
    )
    assert part_widths(network((4,)), 'flat', stages, ()) == (16 * 112, 1280)


def test_numbers_stay_and_names_follow():
    features = network((7,)), 'max', None, ()
    neck = {'type': 'FramewiseMLP', 'in_channels': 5}
    assert with_widths(neck, [2, 3], features) == (neck, (2, 3))
    assert with_widths({'type': 'X'}, (), features) == ({'type': 'X'}, ())
    asked = {'type': 'FramewiseMLP', 'in_channels': None}
    filled = {'type': 'FramewiseMLP', 'in_channels': 1280}
    assert with_widths(asked, 'each', features) == (filled, (1280,))
    assert with_widths(asked, (), features) == (filled, ())
    assert asked['in_channels'] is None


def test_what_cannot_be_known_is_told():
    asked = {'in_channels': None}
    for neck, parts in ((asked, ()), ({}, 'each')):
        with pytest.raises(ValueError, match='of Identity give the numbers'):
            with_widths(neck, parts, (nn.Identity(), 'max', None, ()))
    with pytest.raises(ValueError, match="'flat' gives a width that depends"):
        with_widths(asked, (), (network((7,)), 'flat', None, ()))
    with pytest.raises(ValueError, match='names 1 poolings.* 2 outputs'):
        with_widths(asked, (), (network((4, 7)), ('max',), None, ()))
    with pytest.raises(ValueError, match="numbers or 'each', got 'all'"):
        with_widths({}, 'all', (network((7,)), 'max', None, ()))
