import math
import os
import pickle

import numpy as np
import pytest

from carl_mm.datasets.annotations import load_annotations
from carl_mm.datasets.converters.ae2 import annotations_from_ae2
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square
from tests.datasets.converters.published import thirds, train_and_test
from tests.datasets.converters.tool import load_tool

SPLITS = ('train', 'val', 'test')
FRAMES = {'ego': 24, 'exo': 18}


def write_set(folder, listed):
    """Two videos of each view and split, in either of the two published forms."""
    labels = {}
    for view, num_frames in FRAMES.items():
        for split in SPLITS:
            names = [f'{view}_{split}_{index}' for index in range(2)]
            for name in names:
                place = folder / view if listed else folder / split / view
                write_mp4(place / f'{name}.mp4', moving_square(num_frames), 25)
                labels[name] = thirds(num_frames)[0]
            if listed:
                lines = ''.join(f'{name}.mp4\n' for name in names)
                (folder / view / f'{split}.csv').write_text(lines)
    labels['ego_train_0'] = labels['ego_train_0'].tolist()
    write_labels(folder, labels)
    return labels


def write_labels(folder, labels):
    (folder / 'label.pickle').write_bytes(pickle.dumps(labels))


def convert(folder, *options):
    args = [str(folder), str(folder / 'out.json'), *options]
    return load_tool('ae2').main(args)


def entries(folder):
    content = load_annotations(folder / 'out.json')
    return {entry['filename']: entry for entry in content['data_list']}


@pytest.fixture
def eggs(tmp_path):
    write_set(tmp_path / 'break_eggs', listed=True)
    return tmp_path / 'break_eggs'


@pytest.mark.parametrize('listed', [True, False])
def test_both_forms_give_split_view_and_phases(tmp_path, listed, capsys):
    folder = tmp_path / 'pour_milk'
    write_set(folder, listed)
    assert convert(folder, '--phases', 'lift, pour, put') == 0
    metainfo = load_annotations(folder / 'out.json')['metainfo']
    assert metainfo == {'phases': {'pour_milk': ['lift', 'pour', 'put']}}
    expected = {}
    for view, num_frames in FRAMES.items():
        for split in SPLITS:
            for index in range(2):
                place = view if listed else f'{split}/{view}'
                name = f'{place}/{view}_{split}_{index}.mp4'
                expected[name] = {
                    'filename': name,
                    'split': split,
                    'num_frames': num_frames,
                    'action': 'pour_milk',
                    'view': view,
                    'phases': thirds(num_frames)[1],
                }
    assert entries(folder) == expected
    assert '12 (train 4, val 4, test 4), 252 frames' in capsys.readouterr().out


def test_what_is_usual(eggs, capsys):
    """A missing and a broken video, a train video without labels, gaps in labels."""
    labels = pickle.loads((eggs / 'label.pickle').read_bytes())
    del labels['ego_train_1']
    labels['exo_test_1'][:4] = -1
    write_labels(eggs, labels)
    (eggs / 'ego' / 'ego_val_0.mp4').unlink()
    (eggs / 'exo' / 'exo_val_1.mp4').write_text('no video')
    assert convert(eggs) == 0
    found = entries(eggs)
    assert len(found) == 10
    assert 'phases' not in found['ego/ego_train_1.mp4']
    assert found['exo/exo_test_1.mp4']['phases'] == [[4, 5, 0], [6, 11, 1], [12, 17, 2]]
    said = capsys.readouterr().out
    assert 'break_eggs: 3: phase_0, phase_1, phase_2' in said
    assert 'left out  2\n  ego/ego_val_0.mp4: no such file\n  exo/exo_val_1.mp4' in said


def setting(name, value):
    def change(folder, labels):
        labels[name] = value

    return change


def listing(folder, labels):
    (folder / 'exo' / 'val.csv').write_text('exo_train_0.mp4\n')


def emptying(folder, labels):
    for path in folder.rglob('*.csv'):
        path.unlink()


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (
            setting('ego_val_0', [0] * 23),
            'ego/ego_val_0.mp4: has 23 labels, but 24 frames',
        ),
        (
            setting('ego_val_0', None),
            'ego/ego_val_0.mp4: has no labels, which a val video needs',
        ),
        (setting('ego_val_0', [0.5] * 24), 'ego/ego_val_0.mp4: frame 0: label 0.5'),
        (setting('ego_val_0', 'hit'), 'ego/ego_val_0.mp4: labels must be numbers'),
        (
            setting('exo_test_0', [3] * 18),
            'exo/exo_test_0.mp4: frame 0: label 3 is out',
        ),
        (listing, 'exo/exo_train_0.mp4: is listed twice'),
        (emptying, 'no video; a set'),
    ],
)
def test_what_contradicts_itself_is_named(eggs, capsys, change, message):
    labels = pickle.loads((eggs / 'label.pickle').read_bytes())
    change(eggs, labels)
    write_labels(eggs, labels)
    assert convert(eggs, '--phases', 'a,b,c') == 1
    assert message in capsys.readouterr().err
    assert not (eggs / 'out.json').exists()


class Payload:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_a_pickle_that_would_run_code_is_refused(eggs, tmp_path, capsys):
    write_labels(eggs, {'ego_val_0': Payload(str(tmp_path / 'ran'))})
    assert convert(eggs) == 1
    assert 'label.pickle: ' in capsys.readouterr().err
    assert not (tmp_path / 'ran').exists()


@pytest.mark.parametrize(
    ('content', 'phases', 'message'),
    [
        ([np.zeros(3)], 'a,b', 'label.pickle: must be a dict, got ['),
        ({}, 'a,a', "label.pickle: phases must be different names, got ['a', 'a']"),
    ],
)
def test_a_bad_label_file(eggs, capsys, content, phases, message):
    write_labels(eggs, content)
    assert convert(eggs, '--phases', phases) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize('gone', ['label.pickle', '.'])
def test_a_missing_file_or_folder_says_what_should_be_there(tmp_path, eggs, gone):
    (eggs / gone).rename(tmp_path / 'elsewhere')
    with pytest.raises(FileNotFoundError, match=r'label\.pickle: no .*VIEW/SPLIT\.csv'):
        annotations_from_ae2(eggs)


def test_hidden_files_are_no_videos(tmp_path):
    folder = tmp_path / 'pour_milk'
    write_set(folder, listed=False)
    (folder / 'train' / 'ego' / '._ego_train_0.mp4').write_text('of a Mac')
    annotations, summary = annotations_from_ae2(folder)
    assert len(annotations['data_list']) == 12
    assert summary.left_out == {}


@pytest.mark.slow
def test_videos_train_and_are_judged(eggs):
    assert convert(eggs) == 0
    annotations = load_annotations(eggs / 'out.json')
    metrics = train_and_test(eggs, annotations, eggs)
    for key in ('phase_classification/acc', 'alignment/error'):
        assert math.isfinite(metrics[key])
