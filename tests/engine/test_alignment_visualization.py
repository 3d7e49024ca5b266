import json
import shutil

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import ConcatDataset
from mmengine.runner import Runner
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from carl_mm.datasets import FramewiseVideoDataset
from carl_mm.engine import AlignmentVisualizationHook
from carl_mm.engine.alignment_visualization import EVALUATIONS, PICTURES
from tests.engine.small import small_config
from tests.tools.processes import python_tool, run, shell_tool

HOOK = 'AlignmentVisualizationHook'
LENGTHS = (20, 24, 22, 20, 26, 18)  # of which the last four are judged


def config_of(folder, *, max_epochs=2, hook=None, **changes):
    config = Config(small_config(folder, max_epochs=max_epochs))
    config.val_dataloader = config.test_dataloader
    config.val_evaluator = [dict(type='AlignmentError'), dict(type='KendallsTau')]
    config.test_evaluator = config.val_evaluator
    config.val_cfg = dict(type='ValLoop')
    config.train_cfg.val_interval = 1
    config.custom_hooks.append(dict(type=HOOK, **(hook or {})))
    backends = [dict(type='LocalVisBackend'), dict(type='TensorboardVisBackend')]
    config.visualizer = dict(type='Visualizer', vis_backends=backends)
    config.experiment_name = f'run{np.random.default_rng().integers(10**12)}'
    config.update(changes)
    return config


def local_pictures(work_dir):
    return {file.name: cv2.imread(str(file)) for file in work_dir.rglob('*.png')}


def events(work_dir):
    (file,) = work_dir.rglob('events.out.tfevents*')
    log = EventAccumulator(str(file), size_guidance={'images': 0})
    log.Reload()
    return log


@pytest.fixture
def folder(make_videos):
    return make_videos(lengths=LENGTHS, test_share=0.67)


def test_every_evaluation_is_drawn_to_files_and_to_tensorboard(folder):
    runner = Runner.from_cfg(config_of(folder))
    runner.train()
    expected = {f'val_{name}_{step}.png' for name in PICTURES for step in (1, 2)}
    local = local_pictures(folder / 'work')
    assert set(local) == expected
    (told,) = (folder / 'work').rglob('*.log')
    (place,) = {file.parent for file in (folder / 'work').rglob('*.png')}
    assert f'pictures of epoch 2 are in {place}' in told.read_text()
    log = events(folder / 'work')
    assert set(log.Tags()['images']) == {f'val_{name}' for name in PICTURES}
    for name in PICTURES:
        entries = log.Images(f'val_{name}')
        assert [entry.step for entry in entries] == [1, 2]
        for entry in entries:
            data = np.frombuffer(entry.encoded_image_string, np.uint8)
            picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
            assert picture.shape[1] >= 1200
            np.testing.assert_array_equal(
                picture, local[f'val_{name}_{entry.step}.png']
            )
    # The curves of TensorBoard's own, by the logger's hook.
    assert [e.step for e in log.Scalars('alignment/error')] == [1, 2]
    rows = runner.message_hub.get_info(EVALUATIONS)
    assert [row[0] for row in rows] == [1, 2]
    assert rows[1][1]['alignment/error'] == pytest.approx(
        log.Scalars('alignment/error')[1].value
    )


@pytest.mark.slow
def test_training_ends_with_the_same_weights_with_and_without(folder):
    weights = []
    for number, hooked in enumerate((True, False)):
        config = config_of(folder, work_dir=str(folder / f'work{number}'))
        if not hooked:
            config.custom_hooks.pop()
        runner = Runner.from_cfg(config)
        runner.train()
        weights.append(torch.cat([p.flatten() for p in runner.model.parameters()]))
    assert torch.equal(*weights)


@pytest.mark.slow
def test_the_curves_go_on_after_resuming(folder):
    Runner.from_cfg(config_of(folder, max_epochs=2)).train()
    config = config_of(folder, max_epochs=3, work_dir=str(folder / 'resumed'))
    config.load_from, config.resume = str(folder / 'work' / 'epoch_2.pth'), True
    runner = Runner.from_cfg(config)
    runner.train()
    steps = [row[0] for row in runner.message_hub.get_info(EVALUATIONS)]
    assert steps == [1, 3]  # epoch 2 was saved before it was judged
    checkpoint = torch.load(folder / 'resumed' / 'epoch_3.pth', weights_only=True)
    assert checkpoint['message_hub']['runtime_info'][EVALUATIONS][0][0] == 1


def test_testing_is_drawn_at_the_checkpoints_epoch(folder):
    config = config_of(folder, max_epochs=1)
    config.val_cfg = config.val_dataloader = config.val_evaluator = None
    Runner.from_cfg(config).train()
    config = config_of(folder, work_dir=str(folder / 'test'))
    config.load_from = str(folder / 'work' / 'epoch_1.pth')
    Runner.from_cfg(config).test()
    expected = {f'test_{name}_1.png' for name in PICTURES}
    assert set(local_pictures(folder / 'test')) == expected


def test_a_video_that_is_gone_is_a_warning(folder, monkeypatch):
    gone = str(folder / 'videos' / 'video_3.mp4')
    original = AlignmentVisualizationHook.after_val_epoch

    def remove_then_draw(hook, runner, metrics=None):
        shutil.move(gone, folder / 'elsewhere.mp4')
        original(hook, runner, metrics)
        shutil.move(folder / 'elsewhere.mp4', gone)

    monkeypatch.setattr(AlignmentVisualizationHook, 'after_val_epoch', remove_then_draw)
    runner = Runner.from_cfg(config_of(folder, max_epochs=1))
    warnings = []
    monkeypatch.setattr(runner.logger, 'warning', lambda text: warnings.append(text))
    runner.train()
    assert runner.epoch == 1
    assert set(local_pictures(folder / 'work')) == {'val_metrics_1.png'}
    assert [w.split(' is left out')[0] for w in warnings if 'picture' in w] == [
        'the picture val_alignment at epoch 1',
        'the picture val_retrieval at epoch 1',
    ]
    assert all('video_3.mp4' in w for w in warnings if 'picture' in w)


def test_it_can_be_turned_off(folder):
    runner = Runner.from_cfg(config_of(folder, max_epochs=1, hook={'enable': False}))
    runner.train()
    assert not local_pictures(folder / 'work')


def test_steps_of_a_loop_by_iterations(folder):
    config = config_of(folder)
    config.train_cfg = dict(type='IterBasedTrainLoop', max_iters=2, val_interval=2)
    config.param_scheduler = None
    config.custom_hooks = [config.custom_hooks[-1]]
    config.log_processor = dict(by_epoch=False)
    config.default_hooks.logger.log_metric_by_epoch = False
    Runner.from_cfg(config).train()
    expected = {f'val_{name}_2.png' for name in PICTURES}
    assert set(local_pictures(folder / 'work')) == expected


@pytest.mark.slow
def test_two_processes_draw_as_one(folder):
    """Each judges half of the videos; the main process draws them all, once."""

    config = config_of(folder, max_epochs=1)
    config.train_dataloader.batch_size = 1
    config.dump(folder / 'config.py')
    config = folder / 'config.py'
    run(*shell_tool('dist_train'), config, 2, cwd=folder)
    two = local_pictures(folder / 'work')
    assert set(two) == {f'val_{name}_1.png' for name in PICTURES}
    assert events(folder / 'work').Tags()['images']
    checkpoint = folder / 'work' / 'epoch_1.pth'
    work = ['--work-dir', folder / 'one']
    run(*python_tool('test'), config, checkpoint, *work, cwd=folder)
    one = local_pictures(folder / 'one')
    for name in ('alignment', 'retrieval'):
        pictures = two[f'val_{name}_1.png'], one[f'test_{name}_1.png']
        np.testing.assert_array_equal(*pictures)


def test_one_video_gives_the_curves_alone(make_videos):
    folder = make_videos(lengths=(20, 24, 22), test_share=0.4)
    runner = Runner.from_cfg(config_of(folder, max_epochs=1))
    runner.train()
    assert set(local_pictures(folder / 'work')) == {'val_metrics_1.png'}


def dataset_of(folder, splits, actions):
    """A data set of which nothing is opened: entries of a.mp4, b.mp4 and so on."""
    entries = [
        {'filename': f'{name}.mp4', 'split': split, 'action': action}
        for name, split, action in zip('hgfedcba', splits, actions, strict=False)
    ]
    phases = {'run': ['x', 'y'], 'jump': ['z']}
    path = folder / 'choice.json'
    path.write_text(json.dumps({'metainfo': {'phases': phases}, 'data_list': entries}))
    return FramewiseVideoDataset(str(path), [], test_mode=False, check_videos=False)


@pytest.mark.parametrize(
    ('splits', 'actions', 'hook', 'names', 'phases'),
    [
        # Judged videos alone; 'jump' has one, so 'run' is the first with two.
        (
            ['test', 'train', 'test', 'train', 'test'],
            ['run', 'run', 'jump', 'jump', 'run'],
            {},
            'dh',
            ['x', 'y'],
        ),
        (['test'] * 5, ['run', 'jump', 'jump', 'run', 'run'], {}, 'fg', ['z']),
        (['test'] * 5, ['run'] * 5, {'num_videos': 3}, 'def', ['x', 'y']),
        (
            ['test'] * 4,
            ['jump', 'jump', 'run', 'run'],
            {'action': 'run'},
            'ef',
            ['x', 'y'],
        ),
        (['train'] * 3, ['run'] * 3, {}, 'fgh', ['x', 'y']),
        (['test'] * 2, ['run', 'jump'], {}, '', []),
    ],
    ids=['judged', 'first action', 'few', 'given action', 'train only', 'no pair'],
)
def test_videos_are_chosen_by_name(tmp_path, splits, actions, hook, names, phases):
    hook = AlignmentVisualizationHook(**hook)
    dataset = dataset_of(tmp_path, splits, actions)
    for wrapped in (dataset, ConcatDataset([dataset])):
        hook._choose(wrapped)
        assert [name.split('.')[0] for name in hook._chosen] == list(names)
        assert hook._phases == phases


def test_one_video_is_refused():
    with pytest.raises(ValueError, match='at least 2, got 1'):
        AlignmentVisualizationHook(num_videos=1)
