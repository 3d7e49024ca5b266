"""How far the embedding of videos is."""

from collections.abc import Callable, Iterator
from typing import Any

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
from carl_mm.datasets.video_io.open_video import VideoDecodeError

Advance = Callable[[float], Any]


class UndecodableError(Exception):
    """Passes a `VideoDecodeError` through `predict`, which logs and goes on."""

    def __init__(self, reason: VideoDecodeError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class WatchedStream:
    """A `FrameStream` that says how far it is."""

    def __init__(self, stream: FrameStream, advance: Advance) -> None:
        self.stream, self.advance = stream, advance

    def __len__(self) -> int:
        return len(self.stream)

    def chunks(self, chunk_size: int) -> Iterator[Tensor]:
        """Decode in order; see `FrameStream.chunks`."""
        try:
            for chunk in self.stream.chunks(chunk_size):
                yield chunk
                self.advance(chunk.shape[1] / len(self))
        except VideoDecodeError as error:
            raise UndecodableError(error) from error


def progress_bar(show: bool = True) -> Progress:
    """Return a bar over videos on stderr, where that is a terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn('embedding'),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn('videos'),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not (show and console.is_terminal),
    )
