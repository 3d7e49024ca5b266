"""benchmarks/quality/real_videos.py: its folds, runs and tables."""

import csv
import importlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from mmaction.registry import METRICS, MODELS
from mmaction.structures import ActionDataSample
from mmengine.config import Config

from carl_mm.datasets.annotations import validate_annotations
from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.models.backbones import pose_landmarks
from tests.conftest import moving_square
from tests.evaluation.predictions import PHASES, evaluate, samples
from tests.tools.processes import ROOT

REAL = ROOT.parent / 'shared' / 'data'
PLAN = {'ann': 2, 'bob': 1, 'cid': 1, 'dora': 1, 'eve': 1}  # subject to videos


@pytest.fixture(scope='module', autouse=True)
def benchmarks_path():
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(ROOT / 'benchmarks' / 'quality'))
    patch.chdir(ROOT)
    yield
    patch.undo()


def module(name):
    return importlib.import_module(name)


def write_rows(path, *rows):
    with open(path, 'w', newline='') as file:
        csv.writer(file).writerows(rows)


def write_set(folder, plan=PLAN, unlabelled=(), first=14):
    """A set of tiny videos: moving squares, in two phases."""
    labels, subjects = [], []
    for subject, count in plan.items():
        for index in range(count):
            name, length = f'{subject}_{index}.mp4', first + 2 * len(subjects)
            frames = moving_square(length, 32, len(subjects))
            write_mp4(folder / 'videos' / name, frames, 25)
            subjects.append([name, subject])
            if name not in unlabelled:
                half = length // 2
                labels += [[name, 0, half - 1, 'a'], [name, half, length - 1, 'b']]
    columns = ['filename', 'first_frame', 'last_frame', 'phase']
    write_rows(folder / 'labels.csv', columns, *labels)
    write_rows(folder / 'subjects.csv', ['filename', 'subject'], *subjects)


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    root = tmp_path_factory.mktemp('sets')
    write_set(root / 'actions' / 'slide', unlabelled=['bob_0.mp4'])
    write_set(root / 'actions' / 'glide', {'x': 2, 'y': 2, 'z': 1})
    for index in range(2):
        write_mp4(root / f'pitch/videos/{index}.mp4', moving_square(12, 32), 25)
    return root


def names(annotations, split):
    return [e['filename'] for e in annotations['data_list'] if e['split'] == split]


def test_folds_share_no_subject_and_judge_every_labelled_video_once(videos):
    sets = module('real_sets')
    found = sets.find_sets(videos)
    assert list(found) == ['glide', 'slide']
    read = [sets.read_set(videos, folder) for folder in found.values()]
    pitch = sets.read_set(videos, videos / 'pitch', labelled=False)
    subjects = {**read[0].subjects, **read[1].subjects}
    judged = []
    for fold in range(2):
        annotations = sets.fold_annotations(read, 2, fold, [pitch])
        validate_annotations(annotations, 'fold')
        assert annotations == sets.fold_annotations(read, 2, fold, [pitch])
        train, test = names(annotations, 'train'), names(annotations, 'test')
        trained = {(Path(n).parts[1], subjects[n]) for n in train if n in subjects}
        assert not trained & {(Path(n).parts[1], subjects[n]) for n in test}
        assert {'pitch/videos/0.mp4', 'pitch/videos/1.mp4'} <= set(train)
        judged += test
    labelled = {n for n in subjects if not n.endswith('bob_0.mp4')}
    assert sorted(judged) == sorted(labelled)


def test_folds_by_hand():
    """Most labelled first, each to the fold with fewest."""
    sets = module('real_sets')
    subjects = {'0': 'p', '1': 'p', '2': 'p', '3': 'q', '4': 'q', '5': 'r', '6': 's'}
    entries = [
        {'filename': name, 'action': 'jump', 'phases': [[0, 1, 0]]} for name in subjects
    ]
    made = sets.VideoSet(entries, ['a'], subjects)
    # p: 3 to 0; q: 2 to 1; r: 1 to 1; s: 1 to 0, as both then have 3.
    assert sets.split_subjects(made, 2) == {'p': 0, 'q': 1, 'r': 1, 's': 0}
    with pytest.raises(ValueError, match='jump: 3 folds of 3 subjects leave fold'):
        one_each = sets.VideoSet(entries[3:], ['a'], subjects)
        sets.split_subjects(one_each, 3)


def test_golfers_are_one_subject_in_all_sources():
    golfer = module('real_sets').golfer
    assert golfer('av_Colin-Morikawa_LongIrons_Front1.mp4') == 'morikawa'
    assert golfer('tw_Morikawa.mp4') == 'morikawa' != golfer('tw_Tiger.mp4')
    assert golfer('wl_swing1.mp4') == golfer('wl_swing2.mp4') == 'wl'


def test_errors_of_sets_name_the_file(tmp_path):
    sets = module('real_sets')
    with pytest.raises(FileNotFoundError, match='no labels.csv in golf/ or actions/'):
        sets.find_sets(tmp_path)
    folder = tmp_path / 'actions' / 'golf'
    write_set(folder, {'x': 1, 'y': 1})
    write_rows(folder / 'subjects.csv', ['filename', 'subject'], ['x_0.mp4', 'x'])
    with pytest.raises(ValueError, match='no subject of y_0.mp4'):
        sets.read_subjects(folder, ['x_0.mp4', 'y_0.mp4'])
    folder = folder.rename(tmp_path / 'actions' / 'jump')
    (folder / 'subjects.csv').unlink()
    with pytest.raises(FileNotFoundError, match='must not be parted'):
        sets.read_subjects(folder, ['x_0.mp4'])
    (tmp_path / 'golf').mkdir()
    for name in ('golf', 'actions/golf'):
        (tmp_path / name).mkdir(exist_ok=True)
        write_rows(tmp_path / name / 'labels.csv', ['filename'])
    with pytest.raises(ValueError, match='have one name'):
        sets.find_sets(tmp_path)


def test_figures_by_action_are_those_of_the_action_alone():
    module('by_action')
    data = samples()
    configs = [{'type': 'AlignmentError'}, {'type': 'KendallsTau'}]
    metric = METRICS.build({'type': 'ByAction', 'metrics': configs})
    metric.dataset_meta = {'phases': PHASES}
    metric.process(None, [item.to_dict() for item in data])
    figures = metric.evaluate(len(data))
    for action in PHASES:
        alone = [item for item in data if item.action == action]
        expected = evaluate('AlignmentError', alone) | evaluate('KendallsTau', alone)
        found = {
            key.removeprefix(f'{action}/'): value
            for key, value in figures.items()
            if key.startswith(f'{action}/')
        }
        assert found == expected


def test_every_recipe_makes_a_model_that_embeds(tmp_path, monkeypatch):
    def nobody(picture):
        return np.zeros((1, 195)), 0.0

    monkeypatch.setattr(pose_landmarks, 'load_network', lambda *args: nobody)
    runs, recipes = module('cached_runs'), module('recipes').RECIPES
    frames = torch.randint(0, 256, (3, 3, 64, 64), dtype=torch.uint8)
    tried = set()
    for changes in recipes.values():
        cfg = runs.read_config(
            'configs/carl_folder.py', tmp_path, tmp_path / 'run', 0, changes
        )
        text = runs.settings_text({**cfg.to_dict()['model'], 'cls_head': None})
        if text in tried:
            continue
        tried.add(text)
        sample = ActionDataSample()
        cfg.model.backbone.pretrained = False  # of Lite2 the weights may be missing
        MODELS.build(cfg.model).eval().predict([frames], [sample])
        size = 256 if cfg.model.keep_frame_features else 128
        assert sample.pred_embedding.shape == (3, size)


@pytest.mark.parametrize(
    ('recipe', 'file', 'name'),
    [
        ('pose', 'subject', 'with_pose'),
        ('lite2', 'backbones', 'lite2'),
        ('fine_tuned', 'subject', 'fine_tuned'),
    ],
)
def test_recipes_of_parts_that_are_shipped_are_those(tmp_path, recipe, file, name):
    runs, recipes = module('cached_runs'), module('recipes').RECIPES
    read = [
        runs.read_config('configs/carl_folder.py', tmp_path, tmp_path, 0, changes)
        for changes in ({}, recipes[recipe])
    ]
    parts = Config.fromfile(f'configs/_base_/{file}.py')
    read[0].model.merge(parts[name])
    if recipe == 'fine_tuned':
        read[0].optim_wrapper.merge(parts.stages_learn_slowly)
    for key in ('model', 'optim_wrapper'):
        shipped, changed = (built_types(cfg.to_dict()[key]) for cfg in read)
        assert changed == shipped


def built_types(part):
    """Name classes as the registry does, and make lists of tuples."""
    if isinstance(part, dict):
        return {key: built_types(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [built_types(value) for value in part]
    text = getattr(part, '__name__', part)
    return text.rsplit('.', 1)[-1] if isinstance(text, str) else text


def test_the_recipe_before_has_nothing_of_the_new(tmp_path):
    runs, changes = module('cached_runs'), module('recipes').RECIPES['before']
    file = 'configs/carl_folder.py'
    cfg = runs.read_config(file, tmp_path, tmp_path / 'run', 0, changes)
    text = runs.settings_text(cfg.to_dict()['custom_hooks'])
    assert 'CropToSubject' not in text and '"size": 160' in text
    assert cfg.model.extra_features == [] and cfg.model.neck.position == 'absolute'
    assert cfg.train_cfg.max_epochs == 50
    cfg = runs.read_config(file, tmp_path, tmp_path / 'run', 0, {})
    assert 'CropToSubject' in runs.settings_text(cfg.to_dict()['custom_hooks'][-1])
    with pytest.raises(ValueError, match='no Crop, only'):
        gone = {'test_dataloader.dataset.pipeline.Crop': runs.REMOVED}
        runs.read_config(file, tmp_path, tmp_path / 'run', 0, gone)


def arguments(videos, work_dir, *more):
    given = ['--videos', str(videos), '--work-dir', str(work_dir)]
    return module('real_videos').parse_args([*given, *more])


def test_a_folder_of_a_run_tells_its_settings(tmp_path):
    jobs = module('real_jobs')
    args = arguments(tmp_path, tmp_path, '--recipes', 'default')

    def folder(recipe, seed, annotations='a.json', args=args):
        job = jobs.Job(recipe, 'slide', 0, seed)
        return jobs.job_config(args, job, annotations).work_dir

    assert folder('default', 0) == folder('default', 0)
    shorter = arguments(tmp_path, tmp_path, '--max-epochs', '1')
    others = [folder('default', 1), folder('absolute', 0), folder('default', 0, 'b')]
    others += [folder('default', 0, args=shorter)]
    assert len({folder('default', 0), *others}) == 5
    # Controls do not depend on what trains, but on features and on the neck.
    assert folder('default', None) == folder('no_speeds', None)
    assert folder('default', None) == folder('three_times_as_long', None)
    parts = ['default', 'absolute', 'not_standardised', 'no_crop']
    assert len({folder(recipe, None) for recipe in parts}) == 4


def test_jobs_are_controls_and_then_seed_by_seed(tmp_path):
    jobs = module('real_jobs')
    args = arguments(tmp_path, tmp_path, '--recipes', 'default', '--seeds', '4')
    made = list(jobs.all_jobs(args, ['x', 'y']))
    found = [(job.seed, job.fold, job.action) for job in made]
    every = jobs.EVERYTHING
    assert found == [
        *[(None, fold, every) for fold in range(2)],
        *[(4, fold, name) for fold in range(2) for name in (every, 'x', 'y')],
    ]
    with pytest.raises(SystemExit):
        arguments(tmp_path, tmp_path, '--folds', '1')


def test_a_run_done_before_is_read(tmp_path):
    (tmp_path / 'results.json').write_text('{"a": 0.5}')
    cfg = Config({'work_dir': str(tmp_path)})  # of which nothing could be run
    assert module('cached_runs').train_and_test(cfg) == {'a': 0.5}


def test_an_unknown_action_is_named(videos, tmp_path):
    args = arguments(videos, tmp_path, '--actions', 'hop')
    with pytest.raises(ValueError, match='--actions hop: .* has glide, slide'):
        module('real_videos').read_sets(args)


EVENT = 'alignment/event_error'


def made_results():
    """Two recipes, two seeds, two actions; figures that one can check by hand."""
    real = module('real_results')
    results = real.Results()

    def figures(squat, golf):
        return {EVENT: {'squat': squat, 'golf': golf}}

    results.models = {
        ('default', real.ALL, 0): figures(0.1, 0.2),
        ('default', real.ALL, 1): figures(0.2, 0.2),
        ('default', real.EACH, 0): figures(0.1, 0.1),
        ('default', real.EACH, 1): figures(0.1, 0.4),
    }
    results.controls = {
        recipe: {
            f'{EVENT}_position': {'squat': 0.2, 'golf': 0.8},
            f'{EVENT}_backbone': {'squat': backbone, 'golf': 0.4},
        }
        for recipe, backbone in (('default', 0.5), ('absolute', 0.6))
    }
    return results


def cells(table):
    rows = [line.strip('|').split('|') for line in table.splitlines() if '|' in line]
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows}


def test_figures_are_means_over_folds():
    folds = [
        {'squat/a/b': 0.1, 'golf/a/b': 0.3},
        {'squat/a/b': 0.3, 'golf/a/b': np.nan},
    ]
    found = module('real_results').mean_over_folds(folds)
    assert found == {'a/b': {'squat': pytest.approx(0.2), 'golf': 0.3}}


def test_a_table_has_each_action_the_means_and_all_controls():
    found = cells(module('real_tables').figure_table(made_results(), EVENT))
    heads = ['seeds', 'squat', 'golf', 'mean', 'mean, choice', 'mean, judgement']
    assert found[''] == heads
    spread = '0.150 (0.100 to 0.200)'
    row = ['2', spread, '0.200 (0.200 to 0.200)', '0.175 (0.150 to 0.200)', spread]
    assert found['default, one encoder for all'] == [*row, row[2]]
    # The same for both recipes: one row; different: two.
    assert found['position only'] == ['-', '0.200', '0.800', '0.500', '0.200', '0.800']
    assert found['backbone only (default)'][1] == '0.500'
    assert found['backbone only (absolute)'][1] == '0.600'


def test_ratios_to_the_best_control_of_each_action():
    table = module('real_tables').ratio_table(made_results(), EVENT)
    found = cells(table)
    # Position is best on squat, 0.2, the backbone on golf, 0.4: the mean is 0.3.
    best = ['-', '0.200', '0.400', '0.300', '0.200', '0.400', '-']
    assert found['best control (default)'] == best
    each = found['default, one for each']
    assert each[:2] == ['2', '0.500 (0.500 to 0.500)']
    assert each[2] == '0.625 (0.250 to 1.000)'  # 0.1 / 0.4 and 0.4 / 0.4
    assert each[3] == '0.562 (0.375 to 0.750)'
    # (0.1 + 0.1) / 0.6 and (0.1 + 0.4) / 0.6
    assert each[-1] == '0.583 (0.333 to 0.833)'
    assert 'squat position only, golf backbone only' in table
    summary = module('real_tables').summary_table(made_results())
    assert cells(summary)['whole, nearest: default, one for each'] == each


def test_one_encoder_for_all_as_a_share_of_one_for_each():
    tables, results = module('real_tables'), made_results()
    found = cells(tables.encoder_table(results, EVENT))['default']
    assert found[1] == '1.500 (1.000 to 2.000)'  # 0.1 / 0.1, 0.2 / 0.1
    assert found[2] == '1.250 (0.500 to 2.000)'  # 0.2 / 0.1, 0.2 / 0.4
    assert found[-1] == '1.150 (0.800 to 1.500)'  # 0.3 / 0.2, 0.4 / 0.5
    only = {key: row for key, row in results.models.items() if 'all' in key[1]}
    results.models = only
    assert tables.encoder_table(results, EVENT) == ''


def test_a_ratio_to_nothing_is_undefined():
    shares = module('real_tables').shares_of
    found = shares({'squat': 0.1, 'golf': 0.2}, {'squat': 0.0, 'golf': 0.4})
    assert np.isnan(found['squat']) and found['golf'] == 0.5
    assert found['of means'] == pytest.approx(0.75)
    assert np.isnan(shares({'squat': 0.1}, {'squat': 0.0})['of means'])


def test_the_best_accuracy_is_the_highest_and_nan_is_none():
    real = module('real_results')
    results = real.Results()
    key = 'retrieval/ap@10'
    results.controls = {
        'default': {
            f'{key}_position': {'squat': 0.2, 'golf': np.nan},
            f'{key}_centred': {'squat': 0.4, 'golf': 0.1},
        }
    }
    values, which = real.best_controls(results, 'default', key)
    assert values == {'squat': 0.4, 'golf': 0.1}
    assert which == {'squat': 'centred', 'golf': 'centred'}


def test_frames_stand_beside_the_uncertainty_of_the_labels():
    tables, results = module('real_tables'), made_results()
    figure = 'alignment/event_frames_dtw'
    results.models = {
        key: {figure: row[EVENT], EVENT: row[EVENT]}
        for key, row in results.models.items()
    }
    found = cells(tables.figure_table(results, figure))
    assert found["the label's own uncertainty"][1:4] == ['0.900', '1.000', '0.950']
    assert 'frames' in tables.title(figure)
    assert tables.title(f'{figure}_warped').split(': ')[1].startswith('warped, dtw')
    assert tables.shown_figures(results) == [EVENT, figure]


@pytest.mark.skipif(not (REAL / 'actions').is_dir(), reason='no real videos are here')
@pytest.mark.parametrize('fold', range(2))
def test_folds_of_real_videos_share_no_subject(fold):
    sets = module('real_sets')
    for name, folder in sets.find_sets(REAL).items():
        videos = sets.read_set(REAL, folder)
        annotations = sets.fold_annotations([videos], 2, fold)
        validate_annotations(annotations, name)
        who = [
            {videos.subjects[file] for file in names(annotations, split)}
            for split in ('train', 'test')
        ]
        assert who[0] and who[1] and not who[0] & who[1]


@pytest.mark.slow
def test_a_comparison_and_its_resumption(videos, tmp_path):
    command = [sys.executable, 'benchmarks/quality/real_videos.py']
    command += ['--videos', str(videos), '--work-dir', str(tmp_path / 'work')]
    command += ['--feature-cache', str(tmp_path / 'cache'), '--actions', 'slide']
    command += ['--seeds', '0', '--recipes', 'before', '--max-epochs', '1']

    def run():
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout[done.stdout.index('Choices are made') :]

    said = run()
    found = cells(said[said.index('## event error, share') :])
    assert {'before, one for each', 'before, one encoder for all'} <= found.keys()
    assert {'position only', 'centred backbone'} <= found.keys()
    assert (tmp_path / 'work' / 'tables.md').read_text().strip() == said.strip()
    results = sorted((tmp_path / 'work' / 'runs').glob('*/results.json'))
    assert len(results) == 2 + 2 * 2  # controls, and one for all and for each
    changed = {path: path.stat().st_mtime_ns for path in results}
    killed = next(path for path in results if 'seed0' in path.parent.name)
    figures = json.loads(killed.read_text())
    killed.unlink()
    assert run() == said
    assert json.loads(killed.read_text()) == figures
    again = {path for path in results if path.stat().st_mtime_ns != changed[path]}
    assert again == {killed}
