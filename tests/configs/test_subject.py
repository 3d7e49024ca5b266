"""configs/_base_/subject.py: each further part is one line in a leaf."""

import shutil

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config

from carl_mm.models import PoseLandmarks
from carl_mm.models.backbones import pose_landmarks
from tests.tools.processes import ROOT

LEAF = """
from mmengine.config import read_base

with read_base():
    from .carl_folder import *
    from ._base_.backbones import lite2
    from ._base_.subject import fine_tuned, two_stages_tuned, with_pose

for part in ({name},):
    model.merge(part)
"""


@pytest.fixture
def leaf(tmp_path, monkeypatch):
    """Read a leaf's model as dumped; no weights, and nobody in any picture."""
    monkeypatch.setattr(
        pose_landmarks,
        'load_network',
        lambda *args: lambda picture: (torch.zeros(1, 195).numpy(), 0.0),
    )
    shutil.copytree(ROOT / 'configs', tmp_path / 'configs')

    def read(name):
        path = tmp_path / 'configs' / 'leaf.py'
        path.write_text(LEAF.format(name=name))
        Config.fromfile(path).dump(tmp_path / 'dumped.py')
        model = Config.fromfile(tmp_path / 'dumped.py').model
        model.backbone.pretrained = False  # of the stages as well
        model.neck.update(num_layers=1)
        return model

    return read


@pytest.mark.parametrize(
    ('name', 'cached', 'parts'),
    [
        ('{}', 16 * 112 + 1280 + 48, (16 * 112, 1280, 48)),
        ('lite2', 16 * 120 + 1280 + 48, (16 * 120, 1280, 48)),
        ('with_pose', 16 * 112 + 1280 + 48 + 99, (16 * 112, 1280, 48, 99)),
        ('fine_tuned', 16 * 112 + 192 * 4 + 48, (16 * 112, 1280, 48)),
        ('two_stages_tuned', 112 * 16 + 48, (16 * 112, 1280, 48)),
        (
            'fine_tuned, with_pose, lite2',
            16 * 120 + 208 * 4 + 48 + 99,
            (16 * 120, 1280, 48, 99),
        ),
        (
            'lite2, with_pose, two_stages_tuned',
            16 * 120 + 48 + 99,
            (16 * 120, 1280, 48, 99),
        ),
    ],
)
def test_widths_follow(leaf, name, cached, parts):
    cfg = leaf(name)
    model = MODELS.build(cfg).eval()
    video = torch.randint(0, 256, (1, 3, 3, 64, 64), dtype=torch.uint8)
    with torch.no_grad():
        assert model(video, mode='tensor', stage='backbone').shape == (1, 3, cached)
        assert model(video, mode='tensor').shape == (1, 3, 128)
    assert model.feature_parts == parts
    learns = {k.split('.')[0] for k, p in model.named_parameters() if p.requires_grad}
    assert 'backbone' not in learns
    assert ('learnt_stages' in learns) == ('tuned' in name)


def test_the_pose_stands_last(leaf):
    model = MODELS.build(leaf('with_pose'))
    assert isinstance(model.extra_features[1], PoseLandmarks)


def test_the_stages_learn_more_slowly_than_the_rest():
    cfg = Config.fromfile(ROOT / 'configs' / 'carl_folder_fine_tuned.py')
    plain = Config.fromfile(ROOT / 'configs' / 'carl_folder.py')
    assert cfg.optim_wrapper.optimizer == plain.optim_wrapper.optimizer
    scale = cfg.optim_wrapper.paramwise_cfg.custom_keys.learnt_stages
    assert scale == {'lr_mult': 0.1}
    cfg.model.backbone.pretrained = False
    assert MODELS.build(cfg.model).learnt_stages.start == 5
