"""Segments found at any pace, against brute force."""

from itertools import combinations_with_replacement

import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding
from carl_mm.apis.search.aligned_segments import aligned_segments
from carl_mm.apis.search.indexed_frames import IndexedFrames


def made(name, rows, fps=10.0):
    rows = np.asarray(rows, dtype=np.float64)
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return VideoEmbedding(name, rows, np.arange(len(rows)) / fps, fps)


def index_of(*videos):
    frames = IndexedFrames()
    frames.add(videos)
    return frames


def path(start, stop, num):
    at = np.linspace(start, stop, num)
    return np.stack([np.sin(at * k + k) for k in range(1, 7)], axis=1)


def spans(hits):
    return [(hit.filename, hit.frame, hit.last_frame) for hit in hits]


def test_a_segment_is_found_slower_and_faster_and_at_another_rate():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(3, 30, 6))
    query = made('q.mp4', path(0, 3, 20))
    slow = made('slow.mp4', np.concatenate([noise[0], path(0, 3, 38), noise[1]]))
    fast = made('fast.mp4', np.concatenate([noise[2], path(0, 3, 12)]))
    dense = made('dense.mp4', np.concatenate([noise[0], path(0, 3, 60)]), 30.0)
    hits = aligned_segments(index_of(query, slow, fast, dense), query, 0, 19, 3)
    found = {name: (first, last) for name, first, last in spans(hits)}
    for name, expected in (('slow', (30, 67)), ('fast', (30, 41)), ('dense', (30, 89))):
        np.testing.assert_allclose(found[f'{name}.mp4'], expected, atol=2)
    assert all(hit.similarity > 0.95 for hit in hits)
    assert hits[0].last_timestamp > hits[0].timestamp
    same_pace = aligned_segments(index_of(slow), query, 0, 19, 1, pace=1)
    assert same_pace[0].similarity < 0.9


def brute_force(query, video, pace):
    """All monotone choices of frames whose steps are within the bounds."""
    count, step = len(query), 1.0
    low, high = int(step / pace), int(np.ceil(step * pace))
    found = {}
    for places in combinations_with_replacement(range(len(video)), count):
        if all(low <= gap <= high for gap in np.diff(places)):
            score = np.mean([query[i] @ video[place] for i, place in enumerate(places)])
            last = places[-1]
            if score > found.get(last, (-np.inf, 0))[0] + 1e-9:
                found[last] = score, places[0]
    taken = []
    for last, (score, first) in sorted(found.items(), key=lambda item: -item[1][0]):
        if all(first > other[1] or last < other[0] for other in taken):
            taken.append((first, last, score))
    return taken


@pytest.mark.parametrize('seed', range(5))
def test_against_brute_force(seed):
    rng = np.random.default_rng(seed)
    query, video = (made(n, rng.normal(size=(s, 5))) for n, s in (('q', 4), ('v', 12)))
    hits = aligned_segments(index_of(video), query, 0, 3, 100)
    expected = brute_force(query.embeddings, video.embeddings, 2.0)
    assert [(hit.frame, hit.last_frame) for hit in hits] == [
        (first, last) for first, last, _ in expected
    ]
    np.testing.assert_allclose(
        [hit.similarity for hit in hits], [row[2] for row in expected], atol=1e-6
    )


def test_hits_are_apart_and_none_is_of_its_own_video():
    rng = np.random.default_rng(1)
    query = made('q.mp4', rng.normal(size=(6, 4)))
    other = made('o.mp4', rng.normal(size=(40, 4)))
    hits = aligned_segments(index_of(query, other), query, 1, 4, 20, gap_s=0.5)
    assert {hit.filename for hit in hits} == {'o.mp4'}
    times = sorted((hit.timestamp, hit.last_timestamp) for hit in hits)
    gaps = [b[0] - a[1] for a, b in zip(times, times[1:], strict=False)]
    assert len(gaps) > 1 and min(gaps) >= 0.5 - 1e-9


@pytest.mark.parametrize(
    ('span', 'options', 'said'),
    [
        ((3, 2), {}, 'ends at frame 2, before its 3'),
        ((0, 6), {}, 'no frame 6'),
        ((0, 1), {'k': 0}, 'k and pace'),
        ((0, 1), {'gap_s': float('nan')}, 'gap_s'),
        ((0, 1), {'pace': 0.5}, 'pace'),
    ],
)
def test_what_is_refused(span, options, said):
    query = made('q.mp4', np.eye(6))
    with pytest.raises(ValueError, match=said):
        aligned_segments(index_of(query), query, *span, **options)


def test_short_videos_and_none():
    query = made('q.mp4', np.eye(6))
    assert aligned_segments(IndexedFrames(), query, 0, 5) == []
    assert (
        aligned_segments(index_of(made('o.mp4', np.eye(6)[:1])), query, 0, 5, 3) != []
    )
