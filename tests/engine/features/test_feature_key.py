from pathlib import Path

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from torch import nn
from torch.nn import functional

from carl_mm.datasets import OpenVideo
from carl_mm.engine.features.feature_key import feature_key, name_of
from tests.engine.small import small_config


@MODELS.register_module()
class Wrapper(nn.Module):
    """A backbone whose repr tells none of its settings, as most do."""

    def __init__(
        self, out_indices=(0,), image_size=32, pool='max', weights=None, pretrained=None
    ):
        super().__init__()
        self.net = nn.Conv2d(3, 64, 3)
        self.image_size = image_size

    def forward(self, frames):
        return self.net(functional.interpolate(frames, self.image_size))


def key_of(**changes):
    """The key of `Wrapper`'s features, with such changes of the model's config."""
    config = Config(small_config(Path('.'))['model'])
    config.backbone = dict(type='Wrapper')
    config.merge_from_dict(changes)
    torch.manual_seed(0)
    return feature_key(MODELS.build(config), ['steps'])


@pytest.mark.parametrize(
    'change',
    [
        {'backbone.out_indices': (1,)},
        {'backbone.image_size': 16},
        {'backbone.pool': 'mean'},
        {'extra_features': [dict(type='OpticalFlowGrid', size=64)]},
        {'spatial_pooling': 'mean'},
    ],
)
def test_a_setting_that_no_repr_tells_is_another_key(change):
    assert key_of(**change) != key_of()


@pytest.mark.parametrize(
    'change',
    [
        {'neck.num_layers': 2},
        {'neck.embed_channels': 8},
        {'cls_head.loss.variance': 2.0},
        {'chunk_size': 7},
        {'max_frames': 5},
        {'keep_frame_features': True},
        {'controls': ()},
        {'backbone.pretrained': 'weights.pth'},
    ],
)
def test_a_setting_that_changes_no_feature_keeps_the_key(change):
    assert key_of(**change) == key_of()


def test_what_the_caller_adds_counts():
    model = MODELS.build(small_config(Path('.'))['model'])
    keys = {feature_key(model, [value]) for value in (1, 2, OpenVideo)}
    assert len(keys) == 3
    assert feature_key(model, [1]) in keys


def test_a_file_counts_by_its_content(tmp_path):
    """A network that is moved is the same, and another of its name is not."""
    for name, content in {'a': b'1', 'b': b'1', 'c': b'2'}.items():
        (tmp_path / name).write_bytes(content)
    a, b, c = (key_of(**{'backbone.weights': str(tmp_path / n)}) for n in 'abc')
    assert a == b != c


def test_names_of_classes_and_of_other_things():
    assert name_of(OpenVideo) == 'carl_mm.OpenVideo'
    assert name_of(1j) == '1j'
