"""How far the embedding or drawing of videos is."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from torch import Tensor

from carl_mm.datasets.transforms import FrameStream

OnProgress: TypeAlias = Callable[[float], Any]  # gets each share of a video in (0, 1]


class WatchedStream:
    """A `FrameStream` that says how far it is.

    Args:
        stream: Stream to read.
        on_progress: Called with each share of the video that has been used.
    """

    def __init__(self, stream: FrameStream, on_progress: OnProgress) -> None:
        self.stream, self.on_progress = stream, on_progress

    def __len__(self) -> int:
        return len(self.stream)

    def chunks(self, chunk_size: int) -> Iterator[Tensor]:
        """Decode in order; see `FrameStream.chunks`."""
        for chunk in self.stream.chunks(chunk_size):
            yield chunk
            self.on_progress(chunk.shape[1] / len(self))


def progress_bar(show: bool = True, doing: str = 'embedding') -> Progress:
    """Return a bar over videos on stderr, shown only on a terminal.

    Args:
        show: Whether to show it on a terminal.
        doing: What is done to the videos.
    """
    console = Console(stderr=True)
    return Progress(
        TextColumn(doing, markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn('videos'),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not (show and console.is_terminal),
    )
