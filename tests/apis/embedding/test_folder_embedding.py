import os
import shutil

import cv2
import numpy as np
import pytest
import torch

from carl_mm.apis import FramewiseInferencer, VideoEmbedding
from carl_mm.apis.embedding.folder_embedding import embed_folder
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.apis.trained import make_work_dir
from tests.conftest import moving_square


@pytest.fixture(scope='module')
def inferencer(work_dir):
    return FramewiseInferencer(work_dir, device='cpu')


@pytest.fixture
def folder(tmp_path):
    for seed, name in enumerate(('a.mp4', 'sub/b.mp4', 'sub/c.mov')):
        write_mp4(tmp_path / 'videos' / 'x.mp4', moving_square(9 + seed, 32, seed), 25)
        (tmp_path / 'videos' / name).parent.mkdir(exist_ok=True)
        (tmp_path / 'videos' / 'x.mp4').rename(tmp_path / 'videos' / name)
    (tmp_path / 'videos' / 'notes.txt').touch()
    return tmp_path / 'videos'


def names(out):
    return sorted(str(path.relative_to(out)) for path in out.rglob('*.*'))


@pytest.mark.parametrize('form', ['npz', 'parquet'])
def test_each_video_gets_a_file_of_its_own(inferencer, folder, tmp_path, form):
    out = tmp_path / 'out'
    summary = embed_folder(inferencer, [folder], out, form)
    assert names(out) == [f'a.{form}', f'sub/b.{form}', f'sub/c.{form}']
    assert (summary.num_written, summary.num_kept, summary.num_ignored) == (3, 0, 1)
    assert summary.failed == {}
    for name, length in {'a.mp4': 9, 'sub/b.mp4': 10, 'sub/c.mov': 11}.items():
        saved = VideoEmbedding.load((out / name).with_suffix(f'.{form}'))
        direct = inferencer(folder / name)
        assert saved.filename == str(folder / name)
        assert len(saved) == length
        np.testing.assert_array_equal(saved.embeddings, direct.embeddings)
        np.testing.assert_array_equal(saved.timestamps, direct.timestamps)
        assert direct.provenance.items() <= saved.provenance.items()


def test_what_is_done_is_kept_and_what_changed_is_made_anew(
    inferencer, folder, tmp_path
):
    out = tmp_path / 'out'
    embed_folder(inferencer, [folder], out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob('*.npz')}
    summary = embed_folder(inferencer, [folder], out)
    assert (summary.num_written, summary.num_kept) == (0, 3)
    write_mp4(folder / 'a.mp4', moving_square(20, 32), 25)
    os.utime(folder / 'sub' / 'b.mp4', (0, 0))  # put back from elsewhere, say
    (out / 'sub' / 'c.npz').unlink()
    summary = embed_folder(inferencer, [folder], out)
    assert (summary.num_written, summary.num_kept) == (3, 0)
    assert len(VideoEmbedding.load(out / 'a.npz')) == 20
    assert all(path.stat().st_mtime_ns > before[path] for path in before)


def test_files_of_another_model_are_refused_or_made_anew(inferencer, folder, tmp_path):
    out = tmp_path / 'out'
    embed_folder(inferencer, [folder], out)
    before = (out / 'a.npz').read_bytes()
    other = FramewiseInferencer(make_work_dir(tmp_path, seed=1), device='cpu')
    with pytest.raises(
        ValueError, match=r'a\.npz: was made by another .*and 2 more'
    ) as e:
        embed_folder(other, [folder], out)
    assert '--overwrite' in str(e.value)
    assert (out / 'a.npz').read_bytes() == before
    assert embed_folder(other, [folder], out, overwrite=True).num_written == 3
    assert embed_folder(other, [folder], out, overwrite=True).num_kept == 3
    made = VideoEmbedding.load(out / 'a.npz')
    np.testing.assert_array_equal(made.embeddings, other(folder / 'a.mp4').embeddings)


def test_a_foreign_file_is_not_lost(inferencer, folder, tmp_path):
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out' / 'a.npz').write_text("someone's work")
    with pytest.raises(ValueError, match=r'a\.npz: not a file of embeddings'):
        embed_folder(inferencer, [folder], tmp_path / 'out')
    assert (tmp_path / 'out' / 'a.npz').read_text() == "someone's work"
    assert names(tmp_path / 'out') == ['a.npz']


def test_a_damaged_file_is_not_taken_as_done(inferencer, folder, tmp_path):
    """Also where its provenance is whole."""
    out = tmp_path / 'out'
    embed_folder(inferencer, [folder], out)
    whole = (out / 'a.npz').read_bytes()
    place = whole.index(VideoEmbedding.load(out / 'a.npz').embeddings.tobytes()) + 5
    (out / 'a.npz').write_bytes(whole[:place] + bytes(2) + whole[place + 2 :])
    with pytest.raises(ValueError, match=r'a\.npz: .*broken.*--overwrite'):
        embed_folder(inferencer, [folder], out)
    assert embed_folder(inferencer, [folder], out, overwrite=True).num_written == 1
    assert (out / 'a.npz').read_bytes() == whole


def test_videos_of_one_stem_keep_their_endings(inferencer, folder, tmp_path):
    shutil.copy(folder / 'a.mp4', folder / 'sub' / 'b.mov')
    out = tmp_path / 'out'
    embed_folder(inferencer, [folder], out)
    assert names(out) == ['a.npz', 'sub/b.mov.npz', 'sub/b.mp4.npz', 'sub/c.npz']
    assert len(VideoEmbedding.load(out / 'sub' / 'b.mov.npz')) == 9


def test_files_and_folders_together(inferencer, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    out = tmp_path / 'out'
    summary = embed_folder(inferencer, ['a.mp4', 'sub', folder / 'a.mp4'], out)
    assert names(out) == ['a.npz', 'b.npz', 'c.npz']
    assert summary.num_written == 3
    assert VideoEmbedding.load(out / 'a.npz').filename == str(folder / 'a.mp4')
    shutil.copy(folder / 'a.mp4', folder / 'sub' / 'a.mp4')
    with pytest.raises(ValueError, match=r'a\.mp4 and .*a\.mp4 would both be .*a\.npz'):
        embed_folder(inferencer, ['a.mp4', 'sub'], out)


def test_the_out_folder_may_lie_within(inferencer, folder):
    for kept in (0, 3):
        summary = embed_folder(inferencer, [folder], folder / 'embeddings')
        assert (summary.num_kept, summary.num_ignored) == (kept, 1)


def test_what_fails_is_listed_and_the_others_are_done(
    inferencer, folder, tmp_path, monkeypatch
):
    (folder / 'a.mp4').write_text('no video')
    whole = inferencer.embed_file

    def too_long(path, on_progress=None):
        if path.name == 'b.mp4':
            raise torch.OutOfMemoryError('CUDA out of memory')
        return whole(path, on_progress)

    monkeypatch.setattr(inferencer, 'embed_file', too_long)
    summary = embed_folder(inferencer, [folder], tmp_path / 'out')
    assert names(tmp_path / 'out') == ['sub/c.npz']
    assert summary.num_written == 1
    reasons = [summary.failed[str(folder / name)] for name in ('a.mp4', 'sub/b.mp4')]
    assert 'a.mp4: cannot be decoded' in reasons[0]
    assert 'too long for the memory of cpu' in reasons[1]


def test_a_full_disk_stops_it(inferencer, folder, tmp_path, monkeypatch):
    out = tmp_path / 'out'
    save = np.savez

    def full(stream, **arrays):
        if str(arrays['filename']).endswith('b.mp4'):
            stream.write(b'half')
            raise OSError(28, 'No space left on device')
        save(stream, **arrays)

    monkeypatch.setattr(np, 'savez', full)
    with pytest.raises(OSError, match=r'b\.npz cannot be written: No space'):
        embed_folder(inferencer, [folder], out)
    assert names(out) == ['a.npz']
    monkeypatch.undo()
    assert embed_folder(inferencer, [folder], out).num_kept == 1


def test_remains_of_a_killed_run_go(inferencer, folder, tmp_path):
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out' / '.a.npz.123.part').touch()
    (tmp_path / 'out' / '.other.npz.123.part').touch()
    embed_folder(inferencer, [folder], tmp_path / 'out')
    found = [path.name for path in (tmp_path / 'out').glob('.*')]
    assert found == ['.other.npz.123.part']


def test_folders_of_images_and_links_as_everywhere(inferencer, folder, tmp_path):
    clips, out = tmp_path / 'clips', tmp_path / 'out'
    for name in ('one', 'sub/two.v2'):
        (clips / name).mkdir(parents=True)
        for number, picture in enumerate(moving_square(4, 32)):
            cv2.imwrite(f'{clips / name}/{number}.png', picture)
    (clips / 'sub' / 'loop').symlink_to(clips, target_is_directory=True)
    summary = embed_folder(inferencer, [clips], out)
    assert (names(out), summary.num_written) == (['one.npz', 'sub/two.npz'], 2)
    assert embed_folder(inferencer, [clips], out).num_kept == 2
    time = (clips / 'one').stat().st_mtime_ns
    (clips / 'one' / '3.png').write_bytes((clips / 'one' / '0.png').read_bytes())
    os.utime(clips / 'one', ns=(time, time))
    summary = embed_folder(inferencer, [clips], out)
    assert (summary.num_written, summary.num_kept) == (1, 1)

    (folder / 'clips').symlink_to(clips, target_is_directory=True)
    left_out = [folder / 'sub' / 'b.mp4', folder / 'sub' / 'c.mov']
    embed_folder(inferencer, [folder], tmp_path / 'more', left_out=left_out)
    assert names(tmp_path / 'more') == ['a.npz']
