"""Videos as arrays, and each of them compared with the others."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from carl_mm.apis.alignment.align import EmbeddingLike
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.functional._inputs import Floats, Ints, to_embeddings
from carl_mm.functional.deviation.moments import means_of_moments
from carl_mm.functional.deviation.usual_differences import align_windows, differences
from carl_mm.functional.warping.dtw import unit_rows

Item = TypeVar('Item')


def length_of(video: EmbeddingLike) -> int:
    """Return the number of frames of a video."""
    return len(video.embeddings if isinstance(video, VideoEmbedding) else video)


def to_frames(
    videos: Sequence[EmbeddingLike], what: str, width: int = 1
) -> list[Floats]:
    """Return the embeddings of videos at unit length, ``(T_i, D)`` each.

    Args:
        videos: `VideoEmbedding`s, or embeddings ``(T_i, D)``.
        what: Word before 'video' in messages, with a space.
        width: Number of frames that are averaged, see `means_of_moments`.

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
    units = [unit_rows(array) for array in arrays]
    if width == 1:
        return units
    return [unit_rows(means_of_moments(array, width)[0]) for array in units]


def features_of(video: EmbeddingLike) -> np.ndarray | None:
    """Return the frame features of a video, if it has any."""
    return video.frame_features if isinstance(video, VideoEmbedding) else None


def all_features(
    videos: Sequence[EmbeddingLike], width: int = 1
) -> list[Floats] | None:
    """Return the frame features of all videos, ``(T_i, F)`` each; None if one has none.

    Args:
        videos: The videos.
        width: Number of frames that are averaged, see `means_of_moments`.

    Raises:
        ValueError: They are not finite or of different sizes.
    """
    kept = [each for video in videos if (each := features_of(video)) is not None]
    if len(kept) < len(videos):
        return None
    arrays = to_embeddings(kept, 'frame features of reference ')
    return [means_of_moments(array, width)[0] for array in arrays]


def features_like(
    video: EmbeddingLike, reference: Floats | None, width: int = 1
) -> Floats | None:
    """Return the frame features of a video if a reference has any.

    Args:
        video: Video to judge.
        reference: Frame features of a reference, ``(T, F)``, or None.
        width: Number of frames that are averaged, see `means_of_moments`.

    Raises:
        ValueError: The reference has features and the video has none, or others.
    """
    if reference is None:
        return None
    features = features_of(video)
    if features is None:
        name = getattr(video, 'filename', 'the judged video')
        raise ValueError(
            f'{name}: holds no frame features, and the references do; embed it again'
        )
    array = to_embeddings([reference, features], 'frame features of ')[1]
    return means_of_moments(array, width)[0]


def names_of(videos: Sequence[EmbeddingLike]) -> list[str]:
    """Return the file names of videos; of an array, its number."""
    return [getattr(video, 'filename', f'{i}') for i, video in enumerate(videos)]


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
