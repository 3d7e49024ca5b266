"""What the page says."""

import pytest

pytest.importorskip('gradio')
from carl_mm.app.page import fill_pickers, status_html  # noqa: E402
from carl_mm.app.tabs import TABS  # noqa: E402

STATE = {'videos': ['a', 'b'], 'left_out': {}, 'error': '', 'total': 7, 'done': 3}


def test_status():
    text = status_html(STATE | {'ready': False})
    assert '3 of 7' in text and '<progress max="7" value="3">' in text
    assert status_html(STATE | {'ready': True}) == '<p role="status">2 videos.</p>'
    left_out = {'<b>.mp4': 'is a link', 'c.mp4': 'cannot be decoded <x>'}
    text = status_html(STATE | {'ready': True, 'left_out': left_out})
    assert '2 left out' in text
    assert '&lt;b&gt;.mp4: is a link' in text and '<x>' not in text
    text = status_html(STATE | {'ready': False, 'error': 'disk is <full>'})
    assert 'Embedding stopped: disk is &lt;full&gt;' in text


@pytest.mark.parametrize(
    ('names', 'values'),
    [
        (['a', 'b', 'c'], ['a', 'b', 'a', 'a', 'a', None]),
        (['a'], ['a', None, 'a', 'a', 'a', None]),
        ([], [None] * 6),
    ],
)
def test_what_is_chosen_first(names, values):
    pickers = [picker for tab in TABS for picker in tab.pickers]
    boxes = fill_pickers(pickers, names, keep=False)
    assert [box.value for box in boxes] == values
    assert all([name for name, _ in box.choices] == names for box in boxes)
