"""What the page says."""

import pytest

gr = pytest.importorskip('gradio')
from carl_mm.app.page import _filled, status_html  # noqa: E402
from carl_mm.app.tabs import readable  # noqa: E402

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
    pickers = _filled(names, 6, keep=False)
    assert [picker.value for picker in pickers] == values
    assert all([name for name, _ in picker.choices] == names for picker in pickers)


def test_expected_errors_become_messages():
    def fail(error):
        raise error

    for error, message in (
        (ValueError('a <b> is not "c"'), 'a &lt;b&gt; is not "c"'),
        (FileNotFoundError(2, 'No such file', '/x'), '/x: No such file'),
    ):
        with pytest.raises(gr.Error) as info:
            readable(fail)(error)
        assert info.value.message == message
    with pytest.raises(KeyError):  # one that nobody expects is not hidden
        readable(fail)(KeyError('x'))
