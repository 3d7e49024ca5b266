import pytest
import torch
from torch.nn.functional import normalize

from carl_mm.functional import relative_time_embedding
from carl_mm.models.recognizers.controls import ControlEmbeddings

NECK = {'type': 'FramewiseMLP', 'in_channels': 6, 'hidden_channels': 8}


def test_each_control_by_its_name():
    features = torch.randn(5, 6)
    found = ControlEmbeddings(('position', 'untrained', 'backbone'), NECK)(features)
    assert list(found) == ['position', 'untrained', 'backbone']
    position = torch.from_numpy(relative_time_embedding(5))
    assert torch.equal(found['position'], position)
    torch.testing.assert_close(found['backbone'], normalize(features, dim=1))
    assert found['untrained'].shape == (5, 128)
    for values in found.values():
        torch.testing.assert_close(values.norm(dim=1), torch.ones(5))


def test_maps_are_pooled_for_the_backbones_control():
    maps = torch.rand(5, 6, 2, 3)
    found = ControlEmbeddings(('backbone',), NECK)(maps)['backbone']
    torch.testing.assert_close(found, normalize(maps.amax((2, 3)), dim=1))


def test_the_untrained_network_is_always_the_same_and_draws_nothing():
    features = torch.randn(5, 6)
    state = torch.get_rng_state()
    first = ControlEmbeddings(('untrained',), NECK)
    once, again = first(features), first(features)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(99)
    other = ControlEmbeddings(('untrained',), NECK)(features)
    assert torch.equal(once['untrained'], again['untrained'])
    assert torch.equal(once['untrained'], other['untrained'])


def test_the_untrained_network_sees_a_long_video_in_the_same_even_parts():
    neck = {'type': 'TemporalTransformer', 'in_channels': 6, 'num_frames': 8}
    features = torch.randn(11, 6)
    whole = ControlEmbeddings(('untrained',), neck)
    found = ControlEmbeddings(('untrained',), neck, max_frames=10)(features)
    pieces = [whole(part)['untrained'] for part in features.split(6)]
    torch.testing.assert_close(found['untrained'], torch.cat(pieces))
    assert not torch.allclose(found['untrained'], whole(features)['untrained'])


def test_what_is_not_needed_is_left_out():
    controls = ControlEmbeddings(('position', 'backbone'), NECK)
    found = controls(torch.randn(3, 6), leave_out=['backbone'])
    assert list(found) == ['position']
    assert ControlEmbeddings((), NECK)(torch.randn(3, 6)) == {}


def test_unknown_names_are_told():
    with pytest.raises(ValueError, match=r"unknown controls \['random'\]"):
        ControlEmbeddings(('position', 'random'), NECK)
