"""Errors that people can act on, shown as messages."""

import functools
from collections.abc import Callable
from html import escape
from typing import Any

import gradio as gr

from carl_mm.apis.cli import describe


def with_readable_errors(action: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the errors an action is expected to raise into messages.

    The page and the clients of its API show them; any other error stays an error of
    the server.
    """

    @functools.wraps(action)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return action(*args, **kwargs)
        except (ValueError, OSError) as error:
            raise gr.Error(
                escape(describe(error), quote=False), print_exception=False
            ) from None

    return call
