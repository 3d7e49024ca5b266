"""Which of many good videos a video is best judged by."""

from collections.abc import Sequence

import numpy as np

from carl_mm.apis.alignment.align import EmbeddingLike
from carl_mm.apis.deviation.comparison import to_frames
from carl_mm.apis.deviation.setting import path_likeness
from carl_mm.functional.deviation.usual_differences import align_windows

# Of 5 chosen from 11, good real clips stood out two to four times as often as of all:
# what is most like a video is also more alike than the video is.
NUM_REFERENCES = 20


def choose_references(
    candidates: Sequence[EmbeddingLike],
    video: EmbeddingLike,
    num_references: int = NUM_REFERENCES,
) -> list[int]:
    """Choose the good videos that are most like a video in setting.

    How like they are is the mean cosine similarity of the frames that dynamic time
    warping matches: higher for the same view, scene and person.

    Args:
        candidates: Good videos of one process.
        video: Video to judge.
        num_references: Largest number to choose, >= 2.

    Returns:
        Places of the chosen ones among the candidates, the most alike first; all of
        them, in their order, if there are not more.

    Raises:
        ValueError: ``num_references`` is less than 2, a video has no frame, or
            embeddings are not finite or of different sizes.

    Example:
        >>> import numpy as np
        >>> from carl_mm.apis import choose_references
        >>> moments = np.eye(4)
        >>> choose_references([moments[::-1], moments[1:], moments], moments, 2)
        [2, 1]
    """
    if num_references < 2:
        raise ValueError(f'num_references must be at least 2, got {num_references}')
    if len(candidates) <= num_references:
        return list(range(len(candidates)))
    judged, *others = to_frames([video, *candidates], 'reference ')
    likeness = [
        path_likeness(judged, other, align_windows(judged, other)) for other in others
    ]
    order = np.argsort(-np.array(likeness), kind='stable')
    found: list[int] = order[:num_references].tolist()
    return found
