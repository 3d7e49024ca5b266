"""Two videos in step, and which videos are like one."""

from typing import Any

import numpy as np

from carl_mm.apis import VideoEmbedding, align, rank_by_alignment
from carl_mm.apis.alignment.ranking import ScoreNull
from carl_mm.app.project.videos import Videos
from carl_mm.app.work.kept import Kept

MAX_NULL_VIDEOS = 12  # whose other orders tell how well unrelated videos align
MAX_KEPT = 64


class Aligner:
    """Aligns videos of a library, and says how doubtful that is.

    Args:
        library: The videos.
    """

    def __init__(self, library: Videos) -> None:
        self._library = library
        self._nulls = Kept[ScoreNull](MAX_KEPT)

    def align(self, a: str, b: str, method: str = 'posterior') -> dict[str, Any]:
        """Align two videos.

        Args:
            a: Name of a video.
            b: Name of another video.
            method: 'posterior' keeps the order of events, and finds out whether either
                video begins, ends or goes on without the other; 'dtw' keeps the order,
                from first frames to last; 'nearest' matches each frame by itself.

        Returns:
            ``frames_b`` (for each frame of a the matching frame of b), ``frames_a``,
            ``alone_a`` and ``alone_b`` (frames without counterpart),
            ``warped_timestamps`` (in seconds of b, null where there is none),
            ``confidence_a`` (of each frame of a, in [0, 1]; null by other methods),
            ``ends`` ('closed' or 'open'), ``alignable``, ``score`` in [0, 1],
            ``stride`` (every how many frames were aligned; more than 1 for long
            videos), ``z`` and ``doubt``.

            ``doubt`` is 'unrelated' if no frame has a counterpart, or the score is less
            than 1 standard deviation (z) above those of a with b and up to 11 other
            videos, played backward or in parts in another order; 'weak' if it is less
            than 1.645 above; else ''. See `carl_mm.apis.rank_by_alignment`.

        Raises:
            ValueError: There is no such video, or the method is unknown.
        """
        first, second = self._library.video(a), self._library.video(b)
        found = align(first, second, method)
        # The null is of the posterior's scores, whatever matches the frames here.
        by_posterior = found if method == 'posterior' else align(first, second)
        judged = self._null(first, second).judge(0, by_posterior)
        assert found.warped_timestamps is not None  # videos have time stamps
        return {
            'a': a,
            'b': b,
            'frames_b': found.frame_inds_b.tolist(),
            'frames_a': found.frame_inds_a.tolist(),
            'alone_a': np.flatnonzero(~found.matched_a).tolist(),
            'alone_b': np.flatnonzero(~found.matched_b).tolist(),
            'warped_timestamps': without_nan(found.warped_timestamps),
            'confidence_a': without_nan(found.confidence_a),
            'ends': found.ends,
            'alignable': found.alignable,
            'score': found.score,
            'stride': found.stride,
            'z': judged.z,
            'doubt': judged.doubt,
        }

    def rank(self, video: str) -> dict[str, Any]:
        """Sort all other videos by how well they align with one.

        Args:
            video: Name of the video.

        Returns:
            ``ranking``: of each other video its ``name``, ``score``, ``z``, ``doubt``
            as of `align`, and whether it ``is_like`` the video, see
            `carl_mm.apis.rank_by_alignment`.

        Raises:
            ValueError: There is no such video, or no other one.
        """
        chosen = self._library.video(video)
        others = [name for name in self._library.names if name != video]
        ranked = rank_by_alignment(
            chosen,
            [self._library.video(name) for name in others],
            max_null_videos=MAX_NULL_VIDEOS,
        )
        return {
            'a': video,
            'ranking': [
                {
                    'name': others[each.index],
                    'score': each.alignment.score,
                    'z': each.z,
                    'is_like': each.is_like,
                    'doubt': each.doubt,
                }
                for each in ranked
            ],
        }

    def _null(self, a: VideoEmbedding, b: VideoEmbedding) -> ScoreNull:
        names = [n for n in self._library.names if n not in (a.filename, b.filename)]
        places = np.linspace(0, len(names) - 1, min(len(names), MAX_NULL_VIDEOS - 1))
        pool = [b, *(self._library.video(names[i]) for i in places.round().astype(int))]
        key = tuple(map(fingerprint, (a, *pool)))
        return self._nulls.get(key, lambda: ScoreNull.of(a, pool))


def fingerprint(video: VideoEmbedding) -> tuple[Any, ...]:
    """Return what tells an embedding from that of another video, file or model."""
    ends = video.embeddings[:1].tobytes(), video.embeddings[-1:].tobytes()
    return video.filename, len(video), *ends


def without_nan(values: np.ndarray) -> list[float | None]:
    """Return numbers as JSON knows them."""
    return [None if np.isnan(value) else value for value in values.tolist()]
