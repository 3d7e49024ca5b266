"""tools/retrieve.py as users call it, on embeddings made before."""

import csv

import cv2
import numpy as np
import pytest

from carl_mm.apis import FrameIndex, VideoEmbedding
from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.visualization import retrieval_figure
from tests.conftest import moving_square
from tests.tools.processes import tool_fixture

STEPS = np.linspace(0, np.pi, 20)
ARC = np.stack([np.cos(STEPS), np.sin(STEPS)], axis=1).astype(np.float32)


tool = tool_fixture('retrieve', 'no_model.pth')


@pytest.fixture
def folder(tmp_path):
    for name, frames in {'a': ARC, 'b': ARC[::2], 'c': ARC[5:]}.items():
        video = tmp_path / 'videos' / f'{name}.mp4'
        video.parent.mkdir(exist_ok=True)
        write_mp4(video, moving_square(len(frames), 32), 10.0)
        times = np.arange(len(frames)) / 10
        embedding = VideoEmbedding(str(video), frames.copy(), times, 10.0)
        embedding.save(tmp_path / 'npz' / f'{name}.npz')
    return tmp_path


def rows_of(path):
    with open(path, newline='') as file:
        return list(csv.DictReader(file))


def test_names_are_seen_from_the_table_and_pictures_are_large(
    tool, folder, monkeypatch
):
    monkeypatch.chdir(folder)
    for path in (folder / 'npz').iterdir():
        video = VideoEmbedding.load(path)
        name = f'videos/{path.stem}.mp4'
        VideoEmbedding(name, video.embeddings, video.timestamps, 10.0).save(path)
    status, _, _ = tool('npz/a.npz', '--time', '1', '--videos', 'npz', '--out', 'new/o')
    assert status == 0
    rows = rows_of(folder / 'new/o/hits.csv')
    assert {row['filename'] for row in rows} == {f'../../videos/{n}.mp4' for n in 'bc'}
    folder.rename(folder.with_name('moved'))
    out = folder.with_name('moved') / 'new/o'
    assert all((out / row['filename']).exists() for row in rows)
    picture = cv2.imread(str(out / 'hits.png'))
    assert picture.shape[1] >= 1200


def test_a_frame_is_found_in_the_other_videos(tool, folder):
    out = folder / 'out'
    query = folder / 'npz' / 'a.npz'
    status, said, _ = tool(
        query, '--time', '1.0', '--videos', folder / 'npz', '-k', '2', '--out', out
    )
    assert status == 0
    rows = rows_of(out / 'hits.csv')
    assert [row['filename'] for row in rows] == [
        str(folder / 'videos' / f'{name}.mp4') for name in 'bc'
    ]
    assert [row['frame'] for row in rows] == ['5', '5']  # of a 10: 5 x 2 and 5 + 5
    assert [row['time_s'] for row in rows] == ['0.500'] * 2
    assert [row['similarity'] for row in rows] == ['1.0000'] * 2
    assert 'b.mp4' in said and 'hits.png' in said
    picture = cv2.imread(str(out / 'hits.png'))
    assert picture.shape[1] == 1200
    assert picture.std() > 10


def test_an_index_is_kept_and_read(tool, folder):
    first, second = folder / 'one', folder / 'two'
    index = folder / 'index.npz'
    video = folder / 'videos' / 'a.mp4'
    common = (video, '--time', '0.4', '--index', index, '--gap', '0')
    status, _, _ = tool(*common, '--videos', folder / 'npz', '--out', first)
    assert status == 0
    assert len(FrameIndex.load(index).filenames) == 3
    status, said, _ = tool(*common, '--out', second)  # without a model or videos
    assert status == 0
    assert '3 videos read from' in said
    assert rows_of(first / 'hits.csv') == rows_of(second / 'hits.csv')
    assert len(rows_of(first / 'hits.csv')) == 10


def test_a_segment_is_found(tool, folder, monkeypatch):
    captions = []

    def figure(query, hits, query_title, titles):
        captions.extend([query_title, *titles])
        return retrieval_figure(query, hits, query_title, titles)

    monkeypatch.setattr('carl_mm.visualization.retrieval_figure', figure)
    out = folder / 'out'
    args = (folder / 'videos' / 'a.mp4', '--time', '0.7', '--until', '1.2')
    status, said, _ = tool(*args, '--videos', folder / 'npz', '-k', '1', '--out', out)
    assert status == 0
    (row,) = rows_of(out / 'hits.csv')
    assert row['filename'].endswith('c.mp4')
    assert (row['frame'], row['last_frame'], row['last_time_s']) == ('2', '7', '0.700')
    assert ' to ' in said
    assert captions[0] == 'a.mp4\n0.70 to 1.20 s'
    assert captions[1].startswith('c.mp4\n0.20 to 0.70 s\nsimilarity ')


def test_approximate_search_says_what_it_misses(tool, folder):
    pytest.importorskip('faiss')
    args = (folder / 'videos' / 'a.mp4', '--time', '0.7', '--approximate')
    status, said, _ = tool(*args, '--videos', folder / 'npz', '--out', folder / 'out')
    assert status == 0
    assert 'approximate: 1.000 of the 10 nearest are found' in said


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (('--time', '9'), '9.0 s is outside the video'),
        (('--time', '1', '--until', '0.5'), '--until 0.5 is before --time 1.0'),
        (('--time', '1', '--index', '.'), '.: a folder; --index is a file'),
        (('--time', '1', '-k', '0'), 'k must be >= 1'),
        (('--time', '1', '--until', '1.5', '--approximate'), '--until'),
    ],
)
def test_bad_queries_are_one_line(tool, folder, options, message):
    common = ('--videos', folder / 'npz', '--out', folder / 'out')
    status, _, said = tool(folder / 'videos' / 'a.mp4', *options, *common)
    assert status == 1
    assert said.startswith('error: ') and said.count('\n') == 1
    assert message in said


def test_a_folder_is_no_query(tool, folder):
    args = ('--time', '1', '--videos', folder / 'npz', '--out', folder / 'out')
    for query in ('npz', 'videos'):
        status, _, said = tool(folder / query, *args)
        assert (status, f'{query}: a folder; QUERY' in said) == (1, True)


def test_nothing_to_search_in(tool, folder):
    status, _, said = tool(folder / 'npz' / 'a.npz', '--time', '1', '--out', folder)
    assert (status, 'give --videos' in said) == (1, True)
    (folder / 'index.npz').write_text('hello')
    args = (folder / 'npz' / 'a.npz', '--time', '1', '--out', folder)
    status, _, said = tool(*args, '--index', folder / 'index.npz')
    assert (status, 'not a file of the form' in said) == (1, True)
