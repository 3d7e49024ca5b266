"""Draw frames as the methods do that CARL is compared with."""

import math

import numpy as np
import numpy.typing as npt

from carl_mm.functional.sampling.two_views import sample_two_views

_Views = tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]


def sample_one_view(
    video_length: int,
    num_frames: int,
    *,
    max_crop_ratio: float = 1.0,
    window: str = 'video',
    rng: np.random.Generator,
) -> _Views:
    """Draw frames at random from the whole video, in order (TCC, LAV, GTA, SaL).

    With S = ``video_length``, T = ``num_frames`` and n = min(S, T), n distinct frames
    are drawn from 0 to ceil(r S) - 1, r uniform in [1, ``max_crop_ratio``]; those past
    the video's end become padding. A ratio of 1 is the 'offset_uniform' of TCC's code;
    CARL's authors ran TCC in their network with 1.5, and the supervised network on
    FineGym with windows of ceil(r n) frames.

    Args:
        video_length: Number of frames S of the video.
        num_frames: Number of frames T in the view.
        max_crop_ratio: Longest stretch in units of the video's length, or of n, >= 1.
        window: 'video', as above, or 'published_finegym', as the first view of
            `sample_two_views`.
        rng: Source of every draw.

    Returns:
        Frame indices ``(1, T)`` int64, ascending, and ``(1, T)`` bool, False on
        padding, which repeats the last frame. There is at least one real frame.

    Raises:
        ValueError: An argument is out of its range.

    Examples:
        >>> frame_inds, valid = sample_one_view(3, 4, rng=np.random.default_rng(0))
        >>> frame_inds.tolist(), valid.tolist()
        ([[0, 1, 2, 2]], [[True, True, True, False]])
    """
    _check_sizes(video_length, num_frames)
    if not 1 <= max_crop_ratio < math.inf:
        raise ValueError(f'max_crop_ratio must be >= 1, got {max_crop_ratio}')
    if window == 'published_finegym':
        views = sample_two_views(
            video_length,
            num_frames,
            max_crop_ratio=max_crop_ratio,
            window=window,
            rng=rng,
        )
        return views[0][:1], views[1][:1]
    if window != 'video':
        raise ValueError(
            f"window must be 'video' or 'published_finegym', got {window!r}"
        )
    num_drawn = min(video_length, num_frames)
    length = math.ceil(rng.uniform(1, max_crop_ratio) * video_length)
    frame_inds = np.full(num_frames, video_length, dtype=np.int64)
    frame_inds[:num_drawn] = _draw(length, num_drawn, rng)
    frame_inds[0] = min(frame_inds[0], video_length - 1)  # keep one to attend to
    valid = frame_inds < video_length
    return np.minimum(frame_inds, video_length - 1)[None], valid[None]


def sample_anchors_and_positives(
    video_length: int, num_frames: int, *, window: int = 5, rng: np.random.Generator
) -> _Views:
    """Draw anchors from the whole video, each with a frame shortly before it (TCN).

    Anchors are distinct frames, ascending, that have another before them; a positive is
    uniform over the up to ``window`` frames before its anchor. They alternate: anchor,
    positive, anchor, ...

    Args:
        video_length: Number of frames of the video, >= 2.
        num_frames: Number of frames T in the view, twice the number of pairs.
        window: Largest distance of a positive before its anchor, in frames.
        rng: Source of every draw.

    Returns:
        Frame indices ``(1, T)`` int64 and ``(1, T)`` bool, False on padding, which
        repeats the last pair.

    Raises:
        ValueError: An argument is out of its range.

    Examples:
        >>> rng = np.random.default_rng(0)
        >>> frame_inds, valid = sample_anchors_and_positives(100, 8, rng=rng)
        >>> gaps = frame_inds[0, ::2] - frame_inds[0, 1::2]
        >>> bool(((gaps >= 1) & (gaps <= 5)).all())
        True
    """
    _check_sizes(video_length, num_frames)
    if num_frames % 2 or window < 1:
        raise ValueError(
            f'num_frames must be even and window >= 1, got {num_frames} and {window}'
        )
    if video_length < 2:
        raise ValueError('TCN needs videos of at least 2 frames, got 1')
    num_pairs = min(video_length - 1, num_frames // 2)
    anchors = 1 + _draw(video_length - 1, num_pairs, rng)
    gaps = rng.integers(1, np.minimum(window, anchors), endpoint=True)
    pairs = np.stack([anchors, anchors - gaps], axis=1)
    missing = num_frames // 2 - num_pairs
    frame_inds = np.concatenate([pairs, np.repeat(pairs[-1:], missing, axis=0)])
    valid = np.arange(num_frames) < 2 * num_pairs
    return frame_inds.reshape(1, -1), valid[None]


def sample_two_speeds(
    video_length: int,
    num_frames: int,
    *,
    normal: tuple[float, float] = (1.0, 1.2),
    fast: tuple[float, float] = (1.7, 2.2),
    rng: np.random.Generator,
) -> _Views:
    """Draw a stretch of a video at normal speed, then sped up (SpeedNet).

    At speed f a view holds n frames drawn at random from ceil(n f) in a row, so that
    steps differ and only their mean tells the speed. Both views start at the same
    frame and hold equally many, as padding would give the speed away: with S =
    ``video_length``, n = min(T, floor(S / f)) for the speed f of the fast view.

    Args:
        video_length: Number of frames of the video, at least twice the highest speed.
        num_frames: Number of frames T in each view.
        normal: Lowest and highest speed of the first view, >= 1.
        fast: Lowest and highest speed of the second view, above the first's.
        rng: Source of every draw.

    Returns:
        Frame indices ``(2, T)`` int64, ascending, and ``(2, T)`` bool, False on
        padding, which repeats the last frame.

    Raises:
        ValueError: An argument is out of its range.

    Examples:
        >>> views, valid = sample_two_speeds(99, 32, rng=np.random.default_rng(0))
        >>> spans = np.ptp(views, axis=1)
        >>> bool(spans[1] > 1.4 * spans[0])
        True
    """
    _check_sizes(video_length, num_frames)
    if not 1 <= normal[0] <= normal[1] < fast[0] <= fast[1] < math.inf:
        raise ValueError(
            'speeds must be 1 <= normal[0] <= normal[1] < fast[0] <= fast[1], got '
            f'{normal} and {fast}'
        )
    shortest = math.ceil(2 * fast[1])
    if video_length < shortest or num_frames < 2:
        raise ValueError(
            f'SpeedNet needs videos of at least {shortest} frames and views of 2, got '
            f'{video_length} and {num_frames}'
        )
    speeds = rng.uniform(*normal), rng.uniform(*fast)
    num_drawn = min(num_frames, math.floor(video_length / speeds[1]))
    lengths = [min(math.ceil(num_drawn * speed), video_length) for speed in speeds]
    start = rng.integers(0, video_length - lengths[1], endpoint=True)
    views = np.stack([start + _draw(length, num_drawn, rng) for length in lengths])
    frame_inds = np.pad(views, ((0, 0), (0, num_frames - num_drawn)), mode='edge')
    valid = np.arange(num_frames) < num_drawn
    return frame_inds, np.stack([valid, valid])


def _draw(
    length: int, num_drawn: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    return np.sort(rng.choice(length, num_drawn, replace=False)).astype(np.int64)


def _check_sizes(video_length: int, num_frames: int) -> None:
    if video_length < 1 or num_frames < 1:
        raise ValueError(
            f'video_length and num_frames must be >= 1, got {video_length} and '
            f'{num_frames}'
        )
