"""From videos to features to BMN: the tool, the config, and both together."""

import json

import pytest
import torch
from mmaction.registry import DATASETS, HOOKS, METRICS, MODELS
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from carl_mm.apis.localization.export import export_localization
from tests.configs.helpers import dumped, shrink
from tests.tools.processes import ROOT, environment, run, run_here, write_config

CARL = ROOT / 'configs' / 'carl_activitynet.py'
BMN = ROOT / 'configs' / 'bmn' / 'bmn_carl_activitynet.py'
SMALL_BMN = dict(num_samples=4, hidden_dim_1d=32, hidden_dim_2d=16, hidden_dim_3d=32)


@pytest.fixture
def trained(make_videos):
    """A folder of videos, its config and an untrained model's checkpoint."""
    folder = make_videos(lengths=(30, 24, 36, 20, 28, 40))
    annotations = json.loads((folder / 'annotations.json').read_text())
    for entry in annotations['data_list'][3:]:
        entry['split'] = 'val'
    (folder / 'annotations.json').write_text(json.dumps(annotations))
    config = write_config(folder)
    torch.manual_seed(0)
    model = MODELS.build(Config.fromfile(config).model)
    checkpoint = folder / 'model.pth'
    torch.save({'state_dict': model.state_dict()}, checkpoint)
    return folder, config, checkpoint


def tool(monkeypatch, trained, *options):
    """Run the tool in this process; returns its exit status."""
    folder, config, checkpoint = trained
    out = folder / 'out'
    name = f'experiment_name=run{torch.seed()}'
    with pytest.raises(SystemExit) as status:
        run_here(
            monkeypatch,
            'export_localization',
            *(config, checkpoint, out, '--work-dir', folder / 'work'),
            *(*options, '--cfg-options', name),
        )
    return status.value.code


def test_the_tool_says_what_it_wrote(trained, monkeypatch, capsys):
    assert tool(monkeypatch, trained, '--num-snippets', '20') == 0
    said = capsys.readouterr().out
    out = trained[0] / 'out'
    assert 'features  6 written, 0 kept' in said
    for split in ('train', 'val'):
        assert str(out / f'anet_anno_{split}.json') in said
    header, *rows = (out / 'features' / 'v_video_0.csv').read_text().splitlines()
    assert header.split(',') == [f'f{channel}' for channel in range(128)]
    assert len(rows) == 20


def test_undecodable_videos_are_listed_and_the_status_is_1(
    trained, monkeypatch, capsys
):
    (trained[0] / 'videos' / 'video_4.mp4').write_text('no video')
    assert tool(monkeypatch, trained, '--format', 'gtad') == 1
    said = capsys.readouterr().out
    assert 'features  5 written' in said
    assert 'failed    1\n' in said
    assert 'video_4.mp4: cannot be decoded' in said
    assert len(list((trained[0] / 'out' / 'features').glob('*.npy'))) == 5


def bmn_config(folder, num_snippets):
    """The config, as dumped in a work dir, on exported features."""
    Config.fromfile(BMN).dump(folder / 'bmn.py')
    cfg = Config.fromfile(folder / 'bmn.py')
    cfg.model.update(temporal_dim=num_snippets, **SMALL_BMN)
    for name in ('train', 'val', 'test'):
        loader = cfg[f'{name}_dataloader']
        loader.dataset.data_root = str(folder / 'out')
        loader.update(num_workers=0, persistent_workers=False)
    cfg.train_dataloader.update(batch_size=3)
    for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
        evaluator.dump_config.out = str(folder / 'bmn' / 'results.json')
    cfg.update(work_dir=str(folder / 'bmn'), randomness=dict(seed=0))
    cfg.experiment_name = f'run{torch.seed()}'
    return cfg


class LossHook(Hook):
    def __init__(self):
        self.losses = []

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.losses.append(outputs['loss'].item())


@pytest.mark.slow
def test_bmn_learns_from_the_exported_features(trained, monkeypatch):
    assert tool(monkeypatch, trained, '--num-snippets', '20') == 0
    folder = trained[0]
    cfg = bmn_config(folder, num_snippets=20)
    cfg.train_cfg.update(max_epochs=40, val_interval=40)
    cfg.param_scheduler = None
    cfg.default_hooks.checkpoint = None
    cfg.optim_wrapper.optimizer.lr = 5e-3  # for 40 steps
    runner = Runner.from_cfg(cfg)
    history = LossHook()
    runner.register_hook(history)
    runner.train()
    assert len(history.losses) == 40
    assert max(history.losses[-5:]) < 0.9 * history.losses[0], history.losses
    # Validation proposes segments that lie in the video, of every video.
    results = json.loads((folder / 'bmn' / 'results.json').read_text())['results']
    durations = {'video_3': 20 / 25, 'video_4': 28 / 25, 'video_5': 40 / 25}
    assert results.keys() == durations.keys()
    for video, proposals in results.items():
        ends = [proposal['segment'] for proposal in proposals]
        assert all(0 <= start < end <= durations[video] for start, end in ends)
        assert max(end for _, end in ends) > 0.9 * durations[video]


def test_the_bmn_config_is_mmaction2s_on_our_features(tmp_path):
    cfg = bmn_config(tmp_path, num_snippets=100)
    fresh = Config.fromfile(BMN)
    model = dict(fresh.model)
    assert model.pop('type').__name__ == 'BMN'
    assert model == dict(
        temporal_dim=100,
        boundary_ratio=0.5,
        num_samples=32,
        num_samples_per_bin=3,
        feat_dim=128,
        soft_nms_alpha=0.4,
        soft_nms_low_threshold=0.5,
        soft_nms_high_threshold=0.9,
        post_process_top_k=100,
        feature_extraction_interval=1,
    )
    optimizer = fresh.optim_wrapper.optimizer
    assert (optimizer.type, optimizer.lr, optimizer.weight_decay) == (
        'Adam',
        1e-3,
        1e-4,
    )
    assert fresh.optim_wrapper.clip_grad == dict(max_norm=40, norm_type=2)
    assert fresh.train_cfg.max_epochs == 9
    assert (fresh.train_dataloader.batch_size, fresh.val_dataloader.batch_size) == (
        8,
        1,
    )
    carl = Config.fromfile(CARL)
    carl.model.backbone.init_cfg = None
    assert MODELS.build(carl.model).neck.to_out.out_features == model['feat_dim']
    for hook in [*cfg.custom_hooks, *cfg.default_hooks.values()]:
        HOOKS.build(hook)
    METRICS.build(cfg.val_evaluator)
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out' / 'anet_anno_train.json').write_text('{"v_a": {}}')
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    path = dataset.get_data_info(0)['feature_path']
    assert path == str(tmp_path / 'out' / 'features' / 'v_a.csv')


@pytest.mark.slow
def test_two_processes_export_what_one_does_and_train_py_takes_it(trained):
    folder, config, checkpoint = trained
    script = ROOT / 'tools' / 'export_localization.py'
    environ = environment()
    args = ['--work-dir', folder / 'work', '--launcher', 'pytorch']
    torchrun = [environ['PYTHON'], '-m', 'torch.distributed.run']
    torchrun += ['--nproc_per_node=2', f'--master_port={environ["PORT"]}']
    said = run(*torchrun, script, config, checkpoint, folder / 'two', *args, cwd=folder)
    assert 'features  6 written, 0 kept' in said
    run(environ['PYTHON'], script, config, checkpoint, folder / 'out', cwd=folder)
    names = sorted(path.name for path in (folder / 'out' / 'features').iterdir())
    assert len(names) == 6
    for name in [*(f'features/{name}' for name in names), 'anet_anno_train.json']:
        one, two = folder / 'out' / name, folder / 'two' / name
        assert one.read_bytes() == two.read_bytes()

    # The published size, by the command of the config's docstring.
    options = ['train_dataloader.batch_size=3', 'train_cfg.max_epochs=1']
    options += [f'val_evaluator.dump_config.out={folder}/bmn/results.json']
    args = ['--data-root', folder / 'out', '--work-dir', folder / 'bmn']
    train = [environ['PYTHON'], ROOT / 'tools' / 'train.py', BMN, *args]
    said = run(*train, '--cfg-options', *options, cwd=folder)
    assert 'loss: ' in said
    assert 'AR@100' in said
    assert (folder / 'bmn' / 'epoch_1.pth').is_file()


@pytest.mark.slow
def test_carls_config_trains_unlabelled_and_exports_every_video(make_videos):
    folder = make_videos(lengths=(12, 10, 14), labelled=False, test_share=0.7)
    row = {'segment': [0, 0.2], 'label': 'Diving'}
    entry = {'subset': 'training', 'annotations': [row]}
    database = {f'video_{index}': entry for index in range(3)}
    (folder / 'truth.json').write_text(json.dumps({'database': database}))
    cfg = shrink(dumped(CARL, folder), folder)
    cfg.val_evaluator[0].stride = 1  # of videos with a dozen frames
    runner = Runner.from_cfg(cfg)
    runner.train()
    for control in ('', '_position', '_untrained'):
        key = f'val/alignment/kendalls_tau{control}'
        assert -1 <= runner.message_hub.get_scalar(key).current() <= 1
    summary = export_localization(
        runner, folder / 'out', truth_file=str(folder / 'truth.json')
    )
    assert (summary.num_written, summary.failed) == (3, {})  # train and test videos
    cfg = bmn_config(folder, num_snippets=100)
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    assert len(dataset) == 3
    assert dataset[0]['inputs'].shape == (cfg.model.feat_dim, 100)
