"""Errors that become messages."""

import pytest

gr = pytest.importorskip('gradio')
from carl_mm.app.errors import with_readable_errors  # noqa: E402


def test_expected_errors_become_messages():
    def fail(error):
        raise error

    for error, message in (
        (ValueError('a <b> is not "c"'), 'a &lt;b&gt; is not "c"'),
        (FileNotFoundError(2, 'No such file', '/x'), '/x: No such file'),
    ):
        with pytest.raises(gr.Error) as info:
            with_readable_errors(fail)(error)
        assert info.value.message == message
    with pytest.raises(KeyError):  # one that nobody expects is not hidden
        with_readable_errors(fail)(KeyError('x'))
