"""Many videos on one timeline: a clock common to all, and each video's way through."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from carl_mm.apis.alignment.align import EmbeddingLike
from carl_mm.apis.embedding.same_model import check_same_model
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.functional._inputs import to_embeddings
from carl_mm.functional.timeline.clock_frames import (
    MATCHED,
    frames_on_clock,
    frames_shown,
)
from carl_mm.functional.timeline.common_clock import common_clock

LEAST = {'f': np.nan, 'i': -1, 'u': 0, 'b': False, 'U': ''}


@dataclass(frozen=True, eq=False)
class Timeline:
    """V videos on a common clock, which runs at their mean pace.

    Attributes:
        names: Name of each video: its file, or 'video 0' and so on.
        clock: Moments, evenly spaced, ``(K,)`` float64, in seconds from 0; in frames
            if the videos have no time stamps, as all other times.
        times: When each video shows each moment, ``(V, K)``, in its own seconds,
            ascending; NaN where it has no such moment.
        frame_inds: Frame that it then shows, ``(V, K)`` int64; -1 where it has none.
        clock_times: When each of its frames is on the clock, ``(T_i,)``, ascending.
        matched: Probability that a frame has a counterpart in the other videos, and is
            not before or after what they share, ``(T_i,)``. Frames below 0.5 get no
            labels and stand at the nearest moment of the clock.
        pace_spread: How differently fast the videos are at each moment, ``(K,)``: the
            mean absolute deviation of log2 of their paces; 1 is twice as fast or slow.
        uncertainty: How uncertain matches are at each moment, ``(K,)``: the standard
            deviation of the clock time of a frame, in seconds, averaged over videos.
        similarities: How well each video fits, ``(V,)``: by how much the cosine
            similarity to the moments it is matched with exceeds that to all.
        outliers: Places of the videos that do not fit, whose similarity is far below
            the others'. They had no say in the clock; do not trust their times.
    """

    names: tuple[str, ...]
    clock: np.ndarray
    times: np.ndarray
    frame_inds: np.ndarray
    clock_times: tuple[np.ndarray, ...]
    matched: tuple[np.ndarray, ...]
    pace_spread: np.ndarray
    uncertainty: np.ndarray
    similarities: np.ndarray
    outliers: tuple[int, ...]

    def transfer(self, labels: Any, video: int, fill: Any = None) -> list[np.ndarray]:
        """Carry what is known about the frames of one video over to all videos.

        Args:
            labels: An entry of any dtype for each of its frames, ``(T, ...)``.
            video: Place of that video.
            fill: Entry of frames without a counterpart in it; by default NaN, -1,
                False or the empty string, by the dtype.

        Returns:
            ``(T_i, ...)`` for each video; for ``video`` itself, its own.

        Raises:
            ValueError: There is not an entry for each frame, there is no such video,
                or ``fill`` is needed for the dtype.
        """
        self._check(video)
        values = np.asarray(labels)
        num_frames = len(self.clock_times[video])
        if values.shape[:1] != (num_frames,):
            raise ValueError(
                f'labels must hold an entry for each of the {num_frames} frames of '
                f'{self.names[video]}, got shape {values.shape}'
            )
        if fill is None:
            if values.dtype.kind not in LEAST:
                raise ValueError(f'labels of dtype {values.dtype} need a fill')
            fill = LEAST[values.dtype.kind]
        carried = []
        for at, matched in zip(self.clock_times, self.matched, strict=True):
            frames = self._frames_at(video, at)
            frames[matched < MATCHED] = -1
            found = values[frames]
            found[frames < 0] = fill
            carried.append(found)
        carried[video] = values.copy()
        return carried

    def transfer_frames(self, frames: Any, video: int) -> np.ndarray:
        """Find the frames of all videos that show what frames of one video show.

        Args:
            frames: Frames of that video, such as those of its events, ``(E,)``.
            video: Place of that video.

        Returns:
            ``(V, E)`` int64; -1 where a video has no such moment.

        Raises:
            ValueError: There is no such video or frame.
        """
        self._check(video)
        inds = np.asarray(frames, dtype=np.int64)
        num_frames = len(self.clock_times[video])
        outside = inds[(inds < 0) | (inds >= num_frames)]
        if inds.ndim != 1 or outside.size:
            raise ValueError(
                f'frames must be (E,), within the {num_frames} frames of '
                f'{self.names[video]}, got {outside[:1] if outside.size else inds}'
            )
        at = self.clock_times[video][inds]
        found = np.stack([self._frames_at(i, at) for i in range(len(self.names))])
        found[:, self.matched[video][inds] < MATCHED] = -1
        found[video] = inds
        return found

    def _frames_at(self, video: int, at: np.ndarray) -> np.ndarray:
        """Find the frames of a video at times of the clock; -1 for none."""
        frames = frames_on_clock(self.clock_times[video], self.matched[video], at)
        step = self.clock[-1] / max(1, len(self.clock) - 1) or 1.0
        nearest = np.rint(at / step).astype(np.int64)
        frames[np.isnan(self.times[video, nearest])] = -1
        return frames

    def _check(self, video: int) -> None:
        if not 0 <= video < len(self.names):
            raise ValueError(
                f'video must be a place in [0, {len(self.names)}), got {video}'
            )


def align_all(videos: Sequence[EmbeddingLike]) -> Timeline:
    """Put many videos of one action on one timeline, found from all of them.

    The moments that all go through are fitted to the videos by expectation
    maximisation over all monotone paths with open ends, from what frames show and
    which way they change; see `carl_mm.functional.cosine_posterior` for the paths. The
    order of the videos does not matter. Time and memory grow linearly with their
    number.

    Args:
        videos: `VideoEmbedding`, or embeddings ``(T_i, D)``; at least 2 videos, T_i >=
            1, all of the one kind.

    Raises:
        ValueError: There are fewer than two videos, one has no frame, some have time
            stamps and others do not, or embeddings are not finite or of different
            sizes or models.

    Example:
        >>> import numpy as np
        >>> from carl_mm.apis import align_all
        >>> angle = np.linspace(0, 3, 13)
        >>> video = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        >>> slow = video[[0, 1, 2, 3, 4, 5, 6, 6, 7, 7, 8, 8, 9, 10, 11, 12]]
        >>> timeline = align_all([video, slow, video])
        >>> timeline.transfer_frames([2, 10], video=0).tolist()
        [[2, 10], [2, 13], [2, 10]]
    """
    if len(videos) < 2:
        raise ValueError(f'a timeline takes at least 2 videos, got {len(videos)}')
    timed = [isinstance(video, VideoEmbedding) for video in videos]
    if any(timed) and not all(timed):
        raise ValueError(
            f'video {timed.index(False)}: has no time stamps, others have; give all '
            'as VideoEmbedding or none'
        )
    check_same_model(videos)
    names = tuple(
        video.filename if isinstance(video, VideoEmbedding) else f'video {index}'
        for index, video in enumerate(videos)
    )
    frames = to_embeddings(
        [v.embeddings if isinstance(v, VideoEmbedding) else v for v in videos]
    )
    for name, video in zip(names, frames, strict=True):
        if not len(video):
            raise ValueError(f'{name}: has no frame and cannot be aligned')
    stamps = [
        video.timestamps
        if isinstance(video, VideoEmbedding)
        else np.arange(len(frames[index]), dtype=np.float64)
        for index, video in enumerate(videos)
    ]
    found = common_clock(frames, stamps)
    shown = [frames_shown(*pair) for pair in zip(found.times, stamps, strict=True)]
    return Timeline(names=names, frame_inds=np.stack(shown), **vars(found))
