import os
import pickle
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
import torch

from carl_mm.apis import FramewiseInferencer
from carl_mm.datasets.video_io.cropped_video import CroppedVideo
from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.apis.trained import make_work_dir
from tests.conftest import moving_square
from tests.tools.processes import run_here


@pytest.fixture(scope='module')
def inferencer(work_dir):
    return FramewiseInferencer(work_dir, device='cpu')


@pytest.fixture
def videos(make_videos):
    return make_videos() / 'videos'


def test_embeddings_are_those_of_tools_test_py(
    make_videos, monkeypatch, tmp_path_factory
):
    folder = make_videos(lengths=(30, 24, 70, 1))  # 64 frames a chunk
    work_dir = make_work_dir(folder)
    dump = folder / 'videos.pkl'
    options = ['--dump', dump, '--cfg-options', f'experiment_name={folder.name}']
    checkpoint = work_dir / 'epoch_2.pth'
    monkeypatch.chdir(tmp_path_factory.mktemp('cwd'))
    run_here(monkeypatch, 'test', work_dir / 'small.py', checkpoint, *options)
    dumped = {p['filename']: p for p in pickle.loads(dump.read_bytes())}
    assert len(dumped) == 4

    sources = [(work_dir,), (checkpoint,), (work_dir / 'small.py', checkpoint)]
    for source in sources:
        embedded = FramewiseInferencer(*source, device='cpu')(folder / 'videos')
        assert {video.filename for video in embedded} == set(dumped)
        for video in embedded:
            expected = dumped[video.filename]['pred_embedding']
            features = dumped[video.filename]['frame_features'].numpy()
            np.testing.assert_allclose(video.frame_features, features, atol=1e-5)
            np.testing.assert_allclose(video.embeddings, expected, rtol=0, atol=1e-5)
            assert video.embeddings.dtype == np.float32
            norms = np.linalg.norm(video.embeddings, axis=1)
            np.testing.assert_allclose(norms, 1, atol=1e-5)


def write_with_times(path, milliseconds):
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('libx264', rate=25)
        stream.width = stream.height = 64
        stream.pix_fmt = 'yuv420p'
        stream.codec_context.time_base = Fraction(1, 1000)
        for time, picture in zip(
            milliseconds, moving_square(len(milliseconds)), strict=True
        ):
            frame = av.VideoFrame.from_ndarray(picture)
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.mark.parametrize('suffix', ['mp4', 'mkv'])
def test_time_stamps_are_the_containers(inferencer, tmp_path, suffix):
    times = [0, 33, 70, 75, 400, 410, 1400, 1433, 1500, 2500]
    write_with_times(tmp_path / f'a.{suffix}', times)
    video = inferencer(tmp_path / f'a.{suffix}')
    assert len(video) == 10
    np.testing.assert_allclose(video.timestamps, np.array(times) / 1000, atol=1e-9)


def test_each_form_of_input_gives_the_same(inferencer, videos):
    paths = sorted(videos.iterdir())
    one = inferencer(str(paths[2]))
    assert (one.filename, len(one), one.fps) == (str(paths[2]), 36, 25)
    np.testing.assert_allclose(one.timestamps, np.arange(36) / 25)
    assert one.provenance == inferencer.provenance
    frames = open_video(paths[2]).read(range(36))
    for array in (frames, torch.from_numpy(frames)):
        video = inferencer(array, fps=25)
        np.testing.assert_allclose(video.embeddings, one.embeddings, atol=1e-5)
        np.testing.assert_allclose(video.timestamps, one.timestamps)
    listed = inferencer([paths[2], paths[0]])
    assert [video.filename for video in listed] == [str(paths[2]), str(paths[0])]
    found = inferencer(videos)
    assert [video.filename for video in found] == [str(path) for path in paths]
    for video in (listed[0], found[2], next(inferencer.stream([paths[2]]))):
        np.testing.assert_array_equal(video.embeddings, one.embeddings)
    assert isinstance(inferencer([paths[0]]), list)


def test_a_folder_of_images_is_a_video(inferencer, videos, tmp_path):
    path = videos / 'video_0.mp4'
    for index, frame in enumerate(open_video(path).read(range(30))):
        (tmp_path / 'images').mkdir(exist_ok=True)
        name = str(tmp_path / 'images' / f'{index:03d}.png')
        cv2.imwrite(name, frame[..., ::-1])
    (video,) = inferencer(tmp_path / 'images')
    assert video.fps == 30
    np.testing.assert_allclose(video.embeddings, inferencer(path).embeddings, atol=1e-5)


def crop_to_subject(cfg):
    cfg.test_dataloader.dataset.pipeline.insert(1, dict(type='CropToSubject'))


def test_a_crop_to_the_subject_holds_for_each_form_of_input(
    inferencer, tmp_path, tmp_path_factory
):
    work_dir = make_work_dir(tmp_path_factory.mktemp('crop'), change=crop_to_subject)
    cropping = FramewiseInferencer(work_dir, device='cpu')
    (tmp_path / 'images').mkdir()
    frames = [np.pad(f, ((0, 96), (0, 96), (0, 0)), 'edge') for f in moving_square(20)]
    for index, frame in enumerate(frames):
        cv2.imwrite(str(tmp_path / 'images' / f'{index}.png'), frame[..., ::-1])
    array = cropping(np.stack(frames), fps=25)
    (images,) = cropping(tmp_path / 'images')
    np.testing.assert_allclose(array.frame_features, images.frame_features, atol=1e-5)
    assert len(array) == 20
    # What it is on the crop made beforehand, not on the whole pictures.
    crops = CroppedVideo(open_video(tmp_path / 'images')).read(range(20))
    assert crops.shape[1] < 100
    by_hand = inferencer(crops, fps=25)
    np.testing.assert_allclose(array.frame_features, by_hand.frame_features, atol=1e-5)
    whole = inferencer(np.stack(frames), fps=25)
    assert np.abs(array.frame_features - whole.frame_features).max() > 0.01
    settings = [each.provenance['settings_sha256'] for each in (cropping, inferencer)]
    assert settings[0] != settings[1]


def test_a_video_of_one_frame(inferencer, tmp_path):
    write_mp4(tmp_path / 'a.mp4', moving_square(1), 25)
    video = inferencer(tmp_path / 'a.mp4')
    assert video.embeddings.shape == (1, inferencer(tmp_path)[0].embeddings.shape[1])
    assert video.timestamps.tolist() == [0]


def test_results_come_one_at_a_time(inferencer, videos):
    paths = sorted(videos.iterdir())
    paths[2].write_text('no video')
    stream = inferencer.stream(paths)
    assert [len(next(stream)), len(next(stream))] == [30, 24]
    with pytest.raises(VideoDecodeError, match=r'video_2\.mp4'):
        next(stream)


@pytest.mark.parametrize('where', ['start', 'middle'])
def test_a_damaged_video(inferencer, videos, break_middle, where, caplog):
    path = videos / 'video_1.mp4'
    write_mp4(path, moving_square(200, seed=1), 25)
    if where == 'start':
        path.write_bytes(path.read_bytes()[:500])
    else:
        break_middle(path)
    for inputs in (path, [path], videos):
        with pytest.raises(VideoDecodeError, match=r'video_1\.mp4: cannot be dec'):
            inferencer(inputs)
    kept = inferencer(videos, on_error='skip')
    assert [len(video) for video in kept] == [30, 36, 20]
    assert list(inferencer.failed) == [str(path)]
    assert 'cannot be decoded' in inferencer.failed[str(path)]
    assert 'skipped' not in caplog.text  # the caller is told; the log need not
    assert inferencer(videos / 'video_0.mp4') is not None
    assert inferencer.failed == {}


def test_the_progress_reaches_each_video_whole(inferencer, tmp_path):
    write_mp4(tmp_path / 'a.mp4', moving_square(150), 25)
    parts = []
    inferencer.embed_file(tmp_path / 'a.mp4', parts.append)
    np.testing.assert_allclose(parts, [64 / 150, 64 / 150, 22 / 150])


@pytest.mark.parametrize(
    ('array', 'fps', 'message'),
    [
        (np.zeros((2, 8, 8, 3), np.uint8), None, 'needs fps'),
        (np.zeros((2, 8, 8, 3), np.uint8), 0, 'fps must be > 0, got 0'),
        (np.zeros((2, 8, 8, 3), np.float32), 25, r'uint8, RGB, got .* float32'),
        (np.zeros((2, 3, 8, 8), np.uint8), 25, r'got \(2, 3, 8, 8\)'),
        (np.zeros((0, 8, 8, 3), np.uint8), 25, r'got \(0, 8, 8, 3\)'),
        (torch.zeros(8, 8, 3, dtype=torch.uint8), 25, r'got \(8, 8, 3\)'),
    ],
)
def test_an_array_that_is_no_video(inferencer, array, fps, message):
    with pytest.raises(ValueError, match=message):
        inferencer(array, fps=fps)


def test_wrong_paths(inferencer, tmp_path):
    (tmp_path / 'empty').mkdir()
    (tmp_path / 'texts').mkdir()
    (tmp_path / 'texts' / 'a.txt').touch()
    wrong = {'none.mp4': 'no such file', 'empty': 'it is empty', 'texts': '1 other'}
    for name, message in wrong.items():
        with pytest.raises(FileNotFoundError, match=rf'{name}: .*{message}'):
            inferencer(tmp_path / name)
    with pytest.raises(ValueError, match="'raise' or 'skip', got 'ignore'"):
        inferencer.stream([], on_error='ignore')


def test_embeddings_that_are_not_finite_are_refused(tmp_path, videos):
    work_dir = make_work_dir(tmp_path)
    inferencer = FramewiseInferencer(work_dir, device='cpu')
    with torch.no_grad():
        inferencer.model.neck.to_out.bias[0] = torch.nan
    with pytest.raises(ValueError, match=r'video_0\.mp4: .*epoch_2\.pth has diverged'):
        inferencer(videos, on_error='skip')


def test_a_pipeline_that_takes_no_whole_video_is_refused(tmp_path, videos):
    def change(cfg):
        cfg.test_dataloader.dataset.pipeline[1] = dict(
            type='DualViewTemporalCrop', num_frames=8
        )
        cfg.test_dataloader.dataset.pipeline.insert(2, dict(type='DecodeViews'))

    inferencer = FramewiseInferencer(make_work_dir(tmp_path, change=change))
    with pytest.raises(ValueError, match='OpenVideo and WholeVideo'):
        inferencer(videos / 'video_0.mp4')


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
def test_a_gpu_gives_nearly_the_same(work_dir, inferencer, videos):
    gpu = FramewiseInferencer(work_dir)
    assert gpu.device.type == 'cuda'
    path = videos / 'video_0.mp4'
    np.testing.assert_allclose(
        gpu(path).embeddings, inferencer(path).embeddings, atol=2e-3
    )


def test_any_path_object_and_no_state_of_the_process(inferencer, videos, monkeypatch):
    """A relative path is taken from where the caller stands."""
    monkeypatch.chdir(videos)
    assert inferencer('video_0.mp4').filename == 'video_0.mp4'
    assert inferencer(os.fspath(videos / 'video_0.mp4')).timestamps[1] == 0.04
