import av
import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding, find_repetitions
from carl_mm.apis.phases.repetitions import write_repetitions
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square
from tests.functional.repetitions.made_loops import loop

FPS = 20.0


def embedded(filename, frames, features=None):
    times = np.arange(len(frames)) / FPS
    rows = frames.astype(np.float32)
    return VideoEmbedding(str(filename), rows, times, FPS, frame_features=features)


def test_segments_have_times_and_confidence():
    frames, spans = loop([30, 40, 30], [10, 10, 10, 10])
    found = find_repetitions(embedded('a.mp4', frames))
    assert len(found) == len(spans)
    for segment in found:
        assert segment.phase == 'repetition'
        assert 0.5 < segment.confidence <= 1
        assert segment.start_s == pytest.approx(segment.first_frame / FPS)
        assert segment.end_s == pytest.approx((segment.last_frame + 1) / FPS)


def test_an_array_has_no_times():
    frames, _ = loop([30, 40, 30], [10, 10, 10, 10])
    found = find_repetitions(frames)
    assert [each.start_s for each in found] == [None] * 3


def test_frame_features_take_the_place_of_embeddings():
    frames, _ = loop([30, 40, 30], [10, 10, 10, 10])
    features = frames.astype(np.float32)
    still = embedded('a.mp4', np.ones((len(frames), 3)), features)
    assert find_repetitions(still) == []
    assert len(find_repetitions(still, use_frame_features=True)) == 3
    with pytest.raises(ValueError, match=r'a\.mp4: has no frame features'):
        find_repetitions(embedded('a.mp4', frames), use_frame_features=True)


def test_errors_name_the_video():
    for rows, said in ((np.ones((2, 3)), 'got 2'), (np.full((9, 3), np.nan), 'NaN')):
        with pytest.raises(ValueError, match=rf'a\.mp4: .*{said}'):
            find_repetitions(embedded('a.mp4', rows))


def test_each_repetition_is_written_as_it_plays(tmp_path):
    frames, _ = loop([30, 40, 30], [10, 10, 10, 10])
    path = tmp_path / 'squat.mp4'
    write_mp4(path, moving_square(len(frames), 32), FPS)
    video = embedded(path, frames)
    segments = find_repetitions(video)
    written = write_repetitions(video, segments, tmp_path / 'single')
    assert [each.name for each in written] == [f'squat_rep0{n}.mp4' for n in (1, 2, 3)]
    for file, segment in zip(written, segments, strict=True):
        times = open_video(file).timestamps
        assert len(times) == segment.last_frame - segment.first_frame + 1
        np.testing.assert_allclose(np.diff(times), 1 / FPS, atol=1e-4)
    with av.open(str(written[0])) as container:
        shown = next(container.decode(video=0)).to_ndarray(format='rgb24')
    (whole,) = open_video(path).read([segments[0].first_frame])
    assert np.abs(shown.astype(int) - whole).mean() < 5
    with pytest.raises(ValueError, match=r'its embeddings 20; embed it again'):
        write_repetitions(embedded(path, frames[:20]), [], tmp_path)
