"""The page's tabs: each has pickers of videos, a button, and what a script fills."""

import functools
from collections.abc import Callable
from html import escape
from typing import Any

import gradio as gr

from carl_mm.apis.cli import describe
from carl_mm.app import panels
from carl_mm.app.actions import Actions

METHODS = [('in order', 'dtw'), ('each by itself', 'nearest')]
STEPS = """
1. Paint the phases of one video.
2. Carry them to all others.
3. Correct those that are wrong; what you correct is kept, and helps if you carry again.
4. Export them as a CSV file.
"""


def readable(action: Callable[..., Any]) -> Callable[..., Any]:
    """Turn expected errors into messages that the page and clients show."""

    @functools.wraps(action)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return action(*args, **kwargs)
        except (ValueError, OSError) as error:
            raise gr.Error(
                escape(describe(error), quote=False), print_exception=False
            ) from None

    return call


def _picker(label: str) -> gr.Dropdown:
    return gr.Dropdown(label=label, choices=[], interactive=True)


def _act(
    button: gr.Button,
    action: Callable[..., Any],
    inputs: list[Any],
    tab: str,
    prepare: str | None = None,
) -> None:
    """Let a button call an action, and the tab's script show what it returns."""
    result = gr.JSON(visible='hidden')
    button.click(
        readable(action), inputs, result, js=prepare, api_visibility='private'
    ).success(None, result, None, js=f'(found) => {{ carl.tabs.{tab}.show(found); }}')


def _choose(pickers: list[gr.Dropdown], tab: str) -> None:
    for picker in pickers:
        picker.change(
            None,
            pickers,
            None,
            js=f"(...names) => {{ carl.choose('{tab}', ...names); }}",
        )


def align_tab(actions: Actions) -> list[gr.Dropdown]:
    """Two videos in step; gives the pickers of both."""
    with gr.Tab('Align two videos'):
        with gr.Row():
            first, second = _picker('First video'), _picker('Second video')
            method = gr.Radio(METHODS, value='dtw', label='How frames are matched')
        button = gr.Button('Align', variant='primary')
        gr.HTML(panels.ALIGN, js_on_load='carl.alignTab(element);')
        _choose([first, second], 'align')
        _act(button, actions.align, [first, second, method], 'align')
    return [first, second]


def retrieve_tab(actions: Actions) -> gr.Dropdown:
    """Nearest frames; gives the picker of the video."""
    with gr.Tab('Find a moment'):
        with gr.Row():
            video = _picker('Video that shows the moment')
            count = gr.Slider(1, 48, 12, step=1, label='How many to find')
        button = gr.Button('Find', variant='primary')
        frame = gr.Number(0, visible='hidden', precision=0)
        gr.HTML(panels.RETRIEVE, js_on_load='carl.retrieveTab(element);')
        _choose([video], 'retrieve')
        prepare = '(video, frame, count) => [video, carl.tabs.retrieve.frame(), count]'
        _act(button, actions.nearest, [video, frame, count], 'retrieve', prepare)
    return video


def phases_tab(actions: Actions) -> gr.Dropdown:
    """Phases painted, carried and exported; gives the picker of the video."""
    with gr.Tab('Phases'):
        gr.Markdown(STEPS)
        video = _picker('Video to paint')
        gr.HTML(panels.PHASES, js_on_load='carl.phasesTab(element);')
        with gr.Row():
            carry = gr.Button('Carry to all videos', variant='primary')
            export = gr.Button('Export CSV')
        gr.HTML(elem_id=panels.ROWS_ID)
        painted = gr.JSON(visible='hidden')
        text = gr.Textbox(visible='hidden')
        _choose([video], 'phases')
        prepare = '() => [carl.tabs.phases.painted()]'
        _act(carry, actions.carry_phases, [painted], 'phases', prepare)
        export.click(
            readable(actions.export_csv),
            painted,
            text,
            js='() => [carl.tabs.phases.all()]',
            api_visibility='private',
        ).success(
            None, text, None, js="(text) => { carl.download(text, 'phases.csv'); }"
        )
    return video


def deviations_tab(actions: Actions) -> list[gr.Dropdown]:
    """Where a video strays; gives its picker and the references'."""
    with gr.Tab('Deviations'):
        with gr.Row():
            video = _picker('Video to judge')
            references = gr.Dropdown(
                label='Good videos (none: the first ten others)',
                choices=[],
                multiselect=True,
            )
        button = gr.Button('Judge', variant='primary')
        gr.HTML(panels.DEVIATIONS, js_on_load='carl.deviationsTab(element);')
        _choose([video], 'deviations')
        _act(button, actions.deviations, [video, references], 'deviations')
    return [video, references]
