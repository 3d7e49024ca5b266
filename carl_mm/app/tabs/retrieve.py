"""A moment found in all videos."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from carl_mm.apis import FrameIndex
from carl_mm.app.library import VideoLibrary
from carl_mm.app.tabs.tab import PICKER_WIDTH, TWO_PLAYERS, Picker, Tab

MAX_HITS = 100


class RetrieveTab(Tab):
    """Find the frames of other videos that are most like a frame."""

    name = 'retrieve'
    title = 'Find a moment'
    pickers = (Picker('Video that shows the moment'),)
    panel = f"""
{TWO_PLAYERS}
<p class="carl-result" role="status">Choose a video and move its slider to the moment
that you look for, then press Find.</p>
<div class="carl-cards"></div>
"""

    def __init__(self, library: VideoLibrary) -> None:
        super().__init__(library)
        self._indexed: tuple[list[str], FrameIndex] = ([], FrameIndex())

    def actions(self) -> list[Callable[..., Any]]:
        """Return `nearest`."""
        return [self.nearest]

    def lay_out(self) -> list[gr.Dropdown]:
        """Put the picker and the number of hits in one row above the players."""
        with gr.Row():
            (video,) = self.place_pickers()
            count = gr.Slider(
                1, 48, 12, step=1, label='How many to find', min_width=PICKER_WIDTH
            )
        button = gr.Button('Find', variant='primary')
        frame = gr.Number(0, visible='hidden', precision=0)
        self.place_panel()
        gather = '(video, frame, count) => [video, carl.tabs.retrieve.frame(), count]'
        self.connect(button, self.nearest, [video, frame, count], gather)
        return [video]

    def nearest(
        self, video: str, frame: int, count: int = 12, gap_s: float = 0.5
    ) -> dict[str, Any]:
        """Find the frames of other videos that are most like a frame.

        Args:
            video: Name of a video.
            frame: Number of the frame in the video.
            count: Number of frames to find, at most 100.
            gap_s: Least time between two hits in one video, in seconds.

        Returns:
            ``hits``, the most alike first: video, frame, time_s, similarity in [-1, 1].
        """
        if not 1 <= count <= MAX_HITS:
            raise ValueError(
                f'between 1 and {MAX_HITS} frames can be found, not {count}'
            )
        hits = self._index().query(
            self.library.video(video), frame=int(frame), k=int(count), gap_s=gap_s
        )
        return {
            'video': video,
            'frame': int(frame),
            'hits': [
                {
                    'video': hit.filename,
                    'frame': hit.frame,
                    'time_s': hit.timestamp,
                    'similarity': hit.similarity,
                }
                for hit in hits
            ],
        }

    def _index(self) -> FrameIndex:
        """Return an index of all videos, rebuilt when uploads change them."""
        names = self.library.names
        if self._indexed[0] != names:
            index = FrameIndex(self.library.video(name) for name in names)
            self._indexed = names, index
        return self._indexed[1]
