"""Two videos that play in step."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from carl_mm.apis import align
from carl_mm.app.tabs.tab import TWO_PLAYERS, Picker, Tab

METHODS = [
    ('in order', 'dtw'),
    ('in order, open ends', 'posterior'),
    ('each by itself', 'nearest'),
]


class AlignTab(Tab):
    """Align two videos; whichever is moved, the other follows."""

    name = 'align'
    title = 'Align two videos'
    pickers = (Picker('First video'), Picker('Second video', preselected=1))
    panel = f"""
<p class="carl-result" role="status">Choose two videos above, then press Align.</p>
{TWO_PLAYERS}
"""

    def actions(self) -> list[Callable[..., Any]]:
        """Return `align`."""
        return [self.align]

    def lay_out(self) -> list[gr.Dropdown]:
        """Put the pickers and the method in one row above the players."""
        with gr.Row():
            boxes = self.place_pickers()
            method = gr.Radio(METHODS, value='dtw', label='How frames are matched')
        button = gr.Button('Align', variant='primary')
        self.place_panel()
        self.connect(button, self.align, [*boxes, method])
        return boxes

    def align(self, a: str, b: str, method: str = 'dtw') -> dict[str, Any]:
        """Align two videos.

        Args:
            a: Name of a video.
            b: Name of another video.
            method: 'dtw' keeps the order of events, 'posterior' as well, but the
                videos may begin and end at different moments; 'nearest' matches each
                frame by itself.

        Returns:
            ``frames_b`` (for each frame of a the matching frame of b), ``frames_a``,
            ``warped_timestamps`` (in seconds of b), ``score`` in [0, 1] and ``cost``.
        """
        found = align(self.library.video(a), self.library.video(b), method)
        assert found.warped_timestamps is not None  # videos have time stamps
        return {
            'a': a,
            'b': b,
            'frames_b': found.frame_inds_b.tolist(),
            'frames_a': found.frame_inds_a.tolist(),
            'warped_timestamps': found.warped_timestamps.tolist(),
            'score': found.score,
            'cost': found.cost,
        }
