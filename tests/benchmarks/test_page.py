"""What the acceptance of the page counts."""

import importlib

import pytest

from tests.tools.processes import ROOT

pytest.importorskip('playwright')


@pytest.fixture
def ten_clips(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / 'benchmarks' / 'page'))
    return importlib.import_module('ten_clips')


def test_the_event_error_by_hand(ten_clips, tmp_path):
    table = tmp_path / 'labels.csv'
    table.write_text(
        'filename,first_frame,last_frame,phase\n'
        'a.mp4,6,9,pour\na.mp4,0,5,reach\nb.mp4,0,9,reach\nb.mp4,10,19,pour\n'
    )
    truth = ten_clips.read_rows(table)
    assert truth['a.mp4'] == [(0, 5, 'reach'), (6, 9, 'pour')]
    found = {'a.mp4': [(0, 3, 'reach'), (4, 9, 'pour')], 'b.mp4': [(0, 19, 'reach')]}
    # Two of ten frames too early; ten of twenty too late, as the phase never comes.
    assert ten_clips.event_error(found, truth) == pytest.approx((0.2 + 0.5) / 2)
    assert ten_clips.event_error(truth, truth) == 0
    with pytest.raises(ValueError, match='no clip'):
        ten_clips.event_error({}, truth)
