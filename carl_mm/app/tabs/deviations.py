"""Where a video strays from good ones."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import gradio as gr

from carl_mm.apis import DeviationDetector, choose_references
from carl_mm.app.library import VideoLibrary
from carl_mm.app.tabs.tab import PLAYER, Picker, Tab


class DeviationsTab(Tab):
    """Judge a video by good ones: a chart of scores that is clicked."""

    name = 'deviations'
    title = 'Deviations'
    pickers = (
        Picker('Video to judge'),
        Picker('Good videos (none: those most like it)', None, many=True),
    )
    panel = f"""
<div class="carl-pair">
  {PLAYER}
  <div class="carl-beside">
    <p class="carl-result" role="status">Choose a video, and the good ones to judge it
    by, then press Judge. Ten good ones are better than two.</p>
    <p class="carl-warning" role="alert"></p>
    <div class="carl-segments"></div>
    <p class="carl-used"></p>
  </div>
</div>
<canvas class="carl-chart" aria-label="Deviation over time"></canvas>
"""

    def __init__(self, library: VideoLibrary) -> None:
        super().__init__(library)
        self._detector = lru_cache(maxsize=4)(self._make_detector)

    def actions(self) -> list[Callable[..., Any]]:
        """Return `deviations`."""
        return [self.deviations]

    def lay_out(self) -> list[gr.Dropdown]:
        """Put the pickers in one row above the player and the chart."""
        with gr.Row():
            boxes = self.place_pickers()
        button = gr.Button('Judge', variant='primary')
        self.place_panel()
        self.connect(button, self.deviations, boxes)
        return boxes

    def deviations(
        self, video: str, references: list[str] | None = None
    ) -> dict[str, Any]:
        """Find where a video strays from good ones.

        Args:
            video: Name of the video to judge.
            references: Names of at least two good videos; by default up to 20 others,
                those most like the video in setting.

        Returns:
            ``scores`` of the frames, log odds that each lies in a strange segment, the
            ``threshold`` above which frames stand out, the ``segments`` that do, the
            ``references`` that were used, and a ``warning`` if none is like the video.
        """
        others = [name for name in self.library.names if name != video]
        chosen = [name for name in references or [] if name != video]
        chosen = list(dict.fromkeys(chosen))
        judged = self.library.video(video)
        if not chosen:
            videos = [self.library.video(name) for name in others]
            chosen = sorted(others[i] for i in choose_references(videos, judged))
        found = self._detector(tuple(chosen))(judged)
        return {
            'video': video,
            'references': chosen,
            'scores': found.scores.tolist(),
            'threshold': found.threshold,
            'warning': found.warning,
            'segments': [vars(segment) for segment in found.segments],
        }

    def _make_detector(self, names: tuple[str, ...]) -> DeviationDetector:
        if len(names) < 2:
            raise ValueError(f'two references at least are needed, got {len(names)}')
        return DeviationDetector([self.library.video(name) for name in names])
