"""Many videos on one timeline, as users call it."""

import numpy as np
import pytest
import torch

from carl_mm.apis import Timeline, VideoEmbedding, align_all
from tests.functional.timeline.warped_copies import copies, curve

FPS = 20.0


def embedding(frames, name='a.mp4', fps=FPS, **kwargs):
    times = 3 + np.arange(len(frames)) / fps
    return VideoEmbedding(name, frames.astype(np.float32), times, fps, **kwargs)


@pytest.fixture(scope='module')
def known():
    videos, progress = copies(6)
    return align_all([embedding(v, f'{i}.mp4') for i, v in enumerate(videos)]), progress


def test_a_timeline_of_embeddings_with_time_stamps(known):
    timeline, progress = known
    assert isinstance(timeline, Timeline)
    assert timeline.names == tuple(f'{i}.mp4' for i in range(6))
    assert timeline.times.shape == timeline.frame_inds.shape == (6, len(timeline.clock))
    assert timeline.clock[0] == 0
    seconds = np.mean([len(each) - 1 for each in progress]) / FPS
    assert timeline.clock[-1] == pytest.approx(seconds, rel=0.04)
    has = ~np.isnan(timeline.times)
    assert ((timeline.frame_inds >= 0) == has).all()
    np.testing.assert_allclose(
        3 + timeline.frame_inds[has] / FPS, timeline.times[has], atol=0.5 / FPS + 1e-9
    )


def test_events_marked_on_one_appear_on_all(known):
    timeline, progress = known
    frames = timeline.transfer_frames([10, 25, 40], video=2)
    assert frames[2].tolist() == [10, 25, 40]
    for found, own in zip(frames, progress, strict=True):
        np.testing.assert_allclose(own[found], progress[2][[10, 25, 40]], atol=0.025)


def test_labels_of_one_are_carried_to_all(known):
    timeline, progress = known
    labels = np.where(progress[1] < 0.5, 'before', 'after')
    for carried, own in zip(timeline.transfer(labels, 1), progress, strict=True):
        assert carried.dtype == labels.dtype
        clear = np.abs(own - 0.5) > 0.03
        expected = np.where(own < 0.5, 'before', 'after')
        assert (carried[clear] == expected[clear]).all()
    positions = timeline.transfer(np.stack([progress[0]] * 2, axis=1), 0)
    np.testing.assert_allclose(positions[3][5:-5, 1], progress[3][5:-5], atol=0.03)


@pytest.mark.parametrize(
    ('labels', 'fill'),
    [
        (np.arange(60), -1),
        (np.ones(60), np.nan),
        (np.array(['x'] * 60), ''),
        (np.ones(60, bool), False),
    ],
)
def test_frames_without_a_counterpart_get_no_labels(labels, fill):
    share = np.linspace(0, 1, 60)
    late = curve(share)[25:]
    timeline = align_all([late, *[curve(share)] * 4])
    whole = timeline.transfer(labels[25:], 0)[2]
    np.testing.assert_array_equal(whole[:12], np.full(12, fill, labels.dtype))
    np.testing.assert_array_equal(whole[-25:], labels[-25:])
    assert timeline.transfer_frames([5, 50], 1)[0].tolist() == [-1, 25]
    given = timeline.transfer(np.array([object()] * 35), 0, fill='none')
    assert given[1][0] == 'none'


def test_arrays_and_tensors_are_timed_in_frames():
    videos, _ = copies(3)
    timeline = align_all([videos[0], torch.tensor(videos[1]), videos[2]])
    assert timeline.names == ('video 0', 'video 1', 'video 2')
    assert np.nanmax(timeline.times[0]) <= len(videos[0]) - 1
    two = align_all(videos[:2])
    assert not two.outliers


def test_an_outlier_is_named(known):
    videos, _ = copies(6)
    noise = np.random.default_rng(0).normal(size=(50, videos[0].shape[1]))
    timeline = align_all([noise, *videos])
    assert timeline.outliers == (0,)
    assert timeline.similarities[0] < timeline.similarities[1:].min() - 0.2


VIDEO = curve(np.linspace(0, 1, 9))


@pytest.mark.parametrize(
    ('videos', 'said'),
    [
        ([], r'at least 2 videos, got 0$'),
        ([VIDEO], r'at least 2 videos, got 1$'),
        ([VIDEO, VIDEO[:0]], r'video 1: has no frame'),
        ([VIDEO, VIDEO * np.nan], r'video 1: embeddings of 9 of 9 frames are NaN'),
        (
            [VIDEO, VIDEO[:, :3]],
            r'video 1: embeddings must be \(T, D\)',
        ),
        ([embedding(VIDEO), VIDEO], r'video 1: has no time stamps, others have'),
        (
            [
                embedding(VIDEO, provenance={'checkpoint_sha256': 'one' * 9}),
                embedding(VIDEO, 'b.mp4', provenance={'checkpoint_sha256': 'two' * 9}),
            ],
            r'b.mp4: was embedded by a model \(twotwotw\), the others by .*\(oneo',
        ),
    ],
)
def test_bad_videos_are_refused_in_one_line(videos, said):
    with pytest.raises(ValueError, match=said) as info:
        align_all(videos)
    assert '\n' not in str(info.value)


@pytest.mark.parametrize(
    ('call', 'said'),
    [
        (lambda t: t.transfer([1, 2], 0), 'each of the .* frames of 0.mp4, got shape'),
        (lambda t: t.transfer([1, 2], 6), r'video must be a place in \[0, 6\), got 6'),
        (lambda t: t.transfer_frames([0, 999], 1), r'frames of 1.mp4, got \[999\]'),
        (lambda t: t.transfer_frames([-1], 1), r'frames of 1.mp4, got \[-1\]'),
        (lambda t: t.transfer_frames([0], -1), 'got -1'),
    ],
)
def test_bad_transfers_are_refused(known, call, said):
    with pytest.raises(ValueError, match=said):
        call(known[0])


def test_objects_need_a_fill(known):
    timeline, progress = known
    with pytest.raises(ValueError, match='dtype object need a fill'):
        timeline.transfer([object()] * len(progress[0]), 0)
