"""Draw two clips of one video, seldom far apart (CVRL, section 3.2)."""

import math

import numpy as np
import numpy.typing as npt


def gap_quantile(share: float, num_starts: int) -> int:
    """Compute a quantile of the gap between the starts of two clips.

    The gap's density falls linearly, P(t) = 2 / M (1 - t / M) over [0, M], so that
    F(k) = 2 k / M - (k / M)^2 and the quantile is M (1 - sqrt(1 - u)), rounded down.

    Args:
        share: Probability u of a smaller gap, in [0, 1).
        num_starts: Number of frames M at which a clip may start, >= 1.

    Returns:
        The gap in frames, 0 to M - 1.

    Raises:
        ValueError: An argument is out of its range.

    Examples:
        >>> gap_quantile(0.75, num_starts=100)
        50
    """
    if not 0 <= share < 1 or num_starts < 1:
        raise ValueError(
            f'share must be in [0, 1) and num_starts at least 1, got {share} and '
            f'{num_starts}'
        )
    return min(math.floor(num_starts * (1 - math.sqrt(1 - share))), num_starts - 1)


def sample_clip_pair(
    video_length: int,
    num_frames: int = 16,
    frame_interval: int = 2,
    *,
    rng: np.random.Generator,
) -> npt.NDArray[np.int64]:
    """Draw the frames of two clips of one video.

    A clip spans s = (``num_frames`` - 1) ``frame_interval`` + 1 frames, so it may start
    at M = L - s + 1 of the video's L frames. The gap of the two starts is drawn by
    `gap_quantile`, the earlier start uniformly from those that leave room for the
    later, and either clip comes first equally often. In a video shorter than a clip
    both start anywhere, independently, and frames past the end are counted from the
    start again.

    Args:
        video_length: Number of frames L of the video.
        num_frames: Number of frames T in each clip.
        frame_interval: Step between the frames of a clip, in frames of the video.
        rng: Source of every draw.

    Returns:
        ``(2, T)`` frames of the video, ascending except where they start again.

    Raises:
        ValueError: A number is below 1.

    Examples:
        >>> rng = np.random.default_rng(0)
        >>> clips = sample_clip_pair(100, num_frames=4, frame_interval=2, rng=rng)
        >>> np.diff(clips, axis=1).tolist()
        [[2, 2, 2], [2, 2, 2]]
    """
    if min(video_length, num_frames, frame_interval) < 1:
        raise ValueError(
            'video_length, num_frames and frame_interval must be at least 1, got '
            f'{video_length}, {num_frames} and {frame_interval}'
        )
    num_starts = video_length - (num_frames - 1) * frame_interval
    if num_starts < 1:
        starts = rng.integers(video_length, size=2)
    else:
        gap = gap_quantile(rng.random(), num_starts)
        earlier = int(rng.integers(num_starts - gap))
        starts = rng.permutation([earlier, earlier + gap])
    steps = np.arange(num_frames) * frame_interval
    return np.asarray((starts[:, None] + steps) % video_length, dtype=np.int64)
