import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from carl_mm.datasets.annotations import frame_labels, load_annotations
from carl_mm.datasets.video_io.video_writer import write_mp4

ROOT = Path(__file__).parents[2]
GOLF = ROOT.parent / 'shared' / 'data' / 'golf'


@pytest.fixture(scope='module')
def tool():
    path = ROOT / 'tools' / 'dataset_converters' / 'folder.py'
    spec = importlib.util.spec_from_file_location('folder_converter', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def video_dir(tmp_path):
    folder = tmp_path / 'videos'
    for name in 'ab':
        write_mp4(folder / f'{name}.mp4', [np.zeros((32, 32, 3), np.uint8)] * 8, 10)
    (folder / 'broken.mp4').write_text('no video')
    return folder


def test_converts_and_says_what_it_did(tool, video_dir, tmp_path, capsys):
    labels = tmp_path / 'labels.csv'
    labels.write_text(
        'filename,first_frame,last_frame,phase\na.mp4,0,3,x\na.mp4,4,7,y\n'
    )
    out = tmp_path / 'new' / 'out.json'
    args = [str(video_dir), '--labels', str(labels), '--phases', 'y, x', str(out)]
    assert tool.main([*args, '--action', 'pour']) == 0
    annotations = load_annotations(out)
    assert annotations['metainfo'] == {'phases': {'pour': ['y', 'x']}}
    assert annotations['data_list'][0]['phases'] == [[0, 3, 1], [4, 7, 0]]
    said = capsys.readouterr().out
    for text in ('2 (train 2), 16 frames', 'pour: 2: y, x', 'broken.mp4: ', str(out)):
        assert text in said
    assert list(out.parent.iterdir()) == [out]


def test_a_refusal_is_one_error_and_writes_nothing(tool, video_dir, tmp_path, capsys):
    labels = tmp_path / 'labels.csv'
    labels.write_text('filename,first_frame,last_frame,phase\na.mp4,0,8,x\n')
    out = tmp_path / 'out.json'
    out.write_text('old')
    assert tool.main([str(video_dir), '--labels', str(labels), str(out)]) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith(f'error: {labels}: line 2: a.mp4: last frame 8 is past')
    assert out.read_text() == 'old'
    assert tool.main([str(tmp_path / 'absent'), str(out)]) == 1


def test_what_is_hidden_is_no_video(tool, video_dir, tmp_path):
    for hidden in ('._a.mp4', '.trash/a.mp4', 'sub/.thumbs/a.mp4'):
        (video_dir / hidden).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(video_dir / 'a.mp4', video_dir / hidden)
    out = tmp_path / 'out.json'
    assert tool.main([str(video_dir), str(out)]) == 0
    names = [entry['filename'] for entry in load_annotations(out)['data_list']]
    assert names == ['a.mp4', 'b.mp4']


@pytest.mark.parametrize('extra', [['--phases', 'a,b'], ['--workers', '0'], ['--what']])
def test_bad_usage_exits_with_2(tool, extra):
    with pytest.raises(SystemExit) as error:
        tool.main(['videos', 'out.json', *extra])
    assert error.value.code == 2


@pytest.mark.skipif(not GOLF.is_dir(), reason='the golf videos are not here')
def test_golf_videos(tool, tmp_path):
    out = tmp_path / 'golf.json'
    csvs = ['--labels', str(GOLF / 'labels.csv'), '--splits', str(GOLF / 'splits.csv')]
    assert tool.main([str(GOLF / 'videos'), *csvs, str(out)]) == 0
    annotations = json.loads(out.read_text())
    phases = annotations['metainfo']['phases']['action']
    assert phases == ['backswing', 'downswing', 'follow_through']
    entries = annotations['data_list']
    assert len(entries) == 31
    for entry in entries:
        if 'phases' in entry:
            labels = frame_labels(entry['phases'], entry['num_frames'])
            assert (np.diff(labels) >= 0).all()
