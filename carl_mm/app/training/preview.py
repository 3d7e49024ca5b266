"""How well two videos align by what a training has learnt so far."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from carl_mm import compat
from carl_mm.apis import FramewiseInferencer, align
from carl_mm.apis.cli import describe

EVERY_S = 20.0  # at most: it takes the training's processor


class Preview:
    """Aligns two videos by each new checkpoint, in a thread of its own.

    Args:
        pair: Returns the names and files of two videos; None if there are none.
        on_change: Called when there is a new one.
    """

    def __init__(
        self,
        pair: Callable[[], tuple[tuple[str, Path], tuple[str, Path]] | None],
        on_change: Callable[[], object],
    ) -> None:
        self._pair, self._on_change = pair, on_change
        self._busy = threading.Lock()
        self._last, self._seen = 0.0, ''
        self.state: dict[str, Any] | None = None

    def look(self, work_dir: Path, step: int) -> None:
        """Begin with a new preview if there is a new checkpoint, and time for it."""
        if time.monotonic() - self._last < EVERY_S or self._busy.locked():
            return
        newest = compat.newest_checkpoint(str(work_dir))
        pair = self._pair()
        if newest is None or newest == self._seen or pair is None:
            return
        self._seen = newest
        threading.Thread(
            target=self._make, args=(work_dir, newest, step, *pair), daemon=True
        ).start()

    def _make(
        self,
        work_dir: Path,
        checkpoint: str,
        step: int,
        a: tuple[str, Path],
        b: tuple[str, Path],
    ) -> None:
        with self._busy:
            try:
                inferencer = FramewiseInferencer(work_dir, checkpoint)
                first, second = (inferencer.embed_file(path) for _, path in (a, b))
                found = align(first, second)
            except (ValueError, OSError) as error:  # removed meanwhile, say
                self.state = {'error': describe(error)}
            else:
                self.state = {
                    'step': step,
                    'a': a[0],
                    'b': b[0],
                    'frames_b': found.frame_inds_b.tolist(),
                    'score': found.score,
                }
            self._last = time.monotonic()
        self._on_change()
