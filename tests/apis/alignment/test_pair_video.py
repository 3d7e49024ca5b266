"""The mp4 of an alignment; tests/tools/test_align.py calls it as users do."""

import dataclasses

import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding, align
from carl_mm.apis.alignment.pair_video import write_pair_video
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square


@pytest.fixture
def pair(tmp_path):
    videos = []
    for name, size in (('a', 96), ('b', 64)):
        path = tmp_path / f'{name}.mp4'
        write_mp4(path, moving_square(10, size), 10, crf=1)
        times = np.arange(10) / 10
        videos.append(
            VideoEmbedding(str(path), np.eye(10, dtype=np.float32), times, 10)
        )
    return videos


def shapes(path):
    video = open_video(path)
    return video.num_frames, video.read([0]).shape[1:3]


def test_both_at_the_size_that_is_asked_for(pair, tmp_path):
    found = align(*pair)
    out = tmp_path / 'v.mp4'
    assert write_pair_video(out, found, *pair) == []
    num_frames, (height, width) = shapes(out)
    assert (num_frames, width) == (10, 256 + 16 + 256)
    write_pair_video(out, found, *pair, height=300)
    assert shapes(out)[1][1] == 300 + 18 + 300
    assert shapes(out)[1][0] - height == 44


def test_cropped_to_where_it_moves(pair, tmp_path):
    out = tmp_path / 'v.mp4'
    write_pair_video(out, align(*pair), *pair, height=100)
    whole = open_video(out).read([5])[0][22:122, :220]
    write_pair_video(out, align(*pair), *pair, height=100, crop='subject')
    cropped = open_video(out).read([5])[0][22:122, :220]
    # The square of light takes up more of the picture.
    assert (cropped > 200).mean() > 2 * (whole > 200).mean() > 0
    with pytest.raises(
        ValueError, match="crop must be 'subject', a box or None, got 'face'"
    ):
        write_pair_video(out, align(*pair), *pair, crop='face')


def test_frames_that_the_alignment_says_have_no_counterpart_are_dimmed(pair, tmp_path):
    found = align(*pair)
    fields = {f.name: getattr(found, f.name) for f in dataclasses.fields(found)}
    fields['matched_a'] = np.arange(10) < 5
    partial = type('Found', (), fields)()
    out = tmp_path / 'v.mp4'
    write_pair_video(out, partial, *pair, height=100)
    background = open_video(out).read(range(10))[:, 30:50, 300:320].mean(axis=(1, 2, 3))
    assert background[5:].max() < 0.6 * background[:5].min()
