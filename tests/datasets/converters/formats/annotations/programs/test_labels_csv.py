"""Our own table."""

from carl_mm.datasets.converters.formats.annotations.foreign import (
    LabelledVideo,
    Segment,
)
from carl_mm.datasets.converters.formats.annotations.programs import labels_csv
from carl_mm.datasets.converters.formats.folder_csv import read_labels
from tests.datasets.converters.formats.annotations.samples import ODD, labelled


def test_what_is_written_is_read(tmp_path):
    (tmp_path / 'l.csv').write_text(
        labels_csv.write([labelled(action='cook')]), encoding='utf-8'
    )
    table = read_labels(tmp_path / 'l.csv', ['sub/a b.mp4'], None, None)
    assert [row.phase for row in table.rows] == ODD
    assert [row.confidence for row in table.rows] == [None, 0.815, None, None, None]
    assert (table.rows[1].frames, table.rows[1].times) == ((10, 19), (0.4, 0.8))
    assert (table.rows[0].action, table.action) == ('cook', None)


def test_only_what_is_known_is_a_column():
    video = LabelledVideo('a.mp4', [Segment('x', None, (0.0, 0.5))])
    text = 'filename,phase,start_s,end_s\na.mp4,x,0.000,0.500\n'
    assert labels_csv.write([video]) == text
