import csv
from pathlib import Path

import numpy as np

from carl_mm.apis import VideoEmbedding, align, rank_by_alignment
from carl_mm.apis.alignment.tables import summary, write_ranking, write_table


def walk(seed, length):
    steps = np.random.default_rng(seed).normal(size=(length, 16))
    return np.cumsum(steps, axis=0).astype(np.float32)


def video(folder, name, frames):
    path = str(folder / f'{name}.mp4')
    return VideoEmbedding(path, frames, np.arange(len(frames)) / 10, 10.0)


def test_a_table_is_empty_where_there_is_no_counterpart(tmp_path):
    a, b = video(tmp_path, 'a', walk(0, 50)), video(tmp_path, 'b', walk(0, 50)[25:])
    found = align(a, b, ends='open')
    write_table(tmp_path / 'b.csv', found, a, b)
    rows = list(csv.DictReader((tmp_path / 'b.csv').open()))
    assert [row['frame'] == '' for row in rows] == (~found.matched_a).tolist()
    shown = [(int(row['frame']), float(row['time_s'])) for row in rows if row['frame']]
    matches = found.frame_inds_b[found.matched_a].tolist()
    assert shown == [(frame, frame / 10) for frame in matches]
    alone = (~found.matched_a).sum(), (~found.matched_b).sum()
    assert f'counterpart: {alone[0]} and {alone[1]} frames' in summary(found)


def test_the_ranking_is_told_in_the_names_that_were_given(tmp_path, monkeypatch):
    """The table's are relative to its folder; whoever reads the lines is elsewhere."""
    monkeypatch.chdir(tmp_path)
    a, b = (video(Path('videos'), name, walk(0, 30)) for name in 'ab')
    ranked = rank_by_alignment(a, [b])
    (line,) = write_ranking(Path('out/ranking.csv'), ranked, [b])
    assert line.endswith('  videos/b.mp4')
    with Path('out/ranking.csv').open() as stream:
        (row,) = csv.DictReader(stream)
    assert row['filename'] == '../videos/b.mp4'


def test_the_ranking_is_written_as_it_is_told(tmp_path):
    a, same = video(tmp_path, 'a', walk(0, 30)), video(tmp_path, 'same', walk(0, 30))
    others = [video(tmp_path, f'{n}', walk(n, 30)) for n in range(1, 5)] + [same]
    ranked = rank_by_alignment(a, others)
    lines = write_ranking(tmp_path / 'ranking.csv', ranked, others)
    rows = list(csv.DictReader((tmp_path / 'ranking.csv').open()))
    assert rows[0]['filename'].endswith('same.mp4')
    assert [row['is_like'] for row in rows] == ['yes', *['no'] * 4]
    for line, row in zip(lines, rows, strict=True):
        assert row['score'] in line
        assert ('unlike' in line) == (row['is_like'] == 'no')
