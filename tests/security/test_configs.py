"""Configs that come with a checkpoint or a work dir run nothing and fetch nothing."""

import socket
import subprocess
import sys

import pytest
import torch
from mmengine.config import Config

from carl_mm.apis.embedding.trained_model import load_trained
from tests.apis.trained import make_work_dir
from tests.tools.processes import ROOT, environment


@pytest.fixture
def work_dir(tmp_path, monkeypatch):
    """A work dir beside a package that tells when it is imported."""
    monkeypatch.delitem(sys.modules, 'evilpkg', raising=False)
    (tmp_path / 'evilpkg').mkdir()
    (tmp_path / 'evilpkg' / '__init__.py').write_text(
        f'open({str(tmp_path / "ran")!r}, "w").close()\ndef run(**_): return 1'
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield make_work_dir(tmp_path)
    assert not (tmp_path / 'ran').exists(), 'the package was imported'


def embed(work_dir, change):
    """Change the config that the checkpoint keeps."""
    path = work_dir / 'epoch_2.pth'
    loaded = torch.load(path, weights_only=True)
    cfg = Config.fromfile(work_dir / 'small.py')
    change(cfg)
    loaded['meta']['cfg'] = cfg.pretty_text
    torch.save(loaded, path)
    return path


def refused(*sources):
    with pytest.raises(ValueError) as info:
        load_trained(sources[0], None, False)
    message = str(info.value)
    assert '\n' not in message
    assert 'trust' not in message
    return message


SCOPED = {
    'default_scope': lambda cfg: cfg.update(default_scope='evilpkg'),
    'model': lambda cfg: cfg.model.update(_scope_='evilpkg'),
    'deep': lambda cfg: cfg.model.cls_head.loss.update(_scope_='evilpkg'),
    'pipeline': lambda cfg: cfg.test_dataloader.dataset.pipeline[0].update(
        _scope_='evilpkg'
    ),
    'custom_imports': lambda cfg: cfg.model.neck.update(
        custom_imports=dict(imports=['evilpkg'])
    ),
    'scoped type': lambda cfg: cfg.model.neck.update(type='evilpkg.run'),
    'bare type': lambda cfg: cfg.model.neck.update(type='evilpkg'),
}


@pytest.mark.parametrize('name', SCOPED)
def test_a_checkpoint_imports_no_package(work_dir, name):
    assert 'evilpkg' in refused(embed(work_dir, SCOPED[name]))


def test_a_work_dirs_config_is_not_run(work_dir, tmp_path):
    config = work_dir / 'small.py'
    text = config.read_text()
    config.write_text(text + '\nimport evilpkg\nevilpkg.run()\n')
    load_trained(work_dir, None, False)  # the line is passed over
    config.write_text(text + f'\nmodel = __import__({"evilpkg"!r}).run()\n')
    message = refused(work_dir)
    assert f'{config}: not plain values' in message
    assert '--config' in message
    config.write_text(text.replace("type='FramewiseRecognizer'", "type='evilpkg.run'"))
    assert f"{config}: names 'evilpkg.run', which is not a component" in refused(
        work_dir
    )


def test_a_named_config_is_run(work_dir, tmp_path):
    """The one that the user names with --config."""
    config = work_dir / 'small.py'
    config.write_text(f'{config.read_text()}\nimport math\nnumber = math.pi\n')
    load_trained(config, work_dir / 'epoch_2.pth', False)


ADDRESSES = {
    'address': lambda cfg: cfg.model.backbone.update(url='https://example.com/x.pth'),
    'hub': lambda cfg: cfg.model.backbone.update(arch='hf-hub:some/model'),
    'in a list': lambda cfg: cfg.model.update(extra=['s3://bucket/key']),
}


@pytest.mark.parametrize('name', ADDRESSES)
def test_an_address_in_a_checkpoints_config_is_refused(work_dir, name):
    assert 'would reach the network' in refused(embed(work_dir, ADDRESSES[name]))


def test_pretrained_weights_of_a_checkpoints_config_are_left_out(work_dir, monkeypatch):
    def no_connection(*_):
        raise AssertionError('reached the network')

    monkeypatch.setattr(socket.socket, 'connect', no_connection)
    hashes = {load_trained(work_dir / 'epoch_2.pth', None, False).provenance[KEY]}

    def pretrained(cfg):
        cfg.model.backbone.init_cfg = dict(
            type='Pretrained', checkpoint='https://example.com/x.pth'
        )

    path = embed(work_dir, pretrained)
    trained = load_trained(path, None, False)
    assert trained.model.backbone.init_cfg is None
    # What the config says, not what is built of it, tells settings apart.
    assert trained.provenance[KEY] not in hashes


KEY = 'settings_sha256'


def test_what_downloads_as_it_is_built_is_stopped(work_dir, monkeypatch):
    """As mmpretrain's TIMMBackbone with a name on the hub does."""
    from carl_mm.models import FramewiseRecognizer

    with socket.create_server(('127.0.0.1', 0)) as server:
        address = server.getsockname()
        own = FramewiseRecognizer.__init__

        def fetch(self, *args, **kwargs):
            socket.create_connection(address, timeout=5).close()
            own(self, *args, **kwargs)

        monkeypatch.setattr(FramewiseRecognizer, '__init__', fetch)
        message = refused(work_dir / 'epoch_2.pth')
        assert 'no network for a foreign config' in message
        # The user's own config may.
        load_trained(work_dir / 'small.py', work_dir / 'epoch_2.pth', False)


@pytest.mark.parametrize('tool', ['dist_train', 'dist_test', 'slurm_train'])
@pytest.mark.parametrize('before', [None, '', '/some/where'])
def test_a_script_puts_no_current_folder_on_the_path(tmp_path, tool, before):
    """An empty entry of PYTHONPATH means the current folder."""
    for program in ('python', 'srun'):
        (tmp_path / program).write_text('#!/bin/sh\necho "[$PYTHONPATH]"\n')
        (tmp_path / program).chmod(0o755)
    env = environment(PATH=f'{tmp_path}:/usr/bin:/bin', PYTHON='python')
    env.pop('PYTHONPATH', None)
    if before is not None:
        env['PYTHONPATH'] = before
    script = ROOT / 'tools' / f'{tool}.sh'
    done = subprocess.run(
        ['bash', script, 'a', 'b', 'c'], capture_output=True, text=True, env=env
    )
    entries = done.stdout.strip().strip('[]').split(':')
    assert entries == [f'{ROOT}/tools/..', *([before] if before else [])]
