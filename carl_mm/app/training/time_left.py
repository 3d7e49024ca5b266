"""How long a training takes: before it begins, and while it runs."""

from datetime import datetime
from typing import Any

from carl_mm.app.training.__main__ import num_steps
from carl_mm.app.training.progress import Progress
from carl_mm.app.training.record import TrainingRecord

# Measured on 2 cores of 2024; only until this machine's own times are known.
SECONDS_A_FRAME, SECONDS_A_STEP = 0.02, 0.15
COPIES = 4  # augmented ones of each video, whose features are cached
CACHING = 3.0  # seconds that they take together, in those of embedding the video once
BYTES_A_FRAME = 4 * 3120 * COPIES
MODEL_BYTES = 3 * 40 * 2**20


def estimate(
    num_videos: int, num_frames: int, seconds_a_frame: float | None = None
) -> dict[str, Any]:
    """Return what a training will cost.

    Args:
        num_videos: Number of videos.
        num_frames: Number of their frames.
        seconds_a_frame: How long embedding a frame took on this machine, if known.

    Returns:
        ``seconds``, ``steps``, ``videos`` and ``disk_mb``.

    Raises:
        ValueError: There are fewer than two videos.
    """
    if num_videos < 2:
        raise ValueError(f'training needs at least two videos, there are {num_videos}')
    pace = seconds_a_frame or SECONDS_A_FRAME
    steps = num_steps(num_videos)
    slower = pace / SECONDS_A_FRAME  # than the machine that was measured
    seconds = num_frames * pace * CACHING + steps * SECONDS_A_STEP * slower
    disk = num_frames * BYTES_A_FRAME + MODEL_BYTES
    return {
        'seconds': seconds,
        'steps': steps,
        'videos': num_videos,
        'disk_mb': disk / 2**20,
    }


def time_left(record: TrainingRecord, progress: Progress, spent: float) -> float | None:
    """Return for how many seconds a training goes on; None if that is not known yet.

    Args:
        record: What the training is.
        progress: How far it is.
        spent: Seconds since its process began.
    """
    if progress.seconds_a_step is not None:
        return max(0, record.steps - progress.step) * progress.seconds_a_step
    if progress.share <= 0:
        return None
    return spent / progress.share * (1 - progress.share) + record.steps * SECONDS_A_STEP


def now() -> str:
    """Return the time, as text."""
    return datetime.now().astimezone().isoformat(' ', 'minutes')
