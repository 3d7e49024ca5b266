"""tools/embed.py as users call it."""

import subprocess
import time

import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.apis.trained import make_work_dir
from tests.conftest import moving_square
from tests.tools.processes import environment, python_tool, run_here, tool_fixture


@pytest.fixture(scope='module')
def work_dir(tmp_path_factory):
    return make_work_dir(tmp_path_factory.mktemp('trained'))


embed = tool_fixture('embed')


def make_folder(folder, count, frames=8):
    for index in range(count):
        name = folder / ('even' if index % 2 == 0 else 'odd') / f'{index:02d}.mp4'
        write_mp4(name, moving_square(frames + index, 32, index), 25)
    return folder


def contents(out):
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in out.rglob('*')
        if path.is_file()
    }


def test_3_damaged_videos_among_20(work_dir, tmp_path, embed, break_middle):
    videos = make_folder(tmp_path / 'videos', 20)
    damaged = ['even/04.mp4', 'odd/11.mp4', 'even/18.mp4']
    (videos / damaged[0]).write_text('no video')
    (videos / damaged[1]).write_bytes((videos / damaged[1]).read_bytes()[:600])
    write_mp4(videos / damaged[2], moving_square(200, 64), 25)
    break_middle(videos / damaged[2])
    (videos / 'notes.txt').write_text('a note')
    out = tmp_path / 'out'
    for counts in ('17 written, 0 kept', '0 written, 17 kept'):
        status, said, errors = embed(work_dir, videos, '--out', out)
        assert status == 1
        assert f'embeddings  {counts}, in {out}\n' in said
        assert 'ignored     files that are not videos: 1' in said
        assert 'failed      3\n' in said
        reasons = [line for line in said.splitlines() if line.startswith('  ')]
        assert len(reasons) == 3
        for name, reason in zip(sorted(damaged), reasons, strict=True):
            assert f'{name}: cannot be decoded (' in reason
        assert errors == ''
    assert len(contents(out)) == 17


@pytest.mark.slow
def test_killed_midway_and_run_again_it_gives_the_same_files(work_dir, tmp_path):
    videos = make_folder(tmp_path / 'videos', 30, frames=40)
    command = [*python_tool('embed'), str(work_dir), str(videos), '--device', 'cpu']

    def start(out):
        return subprocess.Popen(
            [*command, '--out', str(out)],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
        )

    whole = start(tmp_path / 'whole')
    assert '30 written' in whole.communicate(timeout=300)[0]
    killed, out = start(tmp_path / 'killed'), tmp_path / 'killed'
    deadline = time.monotonic() + 120
    while len(list(out.rglob('[0-9]*.npz'))) < 7 and time.monotonic() < deadline:
        time.sleep(0.002)
    killed.kill()
    killed.communicate()
    there = len(list(out.rglob('[0-9]*.npz')))
    assert 7 <= there < 30
    (out / 'even' / '.28.npz.4711.part').write_bytes(b'half')  # killed while writing
    again = start(out)
    assert f'{30 - there} written, {there} kept' in again.communicate(timeout=300)[0]
    assert again.returncode == 0
    assert contents(out) == contents(tmp_path / 'whole')
    assert len(contents(out)) == 30


def test_parquet_with_time_stamps_and_provenance(work_dir, tmp_path, embed):
    videos = make_folder(tmp_path / 'videos', 1)
    args = [work_dir, videos, '--out', tmp_path / 'out', '--format', 'parquet']
    status, said, _ = embed(*args)
    assert (status, 'failed' in said) == (0, False)
    video = VideoEmbedding.load(tmp_path / 'out' / 'even' / '00.parquet')
    np.testing.assert_allclose(video.timestamps, np.arange(8) / 25)
    assert video.provenance.keys() >= {
        *('config', 'checkpoint', 'checkpoint_sha256', 'version')
    }


def test_videos_cropped_to_their_subject(tmp_path, embed):
    def change(cfg):
        cfg.test_dataloader.dataset.pipeline.insert(1, dict(type='CropToSubject'))

    videos = make_folder(tmp_path / 'videos', 3)
    write_mp4(videos / 'one.mp4', moving_square(1), 25)
    (videos / 'damaged.mp4').write_text('no video')
    cropping = make_work_dir(tmp_path, change=change)
    out = tmp_path / 'out'
    status, said, errors = embed(cropping, videos, '--out', out)
    assert (status, errors) == (1, '')
    assert '4 written, 0 kept' in said
    assert 'damaged.mp4: cannot be decoded (' in said
    lengths = {path.stem: len(VideoEmbedding.load(path)) for path in out.rglob('*.npz')}
    assert lengths == {'00': 8, '01': 9, '02': 10, 'one': 1}
    # A work dir without the crop is another model.
    status, _, errors = embed(make_work_dir(tmp_path), videos, '--out', out)
    assert status == 1
    assert 'was made by another model or config' in errors


def test_another_models_files_need_overwrite(work_dir, tmp_path, embed):
    videos = make_folder(tmp_path / 'videos', 2)
    out = tmp_path / 'out'
    assert embed(work_dir, videos, '--out', out)[0] == 0
    other = make_work_dir(tmp_path, seed=1)
    status, said, errors = embed(other, videos, '--out', out)
    assert (status, said) == (1, '')
    assert errors.count('\n') == 1
    assert '(and 1 more); take another --out, or --overwrite' in errors
    status, said, _ = embed(other, videos, '--out', out, '--overwrite')
    assert (status, '2 written' in said) == (0, True)


def bad_calls(work_dir, folder):
    """Bad input: arguments, and what its one line must say."""
    checkpoint, config = work_dir / 'epoch_2.pth', work_dir / 'small.py'
    videos = make_folder(folder / 'videos', 1)
    for name in ('empty', 'texts'):
        (folder / name).mkdir()
    (folder / 'texts' / 'a.txt').touch()

    def wider(cfg):
        cfg.model.neck.embed_channels = 24

    other = make_work_dir(folder, change=wider, name='wider') / 'epoch_2.pth'
    torn = folder / 'torn.pth'
    torn.write_bytes(checkpoint.read_bytes()[:5000])
    return {
        'no_model': ([folder / 'none', videos], 'none: no such config'),
        'no_checkpoint': ([folder / 'empty', videos], 'no whole checkpoint'),
        'torn': ([torn, videos], 'torn.pth: '),
        'other_config': ([other, videos, '--config', config], 'not a checkpoint of'),
        'no_config': ([checkpoint, videos, '--config', folder / 'x.py'], 'x.py: no'),
        'empty': ([work_dir, folder / 'empty'], 'empty: contains no video'),
        'other_files': ([work_dir, folder / 'texts'], 'only 1 other files'),
        'no_video': ([work_dir, folder / 'a.mp4'], 'a.mp4: no such file'),
        'device': ([work_dir, videos, '--device', 'cuda:77'], "'cuda:77' is not there"),
        'out': ([work_dir, videos, '--out', '/dev/null/x'], '/dev/null/x: Not a dir'),
    }


@pytest.mark.parametrize(
    'name',
    [
        *('no_model', 'no_checkpoint', 'torn', 'other_config', 'no_config'),
        *('empty', 'other_files', 'no_video', 'device', 'out'),
    ],
)
def test_bad_input_is_one_line(work_dir, tmp_path, embed, name):
    args, expected = bad_calls(work_dir, tmp_path)[name]
    out = [] if '--out' in args else ['--out', tmp_path / 'out']
    status, said, errors = embed(*args, *out)
    assert (status, said) == (1, '')
    assert errors.startswith('error: ')
    assert errors.count('\n') == 1, errors
    assert expected in errors
    assert not (tmp_path / 'out').exists()


def test_a_disk_that_fills_is_one_line(work_dir, tmp_path, embed, monkeypatch):
    videos = make_folder(tmp_path / 'videos', 3)

    def full(*_, **__):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(np, 'savez', full)
    status, said, errors = embed(work_dir, videos, '--out', tmp_path / 'out')
    assert (status, said) == (1, '')
    file = tmp_path / 'out' / 'even' / '00.npz'
    reason = 'cannot be written: No space left on device'
    assert errors == f'error: {file} {reason}\n'
    assert contents(tmp_path / 'out') == {}
    with pytest.raises(OSError, match='No space left'):
        run_here(
            monkeypatch,
            'embed',
            *(work_dir, videos, '--out', tmp_path / 'out', '--traceback'),
        )


def test_a_video_of_one_frame(work_dir, tmp_path, embed):
    write_mp4(tmp_path / 'a.mp4', moving_square(1), 25)
    assert embed(work_dir, tmp_path / 'a.mp4', '--out', tmp_path)[0] == 0
    assert len(VideoEmbedding.load(tmp_path / 'a.npz')) == 1


def test_the_help_has_examples(embed):
    status, said, _ = embed('--help')
    assert status == 0
    assert 'python tools/embed.py work_dirs/carl_folder my_videos --out' in said
