import sys

import pytest
import torch
from mmengine.config import Config

from carl_mm.apis.embedding.checkpoint_config import (
    is_component,
    read_config,
    read_literals,
)
from carl_mm.apis.embedding.trained_model import load_trained
from carl_mm.apis.embedding.untrusted_config import check_config, without_weights
from tests.apis.trained import make_work_dir
from tests.tools.processes import ROOT

CONFIGS = [ROOT / 'configs' / f'carl_{n}.py' for n in ('synthetic', 'finegym', 'ae2')]


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_every_config_is_read_as_mmengine_reads_it(path):
    text = Config.fromfile(path).pretty_text
    whole = Config.fromstring(text, '.py')
    read = read_config({'meta': {'cfg': text}}, 'a.pth')
    assert read.model == whole.model
    assert read.test_dataloader == whole.test_dataloader
    parts = [read.model, read.test_dataloader.dataset.pipeline]
    check_config(without_weights(parts), read.default_scope, 'a.pth')


def test_a_value_worked_by_hand():
    text = (
        "import os\nmodel = dict(a=[1, -2.5], b=(None, True), c={'x-y': dict(d='e')})"
    )
    values = read_literals(text + '\nother = os.getcwd()')
    expected = {'a': [1, -2.5], 'b': (None, True), 'c': {'x-y': {'d': 'e'}}}
    assert values == {'model': expected}


@pytest.mark.parametrize(
    'value',
    [
        "__import__('os').getcwd()",
        'dict(**{})',
        'dict([1])',
        'open',
        '[x for x in (1, 2)]',
        '{**{}}',
        'list((1,))',
        "f'{1}'",
        '(' * 100000,
    ],
)
def test_code_is_refused_and_not_run(value):
    text = f'model = dict(type={value})'
    with pytest.raises(ValueError, match=r'a\.pth: the config kept in it is not plain'):
        read_config({'meta': {'cfg': text}}, 'a.pth')


@pytest.mark.parametrize('checkpoint', [{}, {'meta': {}}, {'meta': {'cfg': ''}}])
def test_a_checkpoint_without_a_config(checkpoint):
    with pytest.raises(ValueError, match=r'a\.pth: keeps no config; give the config'):
        read_config(checkpoint, 'a.pth')


@pytest.mark.parametrize(
    'name',
    [
        *('FramewiseRecognizer', 'mmpretrain.ResNet', 'mmaction.ResNet', 'BN'),
        *('carl_mm.models.TimmViT', 'carl_mm.datasets.WholeVideo'),
        'mmpretrain.models.backbones.ResNet',
    ],
)
def test_components(name):
    assert is_component(name)


@pytest.mark.parametrize(
    'name',
    [
        *('os.system', 'subprocess.run', 'builtins.eval', 'torch.hub.load'),
        # Through what a module of ours has imported.
        *('carl_mm.compat.subprocess.getoutput', 'carl_mm.compat.subprocess.Popen'),
        'mmengine.Config.fromstring',
        'mmengine.config.Config',
        # A bare name is imported where it is a module's.
        *('antigravity', 'carl_mm'),
        *('', 'a b', '.os', 'mmpretrain.NoSuchNet', 'NoSuchNet'),
    ],
)
def test_other_objects(name):
    assert not is_component(name)


@pytest.mark.parametrize('place', ['model', 'nested', 'pipeline'])
def test_a_checkpoint_that_names_code_does_not_run_it(tmp_path, monkeypatch, place):
    monkeypatch.delitem(sys.modules, 'evil_module', raising=False)
    (tmp_path / 'evil_module.py').write_text('RAN = True\ndef run(**_): return 1/0')
    monkeypatch.syspath_prepend(tmp_path)
    evil = dict(type='evil_module.run')

    def change(cfg):
        if place == 'model':
            cfg.model = evil
        elif place == 'nested':
            cfg.model.cls_head.loss = evil
        else:
            cfg.test_dataloader.dataset.pipeline[1].transforms.append(evil)

    work_dir = make_work_dir(tmp_path)

    loaded = torch.load(work_dir / 'epoch_2.pth', weights_only=True)
    cfg = Config.fromfile(work_dir / 'small.py')
    change(cfg)
    loaded['meta']['cfg'] = cfg.pretty_text
    torch.save(loaded, work_dir / 'epoch_2.pth')
    with pytest.raises(ValueError, match="names 'evil_module.run', which is no"):
        load_trained(work_dir / 'epoch_2.pth', None, False)
    assert 'evil_module' not in sys.modules
    # The user's own config is the user's own code.
    load_trained(work_dir / 'small.py', work_dir / 'epoch_2.pth', False)
    with pytest.raises(ValueError, match='division by zero|not a config|no frame-wise'):
        load_trained(work_dir / 'epoch_2.pth', None, True)
    assert 'evil_module' in sys.modules
