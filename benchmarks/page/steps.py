"""What a person does on the page, by the roles and names that it shows."""

import time
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

Rows = list[tuple[int, int, str]]
Table = dict[str, Rows]
LONG_MS = 600_000


class User:
    """Somebody at the page.

    Args:
        page: The page, opened.
        start: When the server was started, by `time.monotonic`.
        screenshots: Folder for a picture of each step; None takes none.

    Attributes:
        seconds: When each step was done, since the start.
    """

    def __init__(self, page: Page, start: float, screenshots: Path | None) -> None:
        self.page, self.start, self.screenshots = page, start, screenshots
        self.seconds: dict[str, float] = {}
        page.set_default_timeout(60_000)

    def see_first_alignment(self) -> None:
        """Leave the tour, and see two clips in step."""
        self.button('Skip the tour').click()
        self.page.get_by_text('In step.').wait_for()
        self.done('first alignment')

    def begin_training(self) -> None:
        """Read what it will cost, once all clips are known, and start it."""
        self.page.get_by_role('progressbar').first.wait_for(
            state='detached', timeout=LONG_MS
        )
        self.done('all clips embedded')
        self.tab('Train')
        self.page.get_by_role('definition').first.wait_for()
        told = self.page.get_by_role('definition').all_inner_texts()
        self.button('Train on this folder').click()
        self.page.get_by_role('heading', name='Preparing the training').wait_for()
        self.done(f'training begun (told: {told[0]})')

    def paint(self, clip: str, rows: Rows) -> None:
        """Paint a clip: move to where each phase begins, paint to the end."""
        self.tab('Phases')
        self.page.get_by_role('combobox', name='Video to paint').select_option(clip)
        for phase in dict.fromkeys(phase for _, _, phase in rows):
            self.page.get_by_label('Name of a new phase').fill(phase)
            self.button('Add').click()
        slider = self.page.get_by_role('slider', name='Video to paint: frame')
        expect(slider).to_be_enabled()
        length = int(slider.get_attribute('max') or 0) + 1
        ends = [first for first, _, _ in rows[1:]] + [length]
        for (first, last, phase), next_first in zip(rows, ends, strict=True):
            self.paint_from(slider, first, phase)
            if last + 1 < next_first:
                self.paint_from(slider, last + 1, 'no phase')
        self.page.get_by_role('status').get_by_text('saved', exact=True).wait_for()
        self.done('one clip painted and saved')

    def paint_from(self, slider: Locator, frame: int, phase: str) -> None:
        """Paint a phase from a frame to the end."""
        chips = self.page.get_by_role('group', name='Phases', exact=True)
        chips.get_by_role('button', name=phase, exact=True).click()
        slider.fill(str(frame))
        self.button(f'Paint {phase} from here to the end').click()

    def see_training_end(self, clips: int) -> None:
        """See progress, and the trained model take its place."""
        self.tab('Train')
        self.page.get_by_role('heading', name='Training', exact=True).wait_for(
            timeout=LONG_MS
        )
        self.page.get_by_role('heading', name='What it has learnt so far').wait_for(
            timeout=LONG_MS
        )
        self.done('training: loss and first alignment seen')
        self.page.get_by_role('heading', name='Training is done').wait_for(
            timeout=LONG_MS
        )
        self.done('trained')
        model = self.page.get_by_role('combobox', name='Model')
        expect(model).to_have_value('trained-1', timeout=LONG_MS)
        self.page.get_by_text(f'trained on {clips} videos').wait_for()
        self.done('all clips shown by the trained model')

    def play_all(self) -> None:
        """Put all clips on one timeline and play them in step to its end."""
        self.tab('Timeline')
        self.button('Put on one timeline').click()
        clock = self.page.get_by_role('slider', name='Matches uncertain')
        clock.wait_for()
        self.button('Play all').click()
        last = clock.get_attribute('aria-valuemax') or ''
        expect(clock).to_have_attribute('aria-valuenow', last)
        self.done('all played on one timeline')

    def carry_and_export(self, folder: Path, others: int) -> Path:
        """Carry the painted phases to all other clips; save them all."""
        self.tab('Phases')
        self.button('Carry to all videos').click()
        self.page.get_by_text(f'{others} videos have suggested phases').wait_for()
        self.done('phases carried')
        return self.saved('Export all (CSV)', folder)

    def save_videos(self, folder: Path) -> None:
        """Save all in step, and two side by side, as mp4."""
        self.tab('Timeline')
        self.saved('Save all in step (mp4)', folder)
        self.tab('Align two')
        self.page.get_by_text('In step.').wait_for()
        self.saved('Save side by side (mp4)', folder)
        self.done('all exported')

    def saved(self, button: str, folder: Path) -> Path:
        """Click what saves a file; return it."""
        with self.page.expect_download(timeout=LONG_MS) as download:
            self.button(button).click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        if not path.stat().st_size:
            raise ValueError(f'{path}: empty')
        self.done(f'saved: {path.name}')
        return path

    def button(self, name: str) -> Locator:
        """Return a button by its name."""
        return self.page.get_by_role('button', name=name, exact=True)

    def tab(self, name: str) -> None:
        """Open a view."""
        self.page.get_by_role('tab', name=name, exact=True).click()

    def done(self, step: str) -> None:
        """Note when a step was done."""
        self.seconds[step] = time.monotonic() - self.start
        if self.screenshots:
            self.screenshots.mkdir(parents=True, exist_ok=True)
            name = f'{len(self.seconds):02} {step.split(" (")[0].replace("/", "_")}.png'
            self.page.screenshot(path=self.screenshots / name, full_page=True)
