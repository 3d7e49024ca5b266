import io
import sys

import numpy as np
import pytest

from carl_mm.apis import FramewiseInferencer, VideoEmbedding
from carl_mm.apis.cli import add_model, embeddings_of, main, make_parser
from carl_mm.apis.embedding.folder_embedding import embed_folder
from carl_mm.files import atomic_write_csv
from tests.apis.trained import make_work_dir
from tests.tools.processes import run_here


@pytest.fixture
def videos(make_videos):
    return make_videos(lengths=(12, 9, 10)) / 'videos'


def parse(*words):
    parser = make_parser('What it does.')
    add_model(parser, positional=False)
    return parser.parse_args([str(word) for word in words])


def test_videos_and_files_of_embeddings_alike(work_dir, videos, tmp_path):
    args = parse('--model', work_dir, '--device', 'cpu')
    direct = embeddings_of(args, [videos])
    assert [len(video) for video in direct] == [12, 9, 10]
    for form in ('npz', 'parquet'):
        direct[1].save(tmp_path / form / f'b.{form}')
    mixed = [
        *(tmp_path / 'npz', videos / 'video_2.mp4'),
        *(tmp_path / 'parquet' / 'b.parquet', videos / 'video_0.mp4'),
    ]
    found = embeddings_of(args, mixed)
    assert [len(video) for video in found] == [9, 10, 9, 12]
    for video, index in zip(found, (1, 2, 1, 0), strict=True):
        np.testing.assert_array_equal(video.embeddings, direct[index].embeddings)


def test_without_videos_no_model_is_loaded(tmp_path):
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(3, 2)).astype(np.float32)
    VideoEmbedding('a', embeddings, np.arange(3.0), 1.0).save(tmp_path / 'a.npz')
    args = parse('--model', tmp_path / 'none', '--device', 'none')
    (found,) = embeddings_of(args, [tmp_path / 'a.npz'])
    np.testing.assert_array_equal(found.embeddings, embeddings)


def test_a_video_needs_a_model(videos):
    with pytest.raises(ValueError, match=r'video_0\.mp4: a video, which needs --model'):
        embeddings_of(parse(), [videos])


def test_another_config_by_hand(work_dir, videos, tmp_path):
    config = work_dir / 'small.py'
    for model in (work_dir, work_dir / 'epoch_2.pth'):
        args = parse('--model', model, '--config', config, '--device', 'cpu')
        (video,) = embeddings_of(args, [videos / 'video_1.mp4'])
        assert video.provenance['checkpoint'] == str(work_dir / 'epoch_2.pth')


def test_a_damaged_video_stops_or_is_left_out(work_dir, videos, capsys):
    (videos / 'video_1.mp4').write_text('no video')
    args = parse('--model', work_dir, '--device', 'cpu')
    with pytest.raises(ValueError, match=r'video_1\.mp4: cannot be decoded'):
        embeddings_of(args, [videos])
    left_out = []
    found = embeddings_of(args, [videos], left_out)
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
        embeddings_of(args, [tmp_path / 'out' / 'video_0.npz', videos])
    assert str(other) in str(info.value)
    assert str(work_dir) in str(info.value)


def test_embeddings_of_another_model_than_the_given_are_refused(
    work_dir, videos, tmp_path
):
    embed_folder(FramewiseInferencer(work_dir, device='cpu'), [videos], tmp_path)
    files = sorted(tmp_path.glob('*.npz'))
    other = make_work_dir(tmp_path, seed=1)
    for model in (work_dir, work_dir / 'epoch_2.pth', tmp_path / 'absent.pth'):
        assert len(embeddings_of(parse('--model', model), files)) == 3
    for model in (other, other / 'epoch_2.pth'):
        with pytest.raises(ValueError, match='which is not') as info:
            embeddings_of(parse('--model', model), files)
        assert str(work_dir / 'epoch_2.pth') in str(info.value)
        assert str(other / 'epoch_2.pth') in str(info.value)


def test_embeddings_of_different_sizes_are_refused(tmp_path):
    for size in (2, 3):
        embeddings = np.zeros((4, size), np.float32)
        video = VideoEmbedding(f'{size}.mp4', embeddings, np.arange(4.0), 1.0)
        video.save(tmp_path / f'{size}.npz')
    with pytest.raises(ValueError, match=r'2\.mp4 and 3\.mp4 .*sizes: 2 and 3'):
        embeddings_of(parse(), [tmp_path])


def test_a_folder_of_both_is_refused(videos, tmp_path):
    (videos / 'a.npz').touch()
    with pytest.raises(ValueError, match='both videos and embeddings'):
        embeddings_of(parse(), [videos])


@pytest.mark.parametrize('kind', [ValueError, OSError, FileNotFoundError, ImportError])
def test_an_expected_error_is_one_line(kind, capsys):
    def fail(_):
        raise kind('a.mp4: what is wrong; what to do')

    assert main(fail, make_parser(''), []) == 1
    said = capsys.readouterr()
    assert said.err == 'error: a.mp4: what is wrong; what to do\n'
    assert said.out == ''
    with pytest.raises(kind):
        main(fail, make_parser(''), ['--traceback'])


def test_the_status_and_other_errors():
    assert main(lambda _: None, make_parser(''), []) == 0
    assert main(lambda _: 3, make_parser(''), []) == 3
    with pytest.raises(ZeroDivisionError):  # a bug of ours is not hidden
        main(lambda _: 1 // 0, make_parser(''), [])


def test_an_interruption_is_no_error(capsys):
    def interrupt(_):
        raise KeyboardInterrupt

    assert main(interrupt, make_parser(''), []) == 130
    assert capsys.readouterr().err == 'interrupted\n'


def test_the_help_keeps_its_lines():
    parser = make_parser('First line.\n\n  tool A\n  tool B\n')
    add_model(parser)
    assert '\n  tool A\n  tool B\n' in parser.format_help()
    assert parser.parse_args(['work_dir']).model == 'work_dir'


@pytest.mark.parametrize('name', ['retrieve', 'label_phases'])
def test_an_example_over_two_lines_can_be_pasted(name, capsys, monkeypatch):
    with pytest.raises(SystemExit):
        run_here(monkeypatch, name, '--help')
    lines = capsys.readouterr().out.splitlines()
    shown = [i for i, line in enumerate(lines) if line.startswith('python tools/')]
    assert shown
    for i in shown:
        assert lines[i].endswith(' \\') == lines[i + 1].startswith('    --')


def test_names_that_are_no_text_are_shown_and_written(tmp_path, monkeypatch):
    shown = io.BytesIO()
    monkeypatch.setattr(sys, 'stdout', io.TextIOWrapper(shown, encoding='utf-8'))
    name = 'ü\udcff.mp4'

    def write(_):
        sys.stdout.write(f'{name}\n')
        atomic_write_csv(tmp_path / 'hits.csv', ('filename',), [(name,)])
        sys.stdout.flush()

    assert main(write, make_parser(''), []) == 0
    expected = ['ü\\udcff.mp4']
    assert shown.getvalue().decode().splitlines() == expected
    written = (tmp_path / 'hits.csv').read_text(encoding='utf-8')
    assert written.splitlines()[1:] == expected


@pytest.mark.parametrize('name', ['retrieve', 'label_phases'])
def test_where_a_video_is_left_out_the_status_is_1(
    work_dir, videos, tmp_path, monkeypatch, name
):
    (tmp_path / 'labels.csv').write_text(
        'filename,first_frame,last_frame,phase\nvideo_0.mp4,0,5,a\n'
    )
    args = {
        'retrieve': (videos / 'video_0.mp4', '--time', '0', '--out', tmp_path / 'out'),
        'label_phases': (
            '--labels',
            tmp_path / 'labels.csv',
            '--out',
            tmp_path / 'out',
        ),
    }
    for status in (0, 1):
        with pytest.raises(SystemExit) as info:
            run_here(
                *(monkeypatch, name, work_dir, *args[name]),
                *('--videos', videos, '--device', 'cpu'),
            )
        assert info.value.code == status
        assert (tmp_path / 'out').exists()
        (videos / 'video_1.mp4').write_text('no video')
