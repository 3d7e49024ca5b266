"""The page: tabs whose buttons call the actions."""

import functools
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from carl_mm.app import tabs
from carl_mm.app.actions import Actions
from carl_mm.app.library import VideoLibrary

INTRODUCTION = """
# Videos, frame by frame
**Start here:** choose two videos of the same action, press **Align**, and drag a
slider: the other video follows, however fast each goes. The other tabs **find** a
moment in all videos, carry **phases** from one video to the others, and show where a
video **strays** from good ones.
"""


def build_page(library: VideoLibrary) -> gr.Blocks:
    """Build the page and the endpoints of its API.

    Endpoints: ``/videos``, ``/align``, ``/nearest``, ``/carry_phases``,
    ``/export_csv``, ``/deviations`` (see `Actions`), and ``/add_video``, which takes a
    file and gives the video's name.
    """
    actions = Actions(library)
    page = gr.Blocks(title='carl_mm', analytics_enabled=False, delete_cache=(600, 3600))
    with page:
        # First: the buttons' own events would take these names.
        for action in (
            *(actions.videos, actions.align, actions.nearest),
            *(actions.carry_phases, actions.export_csv, actions.deviations),
        ):
            gr.api(tabs.readable(action), api_name=action.__name__)
        gr.Markdown(INTRODUCTION)
        with gr.Row():
            status = gr.HTML(scale=1)
            upload = gr.UploadButton(
                'Upload a video', file_types=['video'], scale=0, min_width=180
            )
        with gr.Tabs():
            pickers = [
                *tabs.align_tab(actions),
                tabs.retrieve_tab(actions),
                tabs.phases_tab(actions),
            ]
            pickers += tabs.deviations_tab(actions)
        timer = gr.Timer(1.0)
        refreshed = [status, timer, *pickers]
        refresh = functools.partial(_refresh, actions, len(pickers))
        for event in (page.load, timer.tick):
            event(
                refresh,
                pickers[0],
                refreshed,
                api_visibility='private',
                show_progress='hidden',
            )
        added = upload.upload(
            tabs.readable(functools.partial(_add_video, library)),
            upload,
            gr.Textbox(visible=False),
            api_name='add_video',
        )
        added.success(
            functools.partial(_refresh_all, actions, len(pickers)),
            None,
            refreshed,
            api_visibility='private',
        )
    return page


def status_html(state: dict[str, Any]) -> str:
    """Say how far the embedding is, and what is left out."""
    if state['error']:
        return f'<p class="carl-error">Embedding stopped: {escape(state["error"])}</p>'
    done, total = state['done'], state['total']
    if not state['ready']:
        return (
            f'<div class="carl-status" role="status">Reading the videos by the model: '
            f'{done} of {total}. It is done once; the page is ready after it.<br>'
            f'<progress max="{total}" value="{done}"></progress></div>'
        )
    text = f'<p role="status">{len(state["videos"])} videos.</p>'
    if not state['left_out']:
        return text
    reasons = ''.join(
        f'<li>{escape(name)}: {escape(reason)}</li>'
        for name, reason in sorted(state['left_out'].items())
    )
    count = len(state['left_out'])
    return f'{text}<details><summary>{count} left out</summary>{reasons}</details>'


def _refresh(actions: Actions, num_pickers: int, chosen: str | None) -> list[Any]:
    """Status, timer and pickers; the latter once the videos are there."""
    state = actions.videos()
    is_over = bool(state['ready'] or state['error'])
    filled = _filled(state['videos'], num_pickers, keep=chosen is not None)
    return [
        status_html(state),
        gr.Timer(active=not is_over),
        *(filled if state['ready'] else [gr.skip()] * num_pickers),
    ]


def _refresh_all(actions: Actions, num_pickers: int) -> list[Any]:
    """Show an upload among the choices, and choose it first."""
    state = actions.videos()
    pickers = _filled(state['videos'], num_pickers, keep=True)
    pickers[0] = gr.Dropdown(choices=state['videos'], value=state['videos'][0])
    return [status_html(state), gr.skip(), *pickers]


def _filled(names: list[str], num_pickers: int, keep: bool) -> list[Any]:
    """Pickers of the videos: first, second, to find, to paint, to judge, references."""
    if keep:
        return [gr.Dropdown(choices=names) for _ in range(num_pickers)]
    first, second, *_ = [*names, None, None]
    values = [first, second, first, first, first, None][:num_pickers]
    return [gr.Dropdown(choices=names, value=value) for value in values]


def _add_video(library: VideoLibrary, file: str) -> str:
    return library.add_upload(Path(file), Path(file).name)
