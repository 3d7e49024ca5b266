"""How a table counts frames."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FrameCount:
    """How a table of labels counts frames.

    Args:
        first_frame: Number of a video's first frame, 0 or 1.
        exclusive_end: Whether last_frame is the first frame after the phase.
        known: Whether the form of the file says so, which leaves no other way.

    Raises:
        ValueError: ``first_frame`` is neither.
    """

    first_frame: int = 0
    exclusive_end: bool = False
    known: bool = False

    def __post_init__(self) -> None:
        if self.first_frame not in (0, 1):
            raise ValueError(f'first_frame must be 0 or 1, got {self.first_frame}')


FROM_ZERO = FrameCount()
AS_THE_FORM_SAYS = FrameCount(known=True)
