"""The kinds of files that people have, by every route through the project."""

from pathlib import Path

import numpy as np
import pytest

from carl_mm.apis import FramewiseInferencer, align
from carl_mm.apis.alignment.pair_video import write_pair_video
from carl_mm.apis.search.frame_hits import find_frame
from carl_mm.app.media.playable import playable
from carl_mm.datasets import FramewiseVideoDataset
from carl_mm.datasets.converters.conversion import write_annotations
from carl_mm.datasets.converters.folder import annotations_from_folder
from carl_mm.datasets.converters.kinetics import annotations_from_kinetics
from carl_mm.datasets.video_io.open_video import open_video
from tests.apis.trained import make_work_dir
from tests.app.conftest import make_workspace
from tests.datasets.video_io.odd_files import KINDS, plain_decode, variable_times

NAMES = [name for name in KINDS if name not in ('old_x264.mkv', 'dense.mpg')]


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    videos = tmp_path_factory.mktemp('routes') / 'videos'
    for name in NAMES:
        made = KINDS[name][0](tmp_path_factory.mktemp('made') / name)
        videos.mkdir(exist_ok=True)
        made.rename(videos / name)
    return videos


@pytest.fixture(scope='module')
def counts(folder):
    return {
        name: len(
            plain_decode(folder / name, -1 if name[:3] in ('two', 'cov') else 0)[0]
        )
        for name in NAMES
    }


@pytest.fixture(scope='module')
def inferencer(tmp_path_factory):
    work_dir = make_work_dir(tmp_path_factory.mktemp('trained'))
    return FramewiseInferencer(work_dir, device='cpu')


def test_converters_count_what_is_decoded_and_say_what_is_unusual(
    folder, counts, tmp_path
):
    annotations, summary = annotations_from_folder(folder)
    found = {e['filename']: e['num_frames'] for e in annotations['data_list']}
    assert (found, summary.left_out) == (counts, {})
    said = '\n'.join(summary.warnings)
    for name in ('packed1.avi', 'hidden.webm', 'cut.mkv', 'two_streams.mp4'):
        assert name in said
    assert 'phone.mp4' not in said
    listed = tmp_path / 'train.csv'
    listed.write_text(''.join(f'{name} 0\n' for name in NAMES))
    annotations, summary = annotations_from_kinetics(folder, listed)
    found = {e['filename']: e['num_frames'] for e in annotations['data_list']}
    assert (found, summary.left_out) == (counts, {})
    assert 'packed1.avi' in '\n'.join(summary.warnings)


def test_training_opens_and_decodes_them(folder, counts, tmp_path):
    annotations, _ = annotations_from_folder(folder)
    write_annotations(tmp_path / 'all.json', annotations)
    dataset = FramewiseVideoDataset(
        str(tmp_path / 'all.json'),
        [{'type': 'OpenVideo'}],
        data_prefix={'video': str(folder)},
        max_unreadable_share=0,
    )
    for sample in (dataset[index] for index in range(len(dataset))):
        total = sample['total_frames']
        assert total == counts[Path(sample['filename']).name]
        assert len(sample['video'].read([0, total // 2, total - 1])) == 3
    assert dataset.failed_videos == []


@pytest.mark.slow
def test_embedding_and_the_page_take_them(folder, counts, inferencer, tmp_path):
    workspace = make_workspace(inferencer, folder, tmp_path)
    library = workspace.library
    library.measure()
    workspace.embedder.use(workspace.models.first)
    assert not workspace.state()['embedding']['error']
    assert set(library.names) == set(NAMES)
    for name in NAMES:
        embedded = library.video(name)
        times = open_video(folder / name).timestamps
        np.testing.assert_array_equal(embedded.timestamps, times)
        assert len(embedded) == counts[name]
        shown = playable(folder / name, tmp_path / 'copies')
        assert len(shown.times) == len(times)
        np.testing.assert_allclose(
            shown.times - shown.times[0], times, atol=2e-3, err_msg=name
        )


@pytest.mark.parametrize('name', ['browser.webm', 'packed2.avi', 'late.mp4'])
def test_times_and_aligned_videos_are_real(name, folder, inferencer, tmp_path):
    video = inferencer.embed_file(folder / name)
    other = inferencer.embed_file(folder / 'phone.mp4')
    write_pair_video(tmp_path / 'pair.mp4', align(video, other), video, other)
    shown = open_video(tmp_path / 'pair.mp4')
    np.testing.assert_allclose(shown.timestamps, video.timestamps, atol=2e-3)
    assert find_frame(video, time_s=1.0) == np.abs(video.timestamps - 1).argmin()
    if name == 'browser.webm':
        assert shown.timestamps[-1] == pytest.approx(variable_times()[-1] / 1000)
