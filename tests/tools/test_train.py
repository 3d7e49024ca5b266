"""tools/train.py and tools/test.py as users call them."""

import copy
import json
import math
import os
import pickle
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
import torch
from mmaction.registry import MODELS, TRANSFORMS
from mmengine.config import Config

from carl_mm import compat
from carl_mm.datasets import OpenVideo
from tests.tools.processes import (
    ROOT,
    environment,
    finish,
    load,
    python_tool,
    run,
    run_here,
    shell_tool,
    weight_difference,
    write_config,
)

SYNTHETIC = ROOT / 'configs' / 'carl_synthetic.py'
CONTROLS = ('', '_position', '_untrained', '_backbone', '_centred')


@pytest.mark.slow
def test_a_text_config_trains_and_is_judged(make_videos):
    folder = make_videos()
    config = write_config(folder)
    text = config.read_text()
    assert "imports=['carl_mm',]" in ''.join(text.split())
    assert "type='FramewiseRecognizer'" in text
    run(*python_tool('train'), config, cwd=folder)
    checkpoint = folder / 'work' / 'epoch_2.pth'
    options = ['--out', 'new/figures.json', '--dump', 'videos.pkl']
    said = run(*python_tool('test'), config, checkpoint, *options, cwd=folder)

    rows = [line for line in said.splitlines() if line.startswith('|')]
    heads = [cell.strip() for cell in rows[0].strip('|').split('|')]
    controls = ['position only', 'untrained', 'backbone only', 'centred backbone']
    assert heads == ['', 'config', *controls]
    names = [row.split()[1] for row in rows[2:]]
    figures = json.loads((folder / 'new' / 'figures.json').read_text())
    assert set(figures) == {name + c for name in names for c in CONTROLS}
    assert {'phase_classification/acc', 'alignment/error'} <= set(names), names
    assert any('tau' in name for name in names)
    assert all(len(row.strip('|').split('|')) == 6 for row in rows)
    assert math.isfinite(figures['alignment/error_backbone'])
    assert math.isfinite(figures['alignment/event_error_dtw_centred'])
    assert math.isfinite(figures['alignment/event_error_posterior_centred'])

    videos = pickle.loads((folder / 'videos.pkl').read_bytes())
    shapes = [tuple(video['pred_embedding'].shape) for video in videos]
    assert shapes == [(30, 128), (24, 128), (36, 128), (20, 128)]


MISSPELT = {
    'transform': ('train', 'train_dataloader.dataset.pipeline.1.num_frame'),
    'inner_transform': (
        'test',
        'test_dataloader.dataset.pipeline.1.transforms.0.sizes',
    ),
    'dataset': ('train', 'train_dataloader.dataset.splits'),
    'model': ('train', 'model.spatial_poolings'),
    'neck': ('train', 'model.neck.num_layer'),
    'head': ('train', 'model.cls_head.hidden_channel'),
    'loss': ('train', 'model.cls_head.loss.temprature'),
    'augmentation': ('train', 'model.data_preprocessor.augmentation.blur_probs'),
    'metric': ('test', 'test_evaluator.2.strides'),
    'hook': ('train', 'custom_hooks.1.max_shares'),
    'optimizer': ('train', 'optim_wrapper.optimizer.learning_rate'),
    'loop': ('train', 'train_cfg.max_epoch'),
}


@pytest.mark.parametrize(('tool', 'key'), MISSPELT.values(), ids=MISSPELT)
def test_a_misspelt_key_is_named(make_videos, monkeypatch, tool, key):
    folder = make_videos()

    def misspell(config):
        config.merge_from_dict({key: 1})

    config = write_config(folder, misspell)
    (folder / 'any').touch()  # is read after all is built
    args = [config, folder / 'any'] if tool == 'test' else [config]
    options = ['--cfg-options', f'experiment_name={key}']
    with pytest.raises(Exception, match=rf"'{key.split('.')[-1]}'"):
        run_here(monkeypatch, tool, *args, *options)
    assert not list(folder.rglob('*.pth'))


@pytest.mark.parametrize(
    ('option', 'message'),
    [
        ('data_root=elsewhere', "'data_root' is a value of"),
        ('feature_cache.num_copies=1', "'feature_cache' is a value of"),
        ('optim_wraper.optimizer.lr=1', "no 'optim_wraper'"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(monkeypatch, option, message):
    with pytest.raises(ValueError, match=message) as error:
        run_here(monkeypatch, 'train', SYNTHETIC, '--cfg-options', option)
    assert option.split('=')[0] in str(error.value)


def test_a_missing_checkpoint_is_named_before_anything_slow(monkeypatch):
    for tool, args in {'test': ['none.pth'], 'train': ['--resume', 'none.pth']}.items():
        with pytest.raises(FileNotFoundError, match=r'^none\.pth: no such checkpoint$'):
            run_here(monkeypatch, tool, SYNTHETIC, *args)


def failing(*command, cwd, **extra):
    """What a command that must fail says on stderr."""
    env = environment(**extra) if extra else None
    done = finish(*command, cwd=cwd, env=env, stderr=subprocess.PIPE)
    assert done.returncode == 1, done.stderr
    return done.stderr


@pytest.mark.slow
def test_what_is_wrong_is_one_line_and_a_bug_is_a_traceback(make_videos):
    folder = make_videos()

    def change(config):
        config.model.neck.num_heads = 'two'
        config.custom_imports.imports.append('broken_part')
        config.custom_hooks.append(dict(type='BrokenHook'))

    config = write_config(folder, change)
    (folder / 'broken_part.py').write_text(
        'from mmaction.registry import HOOKS\n'
        'from mmengine.hooks import Hook\n'
        '@HOOKS.register_module()\n'
        'class BrokenHook(Hook):\n'
        '    def before_run(self, runner):\n'
        '        return {}["bug"]\n'
    )
    train = [*python_tool('train'), config]
    path = f'{ROOT}:{folder}'
    said = failing(*train, cwd=folder, PYTHONPATH=path)
    last = said.strip().splitlines()[-1]
    assert last.startswith('error: ')
    assert "num_heads='two'" in last
    assert 'Traceback' not in said
    assert 'Traceback' in failing(*train, '--traceback', cwd=folder, PYTHONPATH=path)
    right = ['--cfg-options', 'model.neck.num_heads=2']
    said = failing(*train, *right, cwd=folder, PYTHONPATH=path)
    assert said.strip().endswith("KeyError: 'bug'")
    assert 'return {}["bug"]' in said


@pytest.mark.slow
def test_of_several_processes_one_says_what_is_wrong(make_videos):
    folder = make_videos()
    config = write_config(folder)
    wrong = ['--cfg-options', 'model.neck.num_layer=2']
    said = failing(*shell_tool('dist_train'), config, 2, *wrong, cwd=folder)
    lines = [line for line in said.splitlines() if 'error: ' in line]
    assert len(lines) == 1, said
    assert "'num_layer'" in lines[0]


def test_a_misspelt_command_line_is_refused(monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run_here(monkeypatch, 'train', SYNTHETIC, '--work-dirs', 'x', '--resum')
    assert '--work-dirs' in capsys.readouterr().err


@pytest.mark.slow
def test_options_take_effect_and_amp_trains(make_videos):
    folder = make_videos()
    config = write_config(folder, max_epochs=1)
    options = ['optim_wrapper.optimizer.lr=2e-3', 'train_dataloader.batch_size=1']
    options = ['--amp', '--seed', '7', '--work-dir', 'amp', '--cfg-options', *options]
    run(*python_tool('train'), config, *options, cwd=folder)
    used = Config.fromfile(folder / 'amp' / 'config.py')
    assert used.optim_wrapper.type.endswith('AutocastOptimWrapper')
    assert used.randomness.seed == 7
    saved = load(folder / 'amp' / 'epoch_1.pth')
    assert saved['meta']['iter'] == 2
    assert saved['optimizer']['param_groups'][0]['initial_lr'] == 2e-3
    assert all(weight.isfinite().all() for weight in saved['state_dict'].values())
    (log,) = (folder / 'amp').rglob('scalars.json')
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line['lr'] for line in lines if 'loss' in line] == [2e-3, 2e-3]


def test_without_the_videos_it_names_the_command(monkeypatch, tmp_path):
    """Also: --amp on a pure-Python config gives a config that can be dumped."""
    monkeypatch.chdir(tmp_path)
    options = ['--amp', '--cfg-options', f'experiment_name={tmp_path.name}']
    with pytest.raises(FileNotFoundError, match='tools/make_synthetic_videos.py'):
        run_here(monkeypatch, 'train', SYNTHETIC, *options)
    dumped = tmp_path / 'work_dirs' / 'carl_synthetic' / 'carl_synthetic.py'
    used = Config.fromfile(dumped).optim_wrapper.type
    assert str(used).endswith('AutocastOptimWrapper')


@pytest.mark.parametrize(
    ('flags', 'expected'),
    [
        (['--deterministic'], dict(seed=5, deterministic=True)),
        (['--seed', '7'], dict(seed=7, deterministic=True)),
        (['--diff-rank-seed'], dict(seed=5, deterministic=True, diff_rank_seed=True)),
    ],
)
def test_a_flag_keeps_what_it_does_not_name(monkeypatch, tmp_path, flags, expected):
    used = randomness_used(
        monkeypatch, tmp_path, flags, dict(seed=5, deterministic=True)
    )
    assert {key: used.get(key) for key in expected} == expected


def test_a_rank_seed_needs_no_setting_in_the_config(monkeypatch, tmp_path):
    used = randomness_used(monkeypatch, tmp_path, ['--diff-rank-seed'], None)
    assert used['diff_rank_seed'] is True


@pytest.mark.parametrize(
    ('options', 'restarts', 'expected'),
    [
        ([], '1', (False, 'weights.pth')),
        (['--resume', 'named.pth'], '1', (True, 'named.pth')),
        (['--resume'], '0', (False, 'weights.pth')),
    ],
)
def test_where_nothing_was_saved_it_begins_as_it_was_told_to(
    monkeypatch, tmp_path, options, restarts, expected
):
    """Not from random weights: the process can die before the first epoch is over."""
    started = []
    monkeypatch.setattr('carl_mm.apis.launch.build_runner', started.append)
    for name in ('resumed_changes', 'train'):
        monkeypatch.setattr(f'carl_mm.apis.training.{name}', lambda *_, **__: [])
    monkeypatch.setenv('TORCHELASTIC_RESTART_COUNT', restarts)
    config = write_config(
        tmp_path, lambda config: config.update(load_from='weights.pth')
    )
    run_here(monkeypatch, 'train', config, '--work-dir', tmp_path / 'work', *options)
    assert [(bool(cfg.get('resume')), cfg.load_from) for cfg in started] == [expected]


def randomness_used(monkeypatch, folder, flags, randomness):
    """Start training as far as the dumped config; there is no video."""

    def change(config):
        config.pop('randomness')
        if randomness:
            config.randomness = randomness

    config = write_config(folder, change)
    monkeypatch.setattr('torch.use_deterministic_algorithms', lambda *_, **__: None)
    options = ['--cfg-options', f'experiment_name={folder.name}']
    with pytest.raises(FileNotFoundError):
        run_here(monkeypatch, 'train', config, *flags, *options)
    return Config.fromfile(folder / 'work' / 'config.py').randomness


def kill_after(epoch, command, folder):
    """Start training; kill -9 as soon as an epoch's checkpoint is written."""
    last = folder / 'last_checkpoint'
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder.parent,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    try:
        while process.poll() is None and time.monotonic() < deadline:
            if last.is_file() and last.read_text().endswith(f'epoch_{epoch}.pth'):
                break
            time.sleep(0.005)
        assert process.poll() is None, 'training ended before it could be killed'
    finally:
        process.kill()
        process.wait()


def log_of(folder):
    return ''.join(path.read_text() for path in sorted(folder.rglob('*.log')))


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_weights(make_videos, record_property):
    folder = make_videos(lengths=(30, 24, 36, 20, 28, 22), test_share=0)
    train = [*python_tool('train'), write_config(folder, max_epochs=12)]
    run(*train, '--work-dir', 'whole', cwd=folder)
    whole = folder / 'whole' / 'epoch_12.pth'

    killed = folder / 'killed'
    kill_after(2, [*train, '--work-dir', killed], killed)
    assert not (killed / 'epoch_12.pth').exists()
    copied = shutil.copytree(killed, folder / 'copied')
    newest = compat.newest_checkpoint(str(copied))
    content = (copied / newest).read_bytes()
    (copied / newest).write_bytes(content[: len(content) // 2])
    before = compat.newest_checkpoint(str(copied))
    assert before is not None
    assert before != newest

    differences = {}
    for work_dir in (killed, copied):
        run(*train, '--work-dir', work_dir, '--resume', cwd=folder)
        last = work_dir / 'epoch_12.pth'
        assert load(last)['meta']['iter'] == load(whole)['meta']['iter'] == 36
        assert load(last)['meta']['epoch'] == 12
        differences[work_dir.name] = weight_difference(last, whole)
    record_property('weight_differences', differences)
    assert max(differences.values()) < 1e-5
    assert f'from {before}' in log_of(copied), 'not from its own last whole checkpoint'
    assert f'from {killed}' not in log_of(copied)
    assert weight_difference(killed / 'epoch_2.pth', whole) > 1e-3


def rates_of(folder):
    """Learning rate of each step, by what mmengine logged."""
    logs = sorted(folder.rglob('scalars.json'))
    lines = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
    return {line['step']: line['lr'] for line in lines if 'loss' in line}


@pytest.mark.slow
def test_a_longer_run_goes_on_with_the_rates_of_its_length(make_videos):
    """Its rate would else stay at the end of the shorter plan, and learn nothing."""
    folder = make_videos(lengths=(30, 24, 36, 20), test_share=0)
    train = [*python_tool('train'), write_config(folder, cached=True)]
    longer = ['--cfg-options', 'train_cfg.max_epochs=4']
    run(*train, '--work-dir', 'whole', *longer, cwd=folder)
    run(*train, '--work-dir', 'work', cwd=folder)
    said = run(*train, '--work-dir', 'work', '--resume', *longer, cwd=folder)
    assert 'epoch_2.pth: train_cfg.max_epochs was 2, is 4; learning rates go' in said
    whole, resumed = rates_of(folder / 'whole'), rates_of(folder / 'work')
    assert {step: resumed[step] for step in range(5, 9)} == {
        step: whole[step] for step in range(5, 9)
    }
    assert resumed[5] > 4e-4
    assert load(folder / 'work' / 'epoch_4.pth')['meta']['epoch'] == 4


def test_a_plain_copy_goes_on_from_its_last_checkpoint(tmp_path):
    """`cp -r` gives new time stamps, in any order; the name in the file is right."""
    for age, epoch in enumerate((10, 2, 9)):
        path = tmp_path / f'epoch_{epoch}.pth'
        torch.save({'meta': {'epoch': epoch}}, path)
        os.utime(path, (1000 + age, 1000 + age))
    (tmp_path / 'last_checkpoint').write_text('/elsewhere/epoch_10.pth')
    assert compat.newest_checkpoint(str(tmp_path)) == str(tmp_path / 'epoch_10.pth')


class DyingOpen(OpenVideo):
    """Kills its worker once the first epoch is saved, while a file is there."""

    def transform(self, results):
        folder = Path(results['filename']).parents[1]
        saved = (folder / 'work' / 'epoch_1.pth').exists()
        if saved and (folder / 'die').exists():
            os.kill(os.getpid(), signal.SIGKILL)
        return super().transform(results)


def test_a_worker_that_dies_loses_no_epoch(make_videos, monkeypatch):
    """As the kernel kills one where memory runs out."""
    folder = make_videos(lengths=(30, 24, 36, 20), test_share=0)

    def change(config):
        config.train_dataloader.dataset.pipeline[0].type = 'DyingOpen'

    config = write_config(folder, change, num_workers=1, max_epochs=3)
    work = ('--work-dir', folder / 'work')
    TRANSFORMS.register_module(module=DyingOpen)
    try:
        (folder / 'die').touch()
        with pytest.raises(RuntimeError, match='data died') as error:
            run_here(monkeypatch, 'train', config, *work)
        for part in ('worker (pid', 'epoch_1.pth is complete', '--resume'):
            assert part in str(error.value)
        (folder / 'die').unlink()
        run_here(monkeypatch, 'train', config, *work, '--resume')
    finally:
        del TRANSFORMS._module_dict['DyingOpen']
    assert load(folder / 'work' / 'epoch_3.pth')['meta']['epoch'] == 3


def test_a_checkpoint_of_another_network_is_refused(make_videos, monkeypatch):
    """Judging weights that were not loaded would print figures all the same."""
    folder = make_videos()
    config = write_config(folder)
    model = MODELS.build(Config.fromfile(config).model)
    state = model.state_dict()
    short = {name: tensor for name, tensor in state.items() if 'to_out' not in name}
    torch.save({'state_dict': short}, folder / 'short.pth')
    torch.save({'model_state': state}, folder / 'published.pth')
    expected = {'short': 'neck.to_out.weight', 'published': 'model_state'}
    for name, missing in expected.items():
        with pytest.raises(
            ValueError, match=rf'{name}\.pth: not a checkpoint'
        ) as error:
            run_here(monkeypatch, 'test', config, folder / f'{name}.pth')
        assert missing in str(error.value)
        assert 'carl_checkpoint.py' in str(error.value)


def unlabelled_config(folder):
    """As carl_folder.py: cached features, all metrics, pictures, the best weights."""

    def change(config):
        config.val_dataloader = copy.deepcopy(config.test_dataloader)
        config.val_dataloader.dataset.max_unjudged = 2
        config.val_evaluator = config.test_evaluator
        config.val_cfg = dict(type='ValLoop')
        hooks = ['KeepBestHook', 'AlignmentVisualizationHook', 'ProgressBarHook']
        config.custom_hooks += [dict(type=name) for name in hooks]
        config.visualizer = dict(
            type='Visualizer', vis_backends=[dict(type='LocalVisBackend')]
        )
        config.experiment_name = f'run{time.time_ns()}'

    return write_config(folder, change, cached=True, max_epochs=1)


@pytest.mark.parametrize('test_share', [0, 0.5])
def test_an_unlabelled_folder_prints_no_nan(
    make_videos, monkeypatch, capfd, test_share
):
    """The pictures are drawn; without a test video of two videos alone."""
    folder = make_videos(labelled=False, test_share=test_share)
    config = unlabelled_config(folder)
    run_here(monkeypatch, 'train', config)
    checkpoint, out = folder / 'work' / 'epoch_1.pth', folder / 'figures.json'
    run_here(monkeypatch, 'test', config, checkpoint, '--out', out)
    said = ''.join(capfd.readouterr())
    said += ''.join(log.read_text() for log in (folder / 'work').rglob('*.log'))
    assert not re.search(r'\bnan\b', said, re.IGNORECASE)
    figures = json.loads(out.read_text())
    assert all(math.isfinite(value) for value in figures.values())
    pictures = {path.name for path in (folder / 'work').rglob('*.png')}
    expected = {'val_alignment_1.png', 'val_retrieval_1.png'}
    if test_share:
        expected.add('val_metrics_1.png')
        assert 'alignment/kendalls_tau' in figures
        assert '| alignment/kendalls_tau (higher is better)' in said
        assert 'PhaseProgression: no train video has labels' in said
    else:
        assert figures == {}
        assert 'no figure: there is nothing to judge' in said
        assert 'KendallsTau: there is no test video' in said
        assert 'Epoch(val) [1][2/2]' in said
    assert expected <= pictures, pictures
    assert 'is left out: ' not in said, 'a picture failed'
