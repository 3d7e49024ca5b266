"""Whether two videos agree on their moments, judged without labels."""

from typing import Any

import numpy as np

from carl_mm.functional._inputs import to_embeddings
from carl_mm.functional.posterior.pair_hmm import cosine_posterior


def cut_cycle_error(whole: Any, other: Any, cut: Any, cut_inds: Any) -> float:
    """Error of going from a video to another one, and back into a cut of the first.

    Each frame of the cut starts from its place in the whole video, is matched with the
    other video and from there with the cut, by `cosine_posterior`; where it should
    arrive is known. If the cut starts late, ends early and runs at other speeds,
    embeddings that know nothing but relative time do not find it.

    Args:
        whole: Embeddings of a whole video, ``(N, D)``, finite.
        other: Embeddings of another video of the same action, ``(M, D)``, finite.
        cut: Embeddings of the cut, embedded by itself, ``(S, D)``, finite.
        cut_inds: Frames of the whole video that are in the cut, ``(S,)``, ascending.

    Returns:
        Mean distance between where a frame arrives and where it belongs, as a share of
        the cut's length; in [0, 1).

    Raises:
        ValueError: An embedding is not finite or empty, or a frame is not in the video.

    Example:
        >>> import numpy as np
        >>> from carl_mm.functional import cut_cycle_error
        >>> video = np.eye(6)
        >>> cut_cycle_error(video, video, video[2:5], [2, 3, 4])
        0.0
    """
    first, second, part = to_embeddings([whole, other, cut])
    inds = np.asarray(cut_inds, dtype=np.int64)
    if inds.shape != (len(part),) or (inds < 0).any() or (inds >= len(first)).any():
        raise ValueError(
            f'cut_inds must be {len(part)} frames of a video of {len(first)}, got '
            f'{inds.tolist()}'
        )
    there = cosine_posterior(first, second).frame_inds_b[inds]
    back = cosine_posterior(second, part).frame_inds_b[there]
    return float(np.abs(back - np.arange(len(part))).mean() / len(part))
