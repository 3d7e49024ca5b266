"""Phases painted on one video and carried to the others."""

from collections.abc import Callable, Iterable
from typing import Any

import gradio as gr

from carl_mm.apis import align
from carl_mm.app.errors import with_readable_errors
from carl_mm.app.project.phase_rows import check_rows, dense_labels, rows_csv, rows_of
from carl_mm.app.tabs.tab import PLAYER, Picker, Tab
from carl_mm.visualization.parts.phases import UNLABELLED_COLOR, phase_colors

NUM_COLORS = 24
ROWS_ID = 'carl-rows-of-all'  # the script puts the phases of all videos there
STEPS = """
1. Paint the phases of one video.
2. Carry them to all others.
3. Correct those that are wrong; what you correct is kept, and helps if you carry again.
4. Export them as a CSV file.
"""


class PhasesTab(Tab):
    """Paint phases, carry them to the other videos, correct and export them."""

    name = 'phases'
    title = 'Phases'
    pickers = (Picker('Video to paint'),)
    panel = f"""
<div class="carl-pair">
  {PLAYER}
  <div class="carl-beside">
    <label class="carl-field">Names of the phases, in order, with commas between
      <input class="carl-names" value="start, middle, end"></label>
    <b>Paint with</b>
    <div class="carl-brushes"></div>
    <p>Drag over the bar below to paint frames; the video shows where you are. Or move
    the slider to where a phase begins, and press this:</p>
    <button class="carl-button carl-from-here">Paint from this frame to the end</button>
  </div>
</div>
<canvas class="carl-bar" aria-label="Phases over time; drag to paint"></canvas>
<p class="carl-rows"></p>
"""

    def actions(self) -> list[Callable[..., Any]]:
        """Return `carry_phases` and `export_csv`."""
        return [self.carry_phases, self.export_csv]

    def lay_out(self) -> list[gr.Dropdown]:
        """Put the buttons under the panel, and the other videos' phases under them."""
        gr.Markdown(STEPS)
        boxes = self.place_pickers()
        self.place_panel()
        with gr.Row():
            carry = gr.Button('Carry to all videos', variant='primary')
            export = gr.Button('Export CSV')
        gr.HTML(elem_id=ROWS_ID)
        painted = gr.JSON(visible='hidden')
        text = gr.Textbox(visible='hidden')
        gather = '() => [carl.tabs.phases.painted()]'
        self.connect(carry, self.carry_phases, [painted], gather)
        export.click(
            with_readable_errors(self.export_csv),
            painted,
            text,
            js='() => [carl.tabs.phases.all()]',
            api_visibility='private',
        ).success(
            None, text, None, js="(text) => { carl.download(text, 'phases.csv'); }"
        )
        return boxes

    def carry_phases(self, labels: dict[str, list[list[Any]]]) -> dict[str, Any]:
        """Carry phases from labelled videos to all others.

        Each other video takes them from the labelled one with which it aligns best.

        Args:
            labels: Rows of each labelled video, by its name: first frame, last frame
                (counted in), phase.

        Returns:
            ``carried``: of each other video, by its name, ``num_frames``, ``rows`` like
            the labels', ``source`` (the labelled video) and ``score`` of the alignment,
            in [0, 1].
        """
        if not labels:
            raise ValueError('no video is labelled yet; paint the phases of one first')
        lengths = self._lengths(labels)
        check_rows(labels, lengths)
        phases = sorted({row[2] for rows in labels.values() for row in rows})
        dense = {
            name: dense_labels(rows, phases, lengths[name])
            for name, rows in labels.items()
        }
        carried = {}
        for name in self.library.names:
            if name in labels:
                continue
            video = self.library.video(name)
            found = {other: align(self.library.video(other), video) for other in dense}
            source = max(found, key=lambda other: found[other].score)
            values = found[source].transfer(dense[source])
            carried[name] = {
                'num_frames': len(video),
                'rows': rows_of(values, phases),
                'source': source,
                'score': found[source].score,
            }
        return {'carried': carried}

    def export_csv(self, labels: dict[str, list[list[Any]]]) -> str:
        """Return phases as CSV: filename, first_frame, last_frame, phase.

        Args:
            labels: Rows of each video, as `carry_phases` takes them.
        """
        if not any(labels.values()):
            raise ValueError('nothing to export yet; paint the phases of a video first')
        check_rows(labels, self._lengths(labels))
        return rows_csv(labels)

    def _lengths(self, names: Iterable[str]) -> dict[str, int]:
        return {name: len(self.library.video(name)) for name in names}

    @classmethod
    def script(cls) -> str:
        """Return the tab's JavaScript, after the colours that it paints with."""
        colors = ', '.join(f"'{color}'" for color in phase_colors(NUM_COLORS))
        return (
            f"carl.COLORS = [{colors}];\ncarl.UNLABELLED = '{UNLABELLED_COLOR}';\n"
            + super().script()
        )
