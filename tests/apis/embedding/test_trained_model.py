import hashlib
import re
import shutil

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config

import carl_mm
from carl_mm.apis.embedding.trained_model import load_trained, usable_device
from carl_mm.compat import TRUST_VARIABLE
from tests.apis.trained import make_work_dir
from tests.engine.small import small_config
from tests.tools.processes import ROOT


def change_checkpoint(path, change):
    loaded = torch.load(path, weights_only=True)
    change(loaded)
    torch.save(loaded, path)


def load(*sources, trust=False):
    return load_trained(sources[0], sources[1] if sources[1:] else None, trust)


def test_each_source_gives_the_same_model(work_dir):
    config, checkpoint = work_dir / 'small.py', work_dir / 'epoch_2.pth'
    first = load(work_dir)
    for sources in [(checkpoint,), (config, checkpoint), (config, work_dir)]:
        other = load(*sources)
        assert other.provenance == first.provenance
        for name, tensor in first.model.state_dict().items():
            assert torch.equal(tensor, other.model.state_dict()[name])
    assert not first.model.training
    assert first.provenance == {
        'config': 'small.py',
        'checkpoint': str(checkpoint),
        'checkpoint_sha256': hashlib.sha256(checkpoint.read_bytes()).hexdigest(),
        'settings_sha256': first.provenance['settings_sha256'],
        'version': carl_mm.__version__,
    }


def test_the_settings_hash_sees_what_changes_embeddings(tmp_path):
    hashes = set()
    for seed in (0, 1):
        provenance = load(make_work_dir(tmp_path, seed=seed)).provenance
        hashes.add(provenance['settings_sha256'])
    assert len(hashes) == 1

    def crop(cfg):
        cfg.test_dataloader.dataset.pipeline[1].transforms[0].size = 40

    def pooling(cfg):
        cfg.model.spatial_pooling = 'mean'

    for change in (crop, pooling):
        made = make_work_dir(tmp_path, change=change)
        hashes.add(load(made).provenance['settings_sha256'])
    assert len(hashes) == 3


def test_a_config_and_its_dump_are_the_same_settings(tmp_path):
    """Classes in a pure-Python config are names in a work dir."""
    source = ROOT / 'configs' / 'carl_synthetic.py'
    cfg = Config.fromfile(source)
    cfg.dump(tmp_path / 'dumped.py')
    state = MODELS.build({**cfg.model, 'controls': ()}).state_dict()
    torch.save({'state_dict': state}, tmp_path / 'a.pth')
    hashes = {
        load(config, tmp_path / 'a.pth').provenance['settings_sha256']
        for config in (source, tmp_path / 'dumped.py')
    }
    assert len(hashes) == 1


def test_the_newest_whole_checkpoint_is_taken(work_dir, tmp_path):
    copied = shutil.copytree(work_dir, tmp_path / 'copy')
    content = (copied / 'epoch_2.pth').read_bytes()
    (copied / 'epoch_3.pth').write_bytes(content[: len(content) // 2])
    (copied / 'last_checkpoint').write_text('/elsewhere/epoch_3.pth')
    assert load(copied).provenance['checkpoint'] == str(copied / 'epoch_2.pth')


def test_of_several_configs_the_checkpoints_own_counts(work_dir, tmp_path):
    copied = shutil.copytree(work_dir, tmp_path / 'copy')
    (copied / 'other.py').write_text('model = None')
    assert load(copied).provenance['config'] == 'small.py'
    (copied / 'small.py').unlink()
    with pytest.raises(ValueError, match=r'other\.py: not a config of frame-wise'):
        load(copied)


def test_wrappers_of_the_dataset_and_of_the_model(tmp_path):
    def wrap(cfg):
        dataset = cfg.test_dataloader.dataset
        cfg.test_dataloader.dataset = dict(
            type='RepeatDataset',
            times=1,
            dataset=dict(type='ConcatDataset', datasets=[dataset]),
        )

    work_dir = make_work_dir(tmp_path, change=wrap)

    def parallel(loaded):
        state = loaded['state_dict']
        loaded['state_dict'] = {f'module.{name}': state[name] for name in state}

    change_checkpoint(work_dir / 'epoch_2.pth', parallel)
    assert len(load(work_dir).steps) == 3


def error_of(*sources, kind=ValueError):
    with pytest.raises(kind) as info:
        load(*sources)
    message = str(info.value)
    assert '\n' not in message
    return message


def test_a_missing_file_is_named(work_dir, tmp_path):
    missing = [
        ((tmp_path / 'none',), 'none: no such config, work dir or checkpoint'),
        ((tmp_path,), 'holds no whole checkpoint'),
        ((work_dir / 'small.py',), 'give a checkpoint too'),
        ((work_dir / 'small.py', tmp_path / 'a.pth'), r'a\.pth: no such checkpoint'),
    ]
    for sources, message in missing:
        assert re.search(message, error_of(*sources, kind=FileNotFoundError))


def test_a_checkpoint_of_another_config(tmp_path):
    def wider(cfg):
        cfg.model.neck.embed_channels = 24

    ours, theirs = make_work_dir(tmp_path), make_work_dir(tmp_path, 0, wider, 'b')
    message = error_of(ours / 'small.py', theirs / 'epoch_2.pth')
    assert f'{theirs}/epoch_2.pth: not a checkpoint of {ours}/small.py' in message
    assert 'size mismatch' in message
    torch.save({'state_dict': {'x': torch.ones(1)}}, tmp_path / 'x.pth')
    assert 'Missing key' in error_of(ours / 'small.py', tmp_path / 'x.pth')
    torch.save([1], tmp_path / 'list.pth')
    assert 'holds list' in error_of(ours / 'small.py', tmp_path / 'list.pth')
    torch.save({'state_dict': 3}, tmp_path / 'number.pth')
    assert 'not a checkpoint of' in error_of(ours / 'small.py', tmp_path / 'number.pth')


def test_a_wrong_config_is_named(work_dir, tmp_path):
    checkpoint = work_dir / 'epoch_2.pth'

    def write(change):
        cfg = Config(small_config(tmp_path))
        change(cfg)
        cfg.dump(tmp_path / 'bad.py')
        return error_of(tmp_path / 'bad.py', checkpoint)

    assert "'spatial_poolings'" in write(
        lambda cfg: cfg.model.update(spatial_poolings='max')
    )
    assert 'NoSuchNeck' in write(lambda cfg: cfg.model.neck.update(type='NoSuchNeck'))
    assert 'not a config of frame-wise' in write(lambda cfg: cfg.pop('model'))
    (tmp_path / 'bad.py').write_text('model = dict(')
    assert 'bad.py: not a config: line 1: ' in error_of(tmp_path / 'bad.py', checkpoint)
    (tmp_path / 'notes.txt').write_text('a note')
    assert 'broken checkpoint' in error_of(tmp_path / 'notes.txt') or (
        'not a checkpoint' in error_of(tmp_path / 'notes.txt')
    )
    (tmp_path / 'none.pth').touch()
    assert 'none.pth: broken checkpoint, or none (EOF' in error_of(
        tmp_path / 'none.pth'
    )
    assert 'not a config (.py' in error_of(tmp_path / 'notes.txt', checkpoint)
    bmn = ROOT / 'configs' / 'bmn' / 'bmn_carl_activitynet.py'
    assert 'bmn_carl_activitynet.py: ' in error_of(bmn, checkpoint)


@pytest.mark.parametrize('name', ['cuda:77', 'gpu', 'meta', 'cuda:x', 3.5])
def test_a_device_that_is_not_there(name):
    with pytest.raises(ValueError, match=rf"device '{name}' is not there.*'cpu'"):
        usable_device(name)


def test_the_device_is_chosen():
    expected = 'cuda' if torch.cuda.is_available() else 'cpu'
    assert usable_device(None).type == expected
    assert usable_device('cpu') == usable_device(torch.device('cpu'))


class Foreign:
    """An object that plain weights may not hold."""


def test_trust_is_given_to_one_file(work_dir, tmp_path, monkeypatch):
    monkeypatch.setenv(TRUST_VARIABLE, '')
    copied = shutil.copytree(work_dir, tmp_path / 'copy')
    change_checkpoint(copied / 'epoch_2.pth', lambda loaded: loaded.update(x=Foreign()))
    assert 'asks for tests.apis.embedding.test_trained_model.Foreign' in error_of(
        copied
    )
    expected = load(work_dir).model.state_dict()
    for name, tensor in load(copied, trust=True).model.state_dict().items():
        np.testing.assert_array_equal(tensor, expected[name])
    with pytest.raises(ValueError, match='more than weights'):
        load(copied)  # it was trusted for that one call
