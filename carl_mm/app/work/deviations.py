"""Where a video strays from good ones."""

from collections.abc import Sequence
from typing import Any

from carl_mm.apis import DeviationDetector, VideoEmbedding, choose_references
from carl_mm.app.project.videos import Videos
from carl_mm.app.work.align import fingerprint
from carl_mm.app.work.kept import Kept

MAX_KEPT = 4


class Judge:
    """Judges videos by good ones.

    Args:
        library: The videos.
    """

    def __init__(self, library: Videos) -> None:
        self._library = library
        self._detectors = Kept[DeviationDetector](MAX_KEPT)

    def suggest_references(self, video: str) -> dict[str, Any]:
        """Choose up to 20 other videos, those most like one in setting.

        Returns:
            ``references``: their names.
        """
        others = [name for name in self._library.names if name != video]
        videos = [self._library.video(name) for name in others]
        chosen = choose_references(videos, self._library.video(video))
        return {'video': video, 'references': sorted(others[i] for i in chosen)}

    def deviations(
        self, video: str, references: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Find where a video strays from good ones.

        Args:
            video: Name of the video to judge.
            references: Names of at least two good videos; by default those of
                `suggest_references`.

        Returns:
            ``scores`` of the frames, log odds that each lies in a strange segment, the
            ``threshold`` above which frames stand out, in log odds, the ``segments``
            that do (with their ``peak``, in log odds), the ``references`` that were
            used, and a ``warning`` if none is like the video.

        Raises:
            ValueError: There is no such video, or there are fewer than two references.
        """
        judged = self._library.video(video)
        chosen = [name for name in dict.fromkeys(references or ()) if name != video]
        if not chosen:
            chosen = self.suggest_references(video)['references']
        if len(chosen) < 2:
            raise ValueError(f'two references at least are needed, got {len(chosen)}')
        videos = [self._library.video(name) for name in chosen]
        found = self._detector(videos)(judged)
        return {
            'video': video,
            'references': chosen,
            'scores': found.scores.tolist(),
            'threshold': found.threshold,
            'warning': found.warning,
            'segments': [vars(segment) for segment in found.segments],
        }

    def _detector(self, videos: Sequence[VideoEmbedding]) -> DeviationDetector:
        key = tuple(map(fingerprint, videos))
        return self._detectors.get(key, lambda: DeviationDetector(videos))
