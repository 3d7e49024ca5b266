import numpy as np
import pytest

from carl_mm.apis import Hit, VideoEmbedding
from carl_mm.apis.search.frame_hits import find_frame, make_hits, write_hits_csv
from carl_mm.apis.search.indexed_frames import IndexedFrames


def test_rows_are_named_by_video_frame_and_time():
    frames = IndexedFrames()
    times = np.array([0.5, 0.75, 1.5])
    eye = np.eye(3, dtype=np.float32)
    frames.add([VideoEmbedding(f'{name}.mp4', eye, times, 4.0) for name in 'ab'])
    hits = make_hits(frames, np.array([4, 0]), np.array([0.9, 0.5]))
    assert hits == [Hit('b.mp4', 1, 0.75, 0.9), Hit('a.mp4', 0, 0.5, 0.5)]
    (hit,) = make_hits(frames, np.array([3]), np.array([0.9]), np.array([5]))
    assert hit == Hit('b.mp4', 0, 0.5, 0.9, last_frame=2, last_timestamp=1.5)


def test_find_frame_is_nearest_in_time():
    times = np.array([1.0, 1.1, 1.5])
    video = VideoEmbedding('a.mp4', np.eye(3, dtype='f'), times, 4.0)
    asked = [1.0, 1.04, 1.06, 1.31, 1.5, 1.74]
    assert find_frame(video, time_s=0.9996) == 0  # as it may have been printed
    assert [find_frame(video, time_s=t) for t in asked] == [0, 0, 1, 2, 2, 2]
    for time in (0.9, 1.8, np.nan):
        with pytest.raises(ValueError, match='outside the video'):
            find_frame(video, time_s=time)


def test_csv_by_hand(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hits = [Hit('a.mp4', 3, 0.12, 0.98765), Hit('b, c.mp4', 1, 2.0, 0.5, 9, 2.32)]
    write_hits_csv(tmp_path / 'hits.csv', hits)
    assert (tmp_path / 'hits.csv').read_text().splitlines() == [
        'rank,filename,frame,time_s,last_frame,last_time_s,similarity',
        '1,a.mp4,3,0.120,,,0.9877',
        '2,"b, c.mp4",1,2.000,9,2.320,0.5000',
    ]


def test_names_are_seen_from_the_file(tmp_path, monkeypatch):
    (tmp_path / 'work').mkdir()
    monkeypatch.chdir(tmp_path / 'work')
    names = '../videos/a.mp4', 'b.mp4', str(tmp_path / 'c.mp4')
    write_hits_csv('out/new/hits.csv', [Hit(name, 0, 0.0, 1.0) for name in names])
    lines = (tmp_path / 'work/out/new/hits.csv').read_text().splitlines()[1:]
    assert [line.split(',')[1] for line in lines] == [
        '../../../videos/a.mp4',
        '../../b.mp4',
        (tmp_path / 'c.mp4').as_posix(),
    ]
