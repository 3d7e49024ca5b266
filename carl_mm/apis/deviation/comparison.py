"""Videos as arrays, and each of them compared with the others."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from carl_mm.apis.alignment import EmbeddingLike
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.functional._inputs import Floats, Ints, to_embeddings
from carl_mm.functional.deviation.usual_differences import align_windows, differences
from carl_mm.functional.warping.dtw import unit_rows

Item = TypeVar('Item')


def to_frames(videos: Sequence[EmbeddingLike], what: str) -> list[Floats]:
    """Return the embeddings of videos at unit length, ``(T_i, D)`` each.

    Args:
        videos: `VideoEmbedding`s, or embeddings ``(T_i, D)``.
        what: Word before 'video' in messages, with a space.

    Raises:
        ValueError: A video has no frame, or embeddings are not finite or of different
            sizes.
    """
    arrays = to_embeddings(
        [v.embeddings if isinstance(v, VideoEmbedding) else v for v in videos], what
    )
    for index, array in enumerate(arrays):
        if not len(array):
            raise ValueError(f'{what}video {index} has no frame')
    return [unit_rows(array) for array in arrays]


def features_of(video: EmbeddingLike) -> np.ndarray | None:
    """Return the frame features of a video, if it has any."""
    return video.frame_features if isinstance(video, VideoEmbedding) else None


def join_features(frames: Floats, features: Floats) -> Floats:
    """Put frame features beside embeddings; their mean is the look of the scene.

    Args:
        frames: Embeddings, ``(T, D)``.
        features: Frame features, ``(T, F)``.

    Returns:
        ``(T, D + F)``, the features less their mean over the video.
    """
    return np.concatenate([frames, features - features.mean(axis=0)], axis=1)


def align_pairs(videos: Sequence[Floats]) -> list[list[Ints]]:
    """Align each video with each other.

    Returns:
        The path from video i to video j at ``[i][j]``, ``(L, 2)``; that from j to i is
        the same, turned around.
    """
    paths = [[np.empty((0, 2), dtype=np.int64)] * len(videos) for _ in videos]
    for i, video in enumerate(videos):
        for j in range(i):
            path = align_windows(video, videos[j])
            paths[i][j], paths[j][i] = path, path[:, ::-1]
    return paths


def differences_from_others(
    videos: list[Floats], paths: list[list[Ints]]
) -> list[Floats]:
    """Return how each video differs from the mean of the others, ``(T_i, D)`` each.

    Args:
        videos: Frames of the videos, ``(T_i, D)`` each.
        paths: Paths between them, as `align_pairs` gives them.
    """
    return [
        differences(video, without(videos, index), without(paths[index], index))
        for index, video in enumerate(videos)
    ]


def without(values: list[Item], index: int) -> list[Item]:
    """Return a list less one of its entries."""
    return values[:index] + values[index + 1 :]
