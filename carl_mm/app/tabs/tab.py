"""What every tab of the page is made of."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, ClassVar

import gradio as gr

from carl_mm.app.errors import with_readable_errors
from carl_mm.app.library import VideoLibrary

# Players that the panels contain.
PLAYER = '<figure class="carl-first"></figure>'
TWO_PLAYERS = f"""
<div class="carl-pair">
  {PLAYER}
  <figure class="carl-second"></figure>
</div>
"""
PICKER_WIDTH = 240  # at least, in pixels: of narrower ones the arrow hides the name


@dataclass(frozen=True)
class Picker:
    """A list of the videos to choose from.

    Args:
        label: Text above the list.
        preselected: Index of the video that is chosen once the videos are there;
            None chooses none.
        many: Whether several videos can be chosen. If not, the tab's script shows the
            chosen one.
    """

    label: str
    preselected: int | None = 0
    many: bool = False

    def preselect(self, names: list[str]) -> str | None:
        """Return the video to choose at first, if there is one."""
        if self.preselected is None or self.preselected >= len(names):
            return None
        return names[self.preselected]


class Tab(ABC):
    """A tab: pickers of videos, buttons that call actions, and a panel.

    The panel is filled by the tab's script, ``static/NAME.js``, which defines
    ``carl.NAMETab(root)`` and registers what it returns to the page as
    ``carl.tabs.NAME``: ``choose(...videos)`` is called with the chosen videos, and
    ``show(result)`` with what an action returns.

    Attributes:
        name: Name of the script, and of what it registers.
        title: Text on the tab.
        pickers: Lists of the videos to choose from.
        panel: HTML that the script fills.
        library: The videos.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    pickers: ClassVar[tuple[Picker, ...]]
    panel: ClassVar[str]

    def __init__(self, library: VideoLibrary) -> None:
        self.library = library

    @abstractmethod
    def actions(self) -> list[Callable[..., Any]]:
        """Return the methods that become endpoints of the API, each by its name."""

    @abstractmethod
    def lay_out(self) -> list[gr.Dropdown]:
        """Place the pickers, the buttons and the panel; return the pickers' boxes."""

    def build(self) -> list[gr.Dropdown]:
        """Build the tab on the page under construction; return the pickers' boxes."""
        with gr.Tab(self.title):
            boxes = self.lay_out()
            self._tell_script_of_choices(boxes)
        return boxes

    def place_pickers(self) -> list[gr.Dropdown]:
        """Put the pickers' boxes here."""
        return [
            gr.Dropdown(
                label=picker.label,
                choices=[],
                interactive=True,
                multiselect=picker.many,
                min_width=PICKER_WIDTH,
            )
            for picker in self.pickers
        ]

    def place_panel(self) -> None:
        """Put the panel here."""
        gr.HTML(self.panel, js_on_load=f'carl.{self.name}Tab(element);')

    def connect(
        self,
        button: gr.Button,
        action: Callable[..., Any],
        inputs: list[Any],
        gather: str | None = None,
    ) -> None:
        """Let a button call an action, and the script show what it returns.

        Args:
            button: Calls the action.
            action: Returns what can be written as JSON.
            inputs: Components that hold the action's arguments.
            gather: JavaScript function of the inputs' values that returns the
                arguments; by default they are the values.
        """
        result = gr.JSON(visible='hidden')
        button.click(
            with_readable_errors(action),
            inputs,
            result,
            js=gather,
            api_visibility='private',
        ).success(
            None,
            result,
            None,
            js=f'(found) => {{ carl.tabs.{self.name}.show(found); }}',
        )

    @classmethod
    def script(cls) -> str:
        """Return the tab's JavaScript."""
        return (files('carl_mm.app') / 'static' / f'{cls.name}.js').read_text()

    def _tell_script_of_choices(self, boxes: list[gr.Dropdown]) -> None:
        single = [
            box
            for picker, box in zip(self.pickers, boxes, strict=True)
            if not picker.many
        ]
        choose = f"(...names) => {{ carl.choose('{self.name}', ...names); }}"
        for box in single:
            box.change(None, single, None, js=choose)
