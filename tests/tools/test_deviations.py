"""tools/deviations.py as users call it, on embeddings made before."""

import csv
import dataclasses
import os

import cv2
import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding, deviations
from tests.apis.deviation.test_detector import REFERENCES, good
from tests.tools.processes import tool_fixture

tool = tool_fixture('deviations', 'no_model.pth')


def save(folder, name, frames):
    times = np.cumsum(np.linspace(0.02, 0.1, len(frames)))
    video = VideoEmbedding(f'{name}.mp4', frames.astype(np.float32), times, 20.0)
    video.save(folder / f'{name}.npz')
    return video


@pytest.fixture
def folder(tmp_path):
    for index, frames in enumerate(REFERENCES):
        save(tmp_path / 'good', f'good_{index}', frames)
    return tmp_path


def test_tables_and_a_picture(tool, folder):
    strange = good(100)
    strange[25:35] = [0, 0, -1]
    video = save(folder, 'new', strange)
    out = folder / 'out'
    status, said, _ = tool(
        folder / 'new.npz', '--references', folder / 'good', '--out', out
    )
    assert status == 0
    references = [
        VideoEmbedding.load(path) for path in sorted((folder / 'good').iterdir())
    ]
    found = deviations(references, video)
    rows = list(csv.DictReader((out / 'new.csv').open()))
    scores = [float(row['score']) for row in rows]
    np.testing.assert_allclose(scores, found.scores, atol=1e-4)
    times = [float(row['time_s']) for row in rows]
    np.testing.assert_allclose(times, video.timestamps, atol=1e-6)
    above = [bool(int(row['stands_out'])) for row in rows]
    assert above == (found.scores > found.threshold).tolist()
    segments = list(csv.DictReader((out / 'new.segments.csv').open()))
    assert len(segments) == len(found.segments) >= 1
    for row, segment in zip(segments, found.segments, strict=True):
        assert int(row['last_frame']) == segment.last_frame
        assert float(row['start_s']) == pytest.approx(segment.start_s, abs=1e-6)
        assert float(row['end_s']) == pytest.approx(segment.end_s, abs=1e-6)
        assert f'{segment.start_s:.2f} s to {segment.end_s:.2f} s' in said
    assert f'log odds: {len(found.segments)}, judged by' in said
    height, width, _ = cv2.imread(str(out / 'new.png')).shape
    assert width == 1200
    assert 400 <= height <= 700


def used(out, name='new'):
    rows = csv.DictReader((out / f'{name}.references.csv').open())
    return [row['filename'] for row in rows]


def test_named_references_are_used_and_of_folders_those_most_alike(tool, folder):
    elsewhere = np.roll(good(200), 1, axis=1)
    save(folder / 'good', 'elsewhere', elsewhere)
    save(folder, 'named', np.roll(good(201), 1, axis=1))
    save(folder, 'new', good(100))
    args = (folder / 'new.npz', '--num-references', '8', '--out', folder / 'out')
    status, said, errors = tool(*args, '--references', folder / 'good')
    assert status == 0 and not errors
    names = used(folder / 'out')
    assert sorted(names) == [f'good_{i}.mp4' for i in range(8)]
    assert all(f'  {name}' in said for name in names)
    status, _, _ = tool(*args, '--references', folder / 'named.npz', folder / 'good')
    names = used(folder / 'out')
    assert names[0] == 'named.mp4' and len(names) == 8
    assert 'elsewhere.mp4' not in names


def test_a_video_unlike_all_references_is_warned_of(tool, folder):
    save(folder, 'new', np.roll(good(200), 1, axis=1))
    args = (folder / 'new.npz', '--references', folder / 'good')
    status, _, errors = tool(*args, '--out', folder / 'out')
    assert status == 0
    assert 'warning: none of the 8 references is like the video' in errors
    assert errors.count('\n') == 1


def test_the_judged_video_is_no_reference_of_its_own(tool, folder):
    out = folder / 'out'
    video = folder / 'good' / 'good_0.npz'
    status, said, _ = tool(video, '--references', folder / 'good', '--out', out)
    assert status == 0
    assert '7 references' in said


def test_it_is_known_however_its_path_is_written(tool, folder):
    first = VideoEmbedding.load(folder / 'good' / 'good_0.npz')
    absolute = dataclasses.replace(first, filename=os.path.abspath(first.filename))
    absolute.save(folder / 'new.npz')
    args = (folder / 'new.npz', '--references', folder / 'good')
    status, said, _ = tool(*args, '--out', folder / 'out')
    assert status == 0
    assert '7 references' in said


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('{}/good', '--references', '{}/good'), 'only one video can be judged'),
        (
            ('{}/good/good_0.npz', '--references', '{}/good/good_1.npz'),
            '1 videos other than good_0.mp4; at least two',
        ),
        (
            ('{}/good/good_0.npz', '--references', '{}/good', '--quantile', '2'),
            '--quantile must be in [0, 1], got 2.0',
        ),
        (
            ('{}/good/good_0.npz', '--references', '{}/good', '--num-references', '1'),
            '--num-references must be at least 2, got 1',
        ),
        (('{}/absent.npz', '--references', '{}/good'), 'absent.npz: no such'),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tool, folder, arguments, message):
    out = folder / 'out'
    status, _, errors = tool(*(a.format(folder) for a in arguments), '--out', out)
    assert status == 1
    assert message in errors
    assert 'Traceback' not in errors and errors.count('\n') == 1
    assert not out.exists()
