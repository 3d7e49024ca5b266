"""Rows of tables; `test_folder_csv.py` has the tables around them."""

from carl_mm.datasets.converters.formats.tables.frame_count import FrameCount
from carl_mm.datasets.converters.formats.tables.label_rows import ListedLabel
from carl_mm.datasets.converters.formats.tables.row_reader import RowReader


def test_rows_and_problems():
    reader = RowReader(['a.mp4'], ['x'], 'cook', FrameCount(1), decimal_comma=True)
    cells = {'filename': 'a.mp4', 'phase': 'x', 'first_frame': '1', 'last_frame': '3,0'}
    reader.read(2, cells)
    reader.read(3, {**cells, 'phase': 'y', 'first_frame': '0'})
    assert reader.rows == [ListedLabel(2, 'a.mp4', 'x', 'cook', (0, 2), None)]
    assert reader.problems == [
        "line 3: a.mp4: unknown phase 'y'; known: x",
        'line 3: a.mp4: first_frame 0 is before frame 1, the first one',
    ]


def test_confidences_are_kept_and_what_is_none_is_counted():
    reader = RowReader(None, None, None, FrameCount(), decimal_comma=False)
    cells = {'filename': 'a', 'phase': 'x', 'first_frame': '1', 'last_frame': '3'}
    for line, trust in enumerate(['0.25', '', 'high', '7']):
        reader.read(line, {**cells, 'action': 'cook', 'confidence': trust})
    assert [row.confidence for row in reader.rows] == [0.25, None, None, None]
    assert reader.num_unsure == 2
