"""From the command line to a config: what each shared option of the tools sets."""

from argparse import ArgumentParser

import pytest
from mmengine.config import Config

from carl_mm.apis.config_paths import find_part
from carl_mm.apis.launch import (
    add_common_arguments,
    build_runner,
    load_config,
    pin_memory,
)
from carl_mm.distributed.launchers import LAUNCHERS, local_rank
from tests.engine.small import small_config
from tests.tools.processes import ROOT

SYNTHETIC = str(ROOT / 'configs' / 'carl_synthetic.py')


def read(*options, config=SYNTHETIC):
    parser = ArgumentParser()
    parser.add_argument('config')
    add_common_arguments(parser)
    return load_config(parser.parse_args([config, *options]))


@pytest.fixture
def written(tmp_path):
    """Write a text config; the function returns its file."""

    def write(**settings):
        file = tmp_path / 'mine.py'
        Config(settings).dump(file)
        return str(file)

    return write


def test_without_options_the_config_is_the_file():
    cfg, file = read(), Config.fromfile(SYNTHETIC)
    added = {'launcher': 'none', 'work_dir': 'work_dirs/carl_synthetic'}
    assert cfg.to_dict() == {**file.to_dict(), **added}


def test_the_work_dir_is_the_options_the_configs_or_the_files_name(written):
    assert read(config=written(model=None)).work_dir == 'work_dirs/mine'
    config = written(work_dir='elsewhere')
    assert read(config=config).work_dir == 'elsewhere'
    assert read('--work-dir', 'here', config=config).work_dir == 'here'


def test_the_data_root_reaches_every_loader(written):
    cfg = read('--data-root', '/data')
    loaders = cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader
    assert [loader.dataset.data_root for loader in loaders] == ['/data'] * 3
    config = written(
        train_dataloader=dict(dataset=dict(data_root='old')), val_dataloader=None
    )
    cfg = read('--data-root', '/data', config=config)
    assert cfg.train_dataloader.dataset.data_root == '/data'
    assert cfg.val_dataloader is None


@pytest.mark.parametrize(
    ('options', 'expected'),
    [
        (['--seed', '7'], dict(seed=7)),
        (['--deterministic'], dict(seed=None, deterministic=True)),
        (['--seed', '7', '--deterministic'], dict(seed=7, deterministic=True)),
    ],
)
def test_randomness(options, expected):
    assert read(*options).randomness == expected


def test_a_knob_and_a_class_name_are_options():
    path = 'test_evaluator.KendallsTau.stride=3'
    cfg = read('--cfg-options', 'min_overlap=0.5', path)
    steps = cfg.train_dataloader.dataset.pipeline
    assert find_part(steps, 'DualViewTemporalCrop').min_overlap == 0.5
    assert find_part(cfg.test_evaluator, 'KendallsTau').stride == 3


# What mmengine's two Runners read from a config, in forms that a training takes.
READ_BY_MMENGINE = {
    'Runner': (
        'sync_bn=torch model_wrapper_cfg.type=MMDistributedDataParallel compile=False '
        'activation_checkpointing=backbone tta_model.type=mmengine.BaseTTAModel'
    ),
    'FlexibleRunner': (
        'runner_type=FlexibleRunner strategy.type=SingleDeviceStrategy compile=False'
    ),
}


@pytest.mark.parametrize('kind', READ_BY_MMENGINE)
def test_a_training_takes_what_mmengine_reads_from_a_config(kind, make_videos, written):
    folder, options = make_videos(), READ_BY_MMENGINE[kind].split()
    env_cfg = dict(dist_cfg=dict(backend='nccl'))  # FlexibleRunner needs it
    config = written(**small_config(folder, max_epochs=1), env_cfg=env_cfg)
    cfg = read('--cfg-options', *options, config=config)
    assert {option.split('.')[0].split('=')[0] for option in options} <= set(cfg)
    cfg.work_dir, cfg.experiment_name = str(folder / 'work'), folder.name
    runner = build_runner(cfg)
    assert type(runner).__name__ == kind
    runner.train()
    assert (folder / 'work' / 'epoch_1.pth').is_file()


def test_a_tta_model_embeds_the_samples_of_the_tta_pipeline(make_videos):
    folder = make_videos()
    cfg = Config(small_config(folder))
    cfg.work_dir, cfg.experiment_name = str(folder / 'work'), folder.name
    cfg.tta_pipeline = cfg.test_dataloader.dataset.pipeline + [dict(type='Nothing')]
    cfg.tta_model = dict(type='Wrapped')
    with pytest.raises(KeyError, match='Nothing'):
        build_runner(Config(cfg.to_dict())).test()
    cfg.tta_pipeline = None
    cfg.tta_model = dict(type='mmengine.model.BaseTTAModel')
    runner = build_runner(cfg)
    (hook,) = [hook for hook in runner.hooks if type(hook).__name__ == 'PrepareTTAHook']
    assert hook.tta_cfg == cfg.tta_model


def test_loaders_pin_memory_unless_they_say_otherwise():
    cfg = Config(dict(train_dataloader=dict(pin_memory=False), val_dataloader=None))
    cfg.test_dataloader = dict(batch_size=1)
    pin_memory(cfg)
    assert cfg.train_dataloader == dict(pin_memory=False)
    assert cfg.val_dataloader is None
    assert cfg.test_dataloader == dict(batch_size=1, pin_memory=True)


def test_open_mpi_may_launch():
    assert read('--launcher', 'mpi').launcher == 'mpi'


@pytest.mark.parametrize('launcher', ['slurm', 'mpi'])
def test_another_launcher_s_rank_is_not_hidden(monkeypatch, launcher):
    """Each process would else take itself for the first, and say every error."""
    monkeypatch.delenv('LOCAL_RANK', raising=False)
    monkeypatch.setenv(LAUNCHERS[launcher].local_rank, '2')
    read('--launcher', launcher)
    assert local_rank() == 2
