"""The record of the videos that were made."""

import hashlib
from pathlib import Path

from carl_mm.datasets.synthetic import record
from carl_mm.datasets.synthetic.record import read_record, record_line
from carl_mm.datasets.synthetic.video import VideoPlan

PLAN = VideoPlan('train', 0, 0, seed=3, size=32)


def test_a_line_tells_files_and_settings_apart(tmp_path):
    assert record_line(PLAN, tmp_path) is None
    path = tmp_path / 'pour_train_0000.mp4'
    path.write_bytes(b'one')
    line = record_line(PLAN, tmp_path)
    assert line['filename'] == path.name
    assert line['sha256'] == hashlib.sha256(b'one').hexdigest()
    other = record_line(VideoPlan('train', 0, 0, seed=4, size=32), tmp_path)
    assert other == line | {'settings': other['settings']} != line
    path.write_bytes(b'two')
    assert record_line(PLAN, tmp_path)['sha256'] != line['sha256']


def test_a_change_of_the_drawing_code_shows(tmp_path, monkeypatch):
    (tmp_path / PLAN.filename).touch()
    before = record_line(PLAN, tmp_path)
    monkeypatch.setattr(record, 'DRAWING', record.DRAWING[1:])
    assert record_line(PLAN, tmp_path)['settings'] != before['settings']


def test_all_modules_that_draw_are_recorded():
    folder = Path(record.__file__).parent
    others = {'__init__', 'dataset', 'record', 'tampering'}
    assert {path.stem for path in folder.glob('*.py')} - others == {*record.DRAWING}


def test_an_incomplete_line_is_skipped(tmp_path):
    path = tmp_path / 'made.jsonl'
    assert read_record(path) == {}
    path.write_text('{"filename": "a", "sha256": "0"}\n{"filename": "b", "sh')
    assert read_record(path) == {'a': {'filename': 'a', 'sha256': '0'}}
