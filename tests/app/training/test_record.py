import pytest

from carl_mm.app.training.record import (
    FILE,
    TrainingRecord,
    read_record,
    write_record,
)


def test_it_comes_back(tmp_path):
    record = TrainingRecord('kept', 10, 600, '2026-12-01 10:00')
    write_record(tmp_path, record)
    assert read_record(tmp_path) == record


@pytest.mark.parametrize(
    'content', ['', '{', '[]', '{"status": "begun"}', '{"status": 1, "x": 2}']
)
def test_a_broken_one_is_none(tmp_path, content):
    (tmp_path / FILE).write_text(content)
    assert read_record(tmp_path) is None


def test_none(tmp_path):
    assert read_record(tmp_path) is None
    (tmp_path / FILE).write_text('{"status": "odd", "num_videos": 1, "steps": 2}')
    assert read_record(tmp_path) is None
