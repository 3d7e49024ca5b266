"""What is known of a video before it is embedded."""

import dataclasses
from pathlib import Path
from typing import Any

from carl_mm.files import file_state


@dataclasses.dataclass
class Entry:
    """What is known of a video.

    Attributes:
        path: Its file.
        is_upload: Whether it was uploaded.
        frames: Number of its frames; None as long as it is not known.
        fps: Frames per second.
        version: Changes with the file.
        reason: Why it is left out; empty if it is not.
    """

    path: Path
    is_upload: bool = False
    frames: int | None = None
    fps: float | None = None
    version: str = ''
    reason: str = ''

    def row(self, name: str, is_ready: bool) -> dict[str, Any]:
        """Return what the page's list shows.

        Args:
            name: Name of the video.
            is_ready: Whether it has embeddings.
        """
        state = 'waiting' if self.frames else 'unknown'
        if self.reason or is_ready:
            state = 'ready' if is_ready else 'left_out'
        seconds = self.frames / self.fps if self.frames and self.fps else None
        return {
            'name': name,
            'seconds': seconds,
            'frames': self.frames,
            'fps': self.fps,
            'state': state,
            'reason': self.reason,
            'is_upload': self.is_upload,
            'v': self.version,
        }


def file_version(path: Path) -> str:
    """Return what changes with a video's file."""
    return '-'.join(f'{part:x}' for part in file_state(path))
