"""Draw the frames of two views of a video (CARL, section 3.2)."""

import math

import numpy as np
import numpy.typing as npt

from carl_mm.functional.sampling.evaluation_cuts import draw_speeds

WINDOWS = ('paper', 'share', 'published', 'published_finegym')
_Views = tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]
_Window = tuple[int, int]  # first frame, number of frames


def sample_two_views(
    video_length: int,
    num_frames: int,
    *,
    max_crop_ratio: float = 1.5,
    min_overlap: float = 0.2,
    sampling: str = 'random',
    window: str = 'paper',
    share: tuple[float, float] = (0.5, 1.0),
    speeds: tuple[float, float] | None = None,
    rng: np.random.Generator,
) -> _Views:
    """Draw the frames of two overlapping temporal crops of one video.

    With S = ``video_length``, T = ``num_frames`` and n = min(S, T), a window is

    - ``paper``: ceil(r n) frames, r uniform in [1, ``max_crop_ratio``], inside the
      video; the two share at least ceil(``min_overlap`` n) frames;
    - ``share``: a uniform share of S, at least n; the two share at least
      ceil(``min_overlap`` times the shorter length);
    - ``published``: ceil(r S) frames from frame 0 on, as in the published runs on
      Penn Action, Pouring and Kinetics: it passes the video's end, so that about
      1 - ln(1.5) / 0.5 = 19% of the frames are padding. ``min_overlap`` is unused;
    - ``published_finegym``: ceil(r n) frames, as in the published runs on FineGym. The
      second start is at most floor((1 - ``min_overlap``) n) frames from the first frame
      taken for view one; both windows pass the end of a video that is shorter than
      they are, so that 19% of the n frames are padding where S <= T, none where
      S >= ``max_crop_ratio`` T.

    From a window n frames are taken, in order. Padding, up to T and past the video's
    end, repeats the last frame.

    Args:
        video_length: Number of frames S of the video.
        num_frames: Number of frames T in each view.
        max_crop_ratio: Longest window in units of n, the paper's alpha; >= 1.
        min_overlap: Least overlap of the windows, the paper's beta, in [0, 1]; 0 makes
            them independent.
        sampling: How frames are taken from a window: ``random`` without replacement,
            or ``even`` from end to end.
        window: How windows are drawn: ``paper``, ``share``, ``published`` or
            ``published_finegym``.
        share: Least and largest window as a share of the video, in (0, 1].
        speeds: Lowest and highest speed at which four segments of a window are played,
            drawn evenly on a logarithmic axis, before frames are taken; 0.1 is nearly a
            pause. None plays all at one speed, as the paper.
        rng: Source of every draw.

    Returns:
        Frame indices ``(2, T)`` int64, ascending, and ``(2, T)`` bool, False on
        padding. Each view has at least one real frame.

    Raises:
        ValueError: An argument is out of its range.

    Examples:
        >>> rng = np.random.default_rng(0)
        >>> frame_inds, valid = sample_two_views(30, 8, rng=rng)
        >>> frame_inds.shape, bool(valid.all()), bool((frame_inds < 30).all())
        ((2, 8), True, True)
    """
    _check(video_length, num_frames, max_crop_ratio, min_overlap)
    _check_choices(sampling, window, share)
    if speeds is not None and not 0 < speeds[0] <= speeds[1] < math.inf:
        raise ValueError(f'speeds must be (low, high), 0 < low <= high, got {speeds}')
    num_drawn = min(video_length, num_frames)
    if window == 'published':
        ratios = rng.uniform(1, max_crop_ratio, size=2)
        windows = [(0, math.ceil(ratio * video_length)) for ratio in ratios]
    elif window == 'published_finegym':
        ratios = rng.uniform(1, max_crop_ratio, size=2)
        lengths = [math.ceil(ratio * num_drawn) for ratio in ratios]
        windows = [(_any_start(video_length, n, rng), n) for n in lengths]
    else:
        windows = _windows_inside(
            video_length, num_drawn, max_crop_ratio, min_overlap, window, share, rng
        )
    frame_inds = np.full((2, num_frames), video_length, dtype=np.int64)
    for view, (first, length) in enumerate(windows):
        if view == 1 and window == 'published_finegym' and min_overlap > 0:
            seen = min(int(frame_inds[0, 0]), video_length - 1)
            most = int((1 - min_overlap) * num_drawn)
            first = _start_near(seen, most, video_length, length, rng)
        played = np.arange(length)
        if speeds is not None:
            played = draw_speeds(length, rng, speeds=speeds)
        drawn = _draw(len(played), num_drawn, sampling, rng)
        frame_inds[view, :num_drawn] = first + played[drawn]
    # All n may lie past the end of a very short video; keep one to attend to.
    frame_inds[:, 0] = np.minimum(frame_inds[:, 0], video_length - 1)
    valid = frame_inds < video_length
    return np.minimum(frame_inds, video_length - 1), valid


def _any_start(video_length: int, length: int, rng: np.random.Generator) -> int:
    """Draw the start of a window as the published code does: never the last one."""
    return int(rng.integers(max(video_length - length, 1)))


def _start_near(
    frame: int, most: int, video_length: int, length: int, rng: np.random.Generator
) -> int:
    """Draw a start near a frame, at most ``most`` frames away; 0 where none is."""
    last = video_length - length
    lowest, highest = (max(0, min(last, frame + gap)) for gap in (-most, most))
    return int(rng.integers(lowest, highest, endpoint=True))


def _windows_inside(
    video_length: int,
    num_drawn: int,
    max_crop_ratio: float,
    min_overlap: float,
    window: str,
    share: tuple[float, float],
    rng: np.random.Generator,
) -> list[_Window]:
    """Draw two windows inside the video, 'paper' or 'share'."""
    if window == 'share':
        lengths = np.rint(rng.uniform(*share, size=2) * video_length)
    else:
        lengths = _paper_lengths(num_drawn, max_crop_ratio, rng)
    clipped = np.clip(lengths, num_drawn, video_length).astype(int).tolist()
    shorter = min(clipped) if window == 'share' else num_drawn
    return _place(video_length, clipped, math.ceil(min_overlap * shorter), rng)


def _paper_lengths(
    num_drawn: int, max_crop_ratio: float, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    lengths = np.ceil(rng.uniform(1, max_crop_ratio, size=2) * num_drawn)
    longest = math.floor(max_crop_ratio * num_drawn)
    return np.asarray(np.minimum(lengths, longest), dtype=np.float64)


def _place(
    video_length: int, lengths: list[int], overlap: int, rng: np.random.Generator
) -> list[_Window]:
    """Put both windows into the video, the second among starts that overlap enough.

    There always is one, as neither window is shorter than ``overlap``.
    """
    length_a, length_b = lengths
    start_a = int(rng.integers(0, video_length - length_a, endpoint=True))
    lowest, highest = 0, video_length - length_b
    if overlap > 0:
        lowest = max(lowest, start_a + overlap - length_b)
        highest = min(highest, start_a + length_a - overlap)
    start_b = int(rng.integers(lowest, highest, endpoint=True))
    return [(start_a, length_a), (start_b, length_b)]


def _draw(
    length: int, num_drawn: int, sampling: str, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    if sampling == 'even':
        return np.rint(np.linspace(0, length - 1, num_drawn)).astype(np.int64)
    repeat = length < num_drawn  # a short window played fast
    return np.sort(rng.choice(length, num_drawn, replace=repeat)).astype(np.int64)


def _check(
    video_length: int, num_frames: int, max_crop_ratio: float, min_overlap: float
) -> None:
    if video_length < 1 or num_frames < 1:
        raise ValueError(
            f'video_length and num_frames must be >= 1, got {video_length} '
            f'and {num_frames}'
        )
    if not 1 <= max_crop_ratio < math.inf:
        raise ValueError(f'max_crop_ratio must be >= 1, got {max_crop_ratio}')
    if not 0 <= min_overlap <= 1:
        raise ValueError(f'min_overlap must lie in [0, 1], got {min_overlap}')


def _check_choices(sampling: str, window: str, share: tuple[float, float]) -> None:
    if sampling not in ('random', 'even'):
        raise ValueError(f"sampling must be 'random' or 'even', got {sampling!r}")
    if window not in WINDOWS:
        raise ValueError(f'window must be one of {WINDOWS}, got {window!r}')
    if len(share) != 2 or not 0 < share[0] <= share[1] <= 1:
        raise ValueError(f'share must be (low, high), 0 < low <= high <= 1: {share}')
