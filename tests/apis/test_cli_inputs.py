import numpy as np
import pytest

from carl_mm.apis import FramewiseInferencer, VideoEmbedding
from carl_mm.apis.cli import add_frame_count, add_model, make_parser
from carl_mm.apis.cli_inputs import (
    check_labels,
    check_not_overwritten,
    is_same_video,
    load_embeddings,
)
from carl_mm.apis.embedding.folder_embedding import embed_folder
from carl_mm.datasets.converters.formats.tables.frame_count import FrameCount
from tests.apis.trained import make_work_dir


@pytest.fixture
def videos(make_videos):
    return make_videos(lengths=(12, 9, 10)) / 'videos'


def parse(*words):
    parser = make_parser('What it does.')
    add_model(parser, positional=False)
    return parser.parse_args([str(word) for word in words])


def test_videos_and_files_of_embeddings_alike(work_dir, videos, tmp_path):
    args = parse('--model', work_dir, '--device', 'cpu')
    direct = load_embeddings(args, [videos])
    assert [len(video) for video in direct] == [12, 9, 10]
    for form in ('npz', 'parquet'):
        direct[1].save(tmp_path / form / f'b.{form}')
    mixed = [
        *(tmp_path / 'npz', videos / 'video_2.mp4'),
        *(tmp_path / 'parquet' / 'b.parquet', videos / 'video_0.mp4'),
    ]
    found = load_embeddings(args, mixed)
    assert [len(video) for video in found] == [9, 10, 9, 12]
    for video, index in zip(found, (1, 2, 1, 0), strict=True):
        np.testing.assert_array_equal(video.embeddings, direct[index].embeddings)


def test_without_videos_no_model_is_loaded(tmp_path):
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(3, 2)).astype(np.float32)
    VideoEmbedding('a', embeddings, np.arange(3.0), 1.0).save(tmp_path / 'a.npz')
    args = parse('--model', tmp_path / 'none', '--device', 'none')
    (found,) = load_embeddings(args, [tmp_path / 'a.npz'])
    np.testing.assert_array_equal(found.embeddings, embeddings)


def test_a_video_needs_a_model(videos):
    with pytest.raises(ValueError, match=r'video_0\.mp4: a video, which needs --model'):
        load_embeddings(parse(), [videos])


def test_another_config_by_hand(work_dir, videos, tmp_path):
    config = work_dir / 'small.py'
    for model in (work_dir, work_dir / 'epoch_2.pth'):
        args = parse('--model', model, '--config', config, '--device', 'cpu')
        (video,) = load_embeddings(args, [videos / 'video_1.mp4'])
        assert video.provenance['checkpoint'] == str(work_dir / 'epoch_2.pth')


def test_a_damaged_video_stops_or_is_left_out(work_dir, videos, capsys):
    (videos / 'video_1.mp4').write_text('no video')
    args = parse('--model', work_dir, '--device', 'cpu')
    with pytest.raises(ValueError, match=r'video_1\.mp4: cannot be decoded'):
        load_embeddings(args, [videos])
    left_out = []
    found = load_embeddings(args, [videos], left_out)
    assert len(left_out) == 1 and 'video_1.mp4' in left_out[0]
    assert [len(video) for video in found] == [12, 10]
    said = capsys.readouterr().err
    assert said.startswith('left out: ')
    assert 'video_1.mp4' in said


def test_embeddings_of_different_models_are_refused(work_dir, videos, tmp_path):
    model = FramewiseInferencer(work_dir, device='cpu')
    embed_folder(model, [videos], tmp_path / 'out')
    other = make_work_dir(tmp_path, seed=1)
    args = parse('--model', other, '--device', 'cpu')
    with pytest.raises(ValueError, match='cannot be compared') as info:
        load_embeddings(args, [tmp_path / 'out' / 'video_0.npz', videos])
    assert str(other) in str(info.value)
    assert str(work_dir) in str(info.value)


def test_embeddings_of_another_model_than_the_given_are_refused(
    work_dir, videos, tmp_path
):
    embed_folder(FramewiseInferencer(work_dir, device='cpu'), [videos], tmp_path)
    files = sorted(tmp_path.glob('*.npz'))
    other = make_work_dir(tmp_path, seed=1)
    for model in (work_dir, work_dir / 'epoch_2.pth', tmp_path / 'absent.pth'):
        assert len(load_embeddings(parse('--model', model), files)) == 3
    for model in (other, other / 'epoch_2.pth'):
        with pytest.raises(ValueError, match='which is not') as info:
            load_embeddings(parse('--model', model), files)
        assert str(work_dir / 'epoch_2.pth') in str(info.value)
        assert str(other / 'epoch_2.pth') in str(info.value)


def test_embeddings_of_different_sizes_are_refused(tmp_path):
    for size in (2, 3):
        embeddings = np.zeros((4, size), np.float32)
        video = VideoEmbedding(f'{size}.mp4', embeddings, np.arange(4.0), 1.0)
        video.save(tmp_path / f'{size}.npz')
    with pytest.raises(ValueError, match=r'2\.mp4 and 3\.mp4 .*sizes: 2 and 3'):
        load_embeddings(parse(), [tmp_path])


def test_a_folder_of_both_is_refused(videos, tmp_path):
    (videos / 'a.npz').touch()
    with pytest.raises(ValueError, match='both videos and embeddings'):
        load_embeddings(parse(), [videos])


def test_an_input_is_not_overwritten_however_its_path_is_written(tmp_path, monkeypatch):
    (tmp_path / 'in').mkdir()
    for name in ('a.mp4', 'b.npz', 'notes.txt'):
        (tmp_path / 'in' / name).touch()
    (tmp_path / 'link').symlink_to(tmp_path / 'in')
    monkeypatch.chdir(tmp_path)
    check_not_overwritten(['in', 'c.mp4'], ['in/notes.txt', 'd.mp4'])
    for target in ('in/a.mp4', tmp_path / 'link' / 'b.npz', './c.mp4'):
        with pytest.raises(ValueError, match='is an input and would be overwritten'):
            check_not_overwritten(['in', 'c.mp4'], ['d.mp4', target])


def test_a_file_is_the_same_however_its_path_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frames = np.zeros((1, 2), np.float32)
    names = ('a.mp4', str(tmp_path / 'a.mp4'), 'b.mp4')
    first, again, other = (
        VideoEmbedding(name, frames, np.zeros(1), 1.0) for name in names
    )
    assert is_same_video(first, again)
    assert not is_same_video(first, other)


def test_bad_labels_show_before_videos_are_embedded(tmp_path):
    def check(*words, phases=None):
        parser = make_parser('')
        parser.add_argument('--labels')
        add_frame_count(parser.add_argument)
        return check_labels(parser.parse_args([str(word) for word in words]), phases)

    path = tmp_path / 'l.csv'
    path.write_text('filename,first_frame,last_frame,phase\na.mp4,0,3,x\na.mp4,3,5,y\n')
    count = FrameCount(0, exclusive_end=True)
    assert check() == FrameCount()
    assert check('--labels', path, '--exclusive-end') == count
    with pytest.raises(ValueError, match='--exclusive-end'):
        check('--labels', path)
    with pytest.raises(ValueError, match="unknown phase 'y'; known: x"):
        check('--labels', path, '--exclusive-end', phases=['x'])
    with pytest.raises(FileNotFoundError, match=r'none\.csv: no such file'):
        check('--labels', tmp_path / 'none.csv')
    (tmp_path / 'a.json').write_text('{')
    with pytest.raises(ValueError, match=r'a\.json: not a JSON file'):
        check('--labels', tmp_path / 'a.json')
