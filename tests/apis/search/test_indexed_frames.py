import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding
from carl_mm.apis.search.indexed_frames import IndexedFrames
from tests.apis.search.test_frame_index import make_video

LENGTHS = (3, 0, 4)


@pytest.fixture
def frames():
    made = IndexedFrames()
    videos = zip('abc', LENGTHS, strict=True)
    made.add([make_video(f'{name}.mp4', n, sha='1' * 8) for name, n in videos])
    return made


def test_rows_and_videos_know_each_other(frames):
    assert [frames.rows(f'{name}.mp4') for name in 'abc'] == [(0, 3), (3, 3), (3, 7)]
    assert frames.video_of(np.arange(7)).tolist() == [0, 0, 0, 2, 2, 2, 2]
    with pytest.raises(ValueError, match=r'd\.mp4: not in the index of 3 videos'):
        frames.rows('d.mp4')


def test_a_video_comes_back_as_it_was_added(frames):
    added, found = make_video('c.mp4', 4), frames.video('c.mp4')
    np.testing.assert_array_equal(found.embeddings, added.embeddings)
    np.testing.assert_array_equal(found.timestamps, added.timestamps)
    assert (found.filename, found.fps) == ('c.mp4', 10.0)
    assert found.provenance == frames.provenance


def test_another_video_must_be_of_the_same_model(frames):
    same = make_video('d.mp4', 2, sha='1' * 8)
    assert frames.video(same) is same
    with pytest.raises(ValueError, match='cannot be compared'):
        frames.video(make_video('d.mp4', 2, sha='2' * 8))


def test_frames_added_later_are_searched_too(frames):
    pytest.importorskip('faiss')
    first = frames.approximate_search(4)
    assert frames.approximate_search(8) is first
    assert first.num_probes == 8
    frames.add([make_video('d.mp4', 2, sha='1' * 8)])
    assert frames.approximate_search(8) is not first


def test_a_file_whose_parts_do_not_fit_is_broken(frames, tmp_path):
    frames.starts[-1] += 1
    frames.save(tmp_path / 'a.npz')
    with pytest.raises(ValueError, match=r'a\.npz: not a file of the form'):
        IndexedFrames.load(tmp_path / 'a.npz')


def test_a_frame_rate_must_be_positive(frames):
    video = make_video('d.mp4', 2, sha='1' * 8)
    still = VideoEmbedding('d.mp4', video.embeddings, video.timestamps, 0.0)
    with pytest.raises(ValueError, match='fps must be positive, got 0'):
        frames.add([still])
    assert frames.filenames == ['a.mp4', 'b.mp4', 'c.mp4']
