"""The page: a status, an upload button, and the tabs."""

import functools
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from carl_mm.app.access.ledger import Ledger
from carl_mm.app.errors import with_readable_errors
from carl_mm.app.library import VideoLibrary
from carl_mm.app.tabs import TABS
from carl_mm.app.tabs.tab import Picker

INTRODUCTION = """
# Videos, frame by frame
**Start here:** choose two videos of the same action, press **Align**, and drag a
slider: the other video follows, however fast each goes. The other tabs **find** a
moment in all videos, carry **phases** from one video to the others, and show where a
video **strays** from good ones.
"""


def build_page(library: VideoLibrary, ledger: Ledger) -> gr.Blocks:
    """Build the page and the endpoints of its API.

    Videos are named by their paths relative to the folder; frames are counted from 0.
    The endpoints are ``/videos`` (see `VideoLibrary.state`), those of the tabs'
    actions, ``/align``, ``/nearest``, ``/carry_phases``, ``/export_csv`` and
    ``/deviations`` (see `carl_mm.app.tabs`), and ``/add_video``, which takes a file
    and returns the video's name.

    Args:
        library: The videos.
        ledger: Whose the uploads are.
    """
    tabs = [tab(library) for tab in TABS]
    pickers = [picker for tab in tabs for picker in tab.pickers]
    page = gr.Blocks(title='carl_mm', analytics_enabled=False, delete_cache=(600, 3600))
    with page:
        # First: the buttons' own events would take these names.
        gr.api(with_readable_errors(library.state), api_name='videos')
        for tab in tabs:
            for action in tab.actions():
                gr.api(with_readable_errors(action), api_name=action.__name__)
        gr.Markdown(INTRODUCTION)
        with gr.Row():
            status = gr.HTML(scale=1)
            upload = gr.UploadButton(
                'Upload a video', file_types=['video'], scale=0, min_width=180
            )
        with gr.Tabs():
            boxes = [box for tab in tabs for box in tab.build()]
        timer = gr.Timer(1.0)
        refreshed = [status, timer, *boxes]
        refresh = functools.partial(_refresh, library, pickers)
        for event in (page.load, timer.tick):
            event(
                refresh,
                boxes[0],
                refreshed,
                api_visibility='private',
                show_progress='hidden',
            )
        # So that an open page keeps a connection, see `Visitors`.
        page.unload(lambda: None)
        added = upload.upload(
            with_readable_errors(_uploader(library, ledger)),
            upload,
            gr.Textbox(visible=False),
            api_name='add_video',
        )
        added.success(
            functools.partial(_refresh_after_upload, library, pickers),
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


def _refresh(
    library: VideoLibrary, pickers: Sequence[Picker], chosen: str | None
) -> list[Any]:
    """Update the status, the timer and, once the videos are there, the pickers."""
    state = library.state()
    is_over = bool(state['ready'] or state['error'])
    boxes = fill_pickers(pickers, state['videos'], keep=chosen is not None)
    return [
        status_html(state),
        gr.Timer(active=not is_over),
        *(boxes if state['ready'] else [gr.skip()] * len(boxes)),
    ]


def _refresh_after_upload(
    library: VideoLibrary, pickers: Sequence[Picker]
) -> list[Any]:
    """Show an upload among the choices, and choose it in the first picker."""
    state = library.state()
    boxes = fill_pickers(pickers, state['videos'], keep=True)
    boxes[0] = gr.Dropdown(choices=state['videos'], value=state['videos'][0])
    return [status_html(state), gr.skip(), *boxes]


def fill_pickers(
    pickers: Sequence[Picker], names: list[str], keep: bool
) -> list[gr.Dropdown]:
    """Return the pickers' boxes with these videos to choose from.

    Args:
        pickers: One a box.
        names: The videos.
        keep: Whether to leave what is chosen as it is.
    """
    if keep:
        return [gr.Dropdown(choices=names) for _ in pickers]
    return [
        gr.Dropdown(choices=names, value=picker.preselect(names)) for picker in pickers
    ]


def _uploader(library: VideoLibrary, ledger: Ledger) -> Callable[..., str]:
    def add_video(file: str, request: gr.Request) -> str:
        visitor = request.state.visitor
        ledger.remove_fragments()  # Gradio's button makes an empty file at each use
        if not ledger.owns(visitor, file):  # Gradio or a component changed the path
            raise ValueError(f'{Path(file).name} was not uploaded by you; refused')
        name = library.add_upload(Path(file), Path(file).name)
        kept = library.path(name)
        if not ledger.keep(visitor, file, kept):  # left while it was embedded
            library.remove_upload(kept)
        return name

    return add_video
