import json

import numpy as np
import pytest

from carl_mm.apis import FrameIndex, VideoEmbedding


def make_video(name, length, fps=10.0, seed=None, sha='', channels=6):
    rng = np.random.default_rng(abs(hash_of(name)) if seed is None else seed)
    frames = rng.standard_normal((length, channels)).astype(np.float32)
    frames /= np.linalg.norm(frames, axis=1, keepdims=True)
    provenance = {'checkpoint': f'{sha}.pth', 'checkpoint_sha256': sha} if sha else {}
    times = np.arange(length) / fps
    return VideoEmbedding(name, frames, times, fps, provenance)


def hash_of(name):
    return sum(ord(letter) * 31**place for place, letter in enumerate(name)) % 2**31


VIDEOS = [make_video(f'{n}.mp4', 20 + n, fps=10.0 + 5 * (n % 3)) for n in range(9)]


@pytest.fixture(scope='module')
def index():
    return FrameIndex(VIDEOS)


def slow_query(videos, source, frame, k, gap, own_video):
    """All pairs, then greedily."""
    query = source.embeddings[frame].astype(np.float64)
    found = []
    for place, video in enumerate(videos):
        own = video.filename == source.filename
        for row in range(len(video)):
            near = abs(video.timestamps[row] - source.timestamps[frame]) < gap
            if own and (not own_video or row == frame or near):
                continue
            similarity = float(video.embeddings[row].astype(np.float64) @ query)
            found.append((-similarity, place, row))
    hits = []
    for similarity, place, row in sorted(found):
        time = videos[place].timestamps[row]
        if len(hits) < k and not any(
            other == place and abs(videos[place].timestamps[taken] - time) < gap
            for _, other, taken in hits
        ):
            hits.append((similarity, place, row))
    return [(videos[place].filename, row, -s) for s, place, row in hits]


@pytest.mark.parametrize('own_video', [False, True])
@pytest.mark.parametrize(('k', 'gap'), [(1, 0.0), (10, 0.0), (10, 0.45), (500, 0.3)])
def test_equals_brute_force(index, k, gap, own_video):
    for place, frame in ((0, 0), (4, 23), (8, 11)):
        source = VIDEOS[place]
        hits = index.query(source.filename, frame, k=k, gap_s=gap, own_video=own_video)
        expected = slow_query(VIDEOS, source, frame, k, gap, own_video)
        assert [(hit.filename, hit.frame) for hit in hits] == [e[:2] for e in expected]
        similarities = [hit.similarity for hit in hits]
        assert similarities == pytest.approx([e[2] for e in expected], abs=1e-12)
        for hit in hits:
            times = VIDEOS[int(hit.filename[0])].timestamps
            assert hit.timestamp == times[hit.frame]
            assert hit.last_frame is None


def test_many_neighbours_are_asked_for_more():
    # Still pictures: thousands of frames are as near as the best one.
    still = [
        make_video(f'{n}.mp4', 1, seed=0).embeddings.repeat(500, 0) for n in (1, 2)
    ]
    times = np.linspace(0, 0.1, 500)  # far more than fps says
    videos = [
        VideoEmbedding(f'{n}.mp4', frames, times, 1.0) for n, frames in enumerate(still)
    ]
    other = make_video('other.mp4', 3)
    hits = FrameIndex([*videos, other]).query_embedding(still[0][0], k=4, gap_s=0.15)
    names = [hit.filename for hit in hits]
    assert names[:2] == ['0.mp4', '1.mp4']
    assert names[2:] == ['other.mp4'] * 2


def test_by_time_by_embedding_and_from_outside(index):
    video = VIDEOS[3]
    assert index.query('3.mp4', time_s=1.04) == index.query('3.mp4', 10)
    whole = index.query_embedding(7 * video.embeddings[10], k=1)
    assert (whole[0].filename, whole[0].frame) == ('3.mp4', 10)
    assert whole[0].similarity == pytest.approx(1, abs=1e-6)
    stranger = VideoEmbedding('new.mp4', video.embeddings, video.timestamps, video.fps)
    hits = index.query(stranger, 10, k=3)
    assert (hits[0].filename, hits[0].frame) == ('3.mp4', 10)
    assert hits[1:] == index.query('3.mp4', 10, k=3, own_video=True)[:2]


def slow_segments(videos, source, first, last):
    """Mean similarity of each start, by time."""
    scores = {}
    for video in videos:
        if video.filename == source.filename:
            continue
        for start in range(len(video)):
            total = []
            for frame in range(first, last + 1):
                seconds = source.timestamps[frame] - source.timestamps[first]
                row = start + round(seconds * video.fps)
                if row >= len(video):
                    break
                total.append(float(video.embeddings[row] @ source.embeddings[frame]))
            else:
                scores[video.filename, start] = np.mean(total)
    return scores


def test_segments_equal_a_loop(index):
    scores = slow_segments(VIDEOS, VIDEOS[3], 4, 12)
    hits = index.query_segment('3.mp4', 4, 12, k=len(scores), gap_s=0.0)
    assert {(h.filename, h.frame) for h in hits} == set(scores)
    found = [hit.similarity for hit in hits]
    assert found == sorted(found, reverse=True)
    expected = [scores[hit.filename, hit.frame] for hit in hits]
    assert found == pytest.approx(expected, abs=1e-6)
    for hit in hits:
        video = VIDEOS[int(hit.filename[0])]
        assert hit.last_frame == hit.frame + round(0.8 * video.fps)
        assert hit.last_timestamp == video.timestamps[hit.last_frame]


def test_a_planted_segment_is_found_at_another_rate():
    source = make_video('source.mp4', 60, fps=30.0)
    frames = make_video('other.mp4', 40, fps=15.0).embeddings.copy()
    frames[8:23] = source.embeddings[20:50:2]  # one second of both
    other = VideoEmbedding('other.mp4', frames, np.arange(40) / 15, 15.0)
    index = FrameIndex([source, other, make_video('far.mp4', 50, seed=5)])
    (hit,) = index.query_segment('source.mp4', 20, 48, k=1)
    assert (hit.filename, hit.frame, hit.last_frame) == ('other.mp4', 8, 22)


def test_segments_found_do_not_overlap(index):
    hits = index.query_segment('3.mp4', 4, 12, k=50, own_video=True)
    seconds = VIDEOS[3].timestamps[12] - VIDEOS[3].timestamps[4]
    spans = [(h.filename, h.timestamp) for h in hits] + [
        ('3.mp4', VIDEOS[3].timestamps[4])
    ]
    for place, (name, time) in enumerate(spans):
        for other, another in spans[:place]:
            assert other != name or abs(time - another) >= seconds
    one = index.query_segment('3.mp4', 4, 4, k=5)
    frames = [(h.filename, h.frame) for h in index.query('3.mp4', 4, k=5)]
    assert [(h.filename, h.frame) for h in one] == frames


def test_added_in_parts_it_is_the_same(index):
    parts = FrameIndex(VIDEOS[:2])
    parts.query('1.mp4', 3)
    parts.add(VIDEOS[2:])
    assert len(parts) == len(index) == sum(map(len, VIDEOS))
    assert parts.filenames == [video.filename for video in VIDEOS]
    assert parts.query('1.mp4', 3) == index.query('1.mp4', 3)


def test_what_is_refused_leaves_the_index_as_it_was(index):
    short = FrameIndex(VIDEOS[:2])
    new = make_video('new.mp4', 5)
    loose = VideoEmbedding('loose.mp4', 2 * new.embeddings, new.timestamps, 10.0)
    bad = new.embeddings.copy()
    bad[3] = np.nan
    cases = {
        '1.mp4: is in the index already': VIDEOS[1],
        'loose.mp4.*frame 0 has length 2': loose,
        'frame 3 has length nan': VideoEmbedding('nan.mp4', bad, new.timestamps, 10.0),
        '7 channels, but those of the others have 6': make_video(
            'w.mp4', 4, channels=7
        ),
        'fps must be positive': VideoEmbedding(
            'f.mp4', new.embeddings, new.timestamps, 0.0
        ),
    }
    for message, video in cases.items():
        with pytest.raises(ValueError, match=message):
            short.add([new, video])
        assert short.filenames == ['0.mp4', '1.mp4']
    with pytest.raises(ValueError, match='new.mp4: is in the index already'):
        short.add([new, new])


def test_models_are_not_mixed(tmp_path):
    index = FrameIndex(
        [make_video('a.mp4', 5, sha='aaaaaaaaaa'), make_video('b.mp4', 5)]
    )
    index.save(tmp_path / 'index.npz')
    foreign = make_video('c.mp4', 5, sha='cccccccccc')
    for one in (index, FrameIndex.load(tmp_path / 'index.npz')):
        with pytest.raises(ValueError, match=r'c\.mp4.*cccccccc.*aaaaaaaa'):
            one.add([foreign])
        with pytest.raises(ValueError, match=r'c\.mp4'):
            one.query(foreign, 0)


def test_bad_queries(index):
    cases = [
        (lambda: index.query('x.mp4', 0), 'x.mp4: not in the index of 9 videos'),
        (
            lambda: index.query('0.mp4', 20),
            r'no frame 20; it has 20 frames \(0 to 19\)',
        ),
        (lambda: index.query('0.mp4', -1), 'no frame -1'),
        (lambda: index.query('0.mp4', time_s=2.2), 'runs from 0.000 to 2.000 s'),
        (lambda: index.query('0.mp4'), 'give a frame or a time'),
        (lambda: index.query('0.mp4', 1, 0.1), 'give a frame or a time'),
        (lambda: index.query('0.mp4', 1, k=0), 'k must be >= 1'),
        (lambda: index.query('0.mp4', 1, gap_s=-1.0), 'gap_s >= 0'),
        (lambda: index.query_embedding(np.zeros(6)), 'not zero'),
        (lambda: index.query_embedding(np.ones((1, 6))), r'must be \(D,\)'),
        (lambda: index.query_embedding(np.ones(5)), '5 channels, the index 6'),
        (lambda: index.query_embedding([np.nan] * 6), 'finite'),
        (lambda: index.query_segment('0.mp4', 5, 4), 'before its 5'),
        (
            lambda: index.query_segment(make_video('w.mp4', 4, channels=7), 0, 1),
            '7 channels',
        ),
    ]
    for ask, message in cases:
        with pytest.raises(ValueError, match=message):
            ask()


def test_empty_and_small_indices():
    assert FrameIndex().query_embedding(np.ones(6)) == []
    assert FrameIndex().query_segment(VIDEOS[0], 0, 5) == []
    alone = FrameIndex([make_video('a.mp4', 1)])
    assert alone.query('a.mp4', 0) == []
    assert alone.query('a.mp4', 0, own_video=True) == []
    assert alone.query_segment('a.mp4', 0, 0) == []
    long = make_video('b.mp4', 30)
    assert (
        FrameIndex([long, make_video('c.mp4', 5)]).query_segment('b.mp4', 0, 20) == []
    )
    none = make_video('none.mp4', 0)
    assert len(FrameIndex([none, long])) == 30
    with pytest.raises(ValueError, match='no frame 0'):
        FrameIndex([none, long]).query('none.mp4', 0)


def test_saved_and_loaded_it_is_the_same(index, tmp_path):
    index.save(tmp_path / 'sub' / 'index.npz')
    loaded = FrameIndex.load(tmp_path / 'sub' / 'index.npz')
    assert loaded.filenames == index.filenames
    assert loaded.query('3.mp4', 4, k=20) == index.query('3.mp4', 4, k=20)
    assert loaded.query_segment('3.mp4', 4, 9) == index.query_segment('3.mp4', 4, 9)
    assert np.array_equal(loaded.frames.embeddings, index.frames.embeddings)
    assert [path.name for path in (tmp_path / 'sub').iterdir()] == ['index.npz']


def test_broken_and_foreign_files(index, tmp_path):
    index.save(tmp_path / 'index.npz')
    whole = (tmp_path / 'index.npz').read_bytes()
    (tmp_path / 'half.npz').write_bytes(whole[: len(whole) // 2])
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 255
    (tmp_path / 'flipped.npz').write_bytes(flipped)
    (tmp_path / 'text.npz').write_text('hello')
    VIDEOS[0].save(tmp_path / 'video.npz')
    header = {'form': 'carl_mm frame index 1', 'filenames': ['a'], 'provenance': {}}
    arrays = {'embeddings': np.eye(2, dtype='f'), 'timestamps': np.zeros(3)}
    arrays |= {'starts': np.array([0, 2]), 'fps': np.ones(1)}
    np.savez(tmp_path / 'lengths.npz', header=json.dumps(header), **arrays)
    for name, change in (
        ('starts', {'starts': np.array([], dtype=np.int64)}),
        ('rates', {'timestamps': np.zeros(2), 'fps': np.ones(0)}),
    ):
        np.savez(
            tmp_path / f'{name}.npz', header=json.dumps(header), **{**arrays, **change}
        )
    names = ('half', 'flipped', 'text', 'video', 'lengths', 'starts', 'rates')
    for name in names:
        with pytest.raises(ValueError, match=rf'{name}\.npz: not a file of the form'):
            FrameIndex.load(tmp_path / f'{name}.npz')
    with pytest.raises(FileNotFoundError, match='none.npz'):
        FrameIndex.load(tmp_path / 'none.npz')
