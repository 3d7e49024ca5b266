"""Two videos that play in step."""

from collections.abc import Callable
from typing import Any

import gradio as gr
import numpy as np

from carl_mm.apis import align, rank_by_alignment
from carl_mm.app.tabs.tab import TWO_PLAYERS, Picker, Tab

METHODS = [
    ('in order', 'posterior'),
    ('in order, from first frames to last', 'dtw'),
    ('each by itself', 'nearest'),
]


class AlignTab(Tab):
    """Align two videos; whichever is moved, the other follows."""

    name = 'align'
    title = 'Align two videos'
    pickers = (Picker('First video'), Picker('Second video', preselected=1))
    panel = f"""
<p class="carl-result" role="status">Choose two videos above, then press Align.</p>
<ol class="carl-ranking"></ol>
{TWO_PLAYERS}
"""

    def actions(self) -> list[Callable[..., Any]]:
        """Return `align` and `rank`."""
        return [self.align, self.rank]

    def lay_out(self) -> list[gr.Dropdown]:
        """Put the pickers and the method in one row above the players."""
        with gr.Row():
            boxes = self.place_pickers()
            method = gr.Radio(
                METHODS, value='posterior', label='How frames are matched'
            )
        with gr.Row():
            button = gr.Button('Align', variant='primary')
            ranking = gr.Button('Which videos are most like the first?')
        self.place_panel()
        self.connect(button, self.align, [*boxes, method])
        self.connect(ranking, self.rank, boxes[:1])
        return boxes

    def align(self, a: str, b: str, method: str = 'posterior') -> dict[str, Any]:
        """Align two videos.

        Args:
            a: Name of a video.
            b: Name of another video.
            method: 'posterior' keeps the order of events, and finds out whether either
                video begins, ends or goes on without the other; 'dtw' keeps the order,
                from first frames to last; 'nearest' matches each frame by itself.

        Returns:
            ``frames_b`` (for each frame of a the matching frame of b), ``frames_a``,
            ``alone_a`` and ``alone_b`` (frames without counterpart),
            ``warped_timestamps`` (in seconds of b, null where there is none), ``ends``
            ('closed' or 'open'), ``alignable``, ``score`` in [0, 1], and ``stride``
            (every how many frames were aligned; more than 1 for long videos).
        """
        found = align(self.library.video(a), self.library.video(b), method)
        assert found.warped_timestamps is not None  # videos have time stamps
        times = found.warped_timestamps.tolist()
        return {
            'a': a,
            'b': b,
            'frames_b': found.frame_inds_b.tolist(),
            'frames_a': found.frame_inds_a.tolist(),
            'alone_a': np.flatnonzero(~found.matched_a).tolist(),
            'alone_b': np.flatnonzero(~found.matched_b).tolist(),
            'warped_timestamps': [None if np.isnan(t) else t for t in times],
            'ends': found.ends,
            'alignable': found.alignable,
            'score': found.score,
            'stride': found.stride,
        }

    def rank(self, a: str) -> dict[str, Any]:
        """Sort all other videos by how well they align with one.

        Args:
            a: Name of the video.

        Returns:
            ``ranking``: of each other video its ``name``, ``score``, ``z`` and whether
            it ``is_like`` the video, see `carl_mm.apis.rank_by_alignment`.
        """
        others = [name for name in self.library.names if name != a]
        ranked = rank_by_alignment(
            self.library.video(a), [self.library.video(name) for name in others]
        )
        return {
            'a': a,
            'ranking': [
                {
                    'name': others[each.index],
                    'score': each.alignment.score,
                    'z': each.z,
                    'is_like': each.is_like,
                }
                for each in ranked
            ],
        }
