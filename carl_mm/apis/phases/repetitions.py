"""Find the repetitions in a video, and write each as a video of its own."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from carl_mm.apis.alignment.align import EmbeddingLike
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.apis.phases.segments import PhaseSegment
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.functional.repetitions import search

PHASE = 'repetition'


def find_repetitions(
    video: EmbeddingLike, use_frame_features: bool = False
) -> list[PhaseSegment]:
    """Cut a video into single repetitions of what it does most.

    Pauses, other movements and parts of a repetition, as at the ends, belong to none.
    What is shown once alone is no repetition, so there are at least two, or none. See
    `carl_mm.functional.find_repetitions`.

    Args:
        video: A `VideoEmbedding`, or embeddings ``(T, D)``; T >= 3.
        use_frame_features: Whether to take what frames show by themselves, if the
            video has that, instead of the embeddings; of a model that knows where in
            the video a frame is, repetitions are less alike.

    Returns:
        Segments of phase 'repetition', in order; nothing between them. Their confidence
        is the mean cosine similarity with the one that is most like all, in [0, 1].
        Times are None if the video is an array.

    Raises:
        ValueError: There are fewer than 3 frames, a value is not finite, or the video
            has no frame features; names the video.

    Example:
        >>> import numpy as np
        >>> from carl_mm.apis import find_repetitions
        >>> once = np.append(np.zeros(20), np.linspace(0, 2 * np.pi, 40))
        >>> turn = np.tile(once, 5)
        >>> circles = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        >>> len(find_repetitions(circles))
        5
    """
    known = video if isinstance(video, VideoEmbedding) else None
    name = f'{known.filename}: ' if known else ''
    frames = video.embeddings if isinstance(video, VideoEmbedding) else video
    if use_frame_features:
        features = known.frame_features if known else None
        if features is None:
            raise ValueError(
                f'{name}has no frame features; take the embeddings, or embed it by a '
                'model that keeps them (keep_frame_features)'
            )
        frames = features
    try:
        found = search.find_repetitions(frames)
    except ValueError as error:
        raise ValueError(f'{name}{error}') from error
    segments = []
    for first, last, similarity in zip(*(each.tolist() for each in found), strict=True):
        times = known.span_s(first, last) if known else (None, None)
        segments.append(PhaseSegment(first, last, PHASE, 0, similarity, *times))
    return segments


def clip_paths(
    video: VideoEmbedding, count: int, folder: str | os.PathLike[str]
) -> list[Path]:
    """Return the files that `write_repetitions` writes: STEM_rep01.mp4 and so on.

    Args:
        video: The video.
        count: Number of its repetitions.
        folder: Folder of the files.
    """
    stem = Path(video.filename).stem
    digits = max(2, len(str(count)))
    return [Path(folder) / f'{stem}_rep{n:0{digits}}.mp4' for n in range(1, count + 1)]


def write_repetitions(
    video: VideoEmbedding,
    segments: Sequence[PhaseSegment],
    folder: str | os.PathLike[str],
) -> list[Path]:
    """Write each repetition as an mp4 that plays as it does in the video.

    Args:
        video: Embeddings of the video, which names its file.
        segments: Its repetitions.
        folder: Folder to write to; it is made.

    Returns:
        The files, STEM_rep01.mp4 and so on.

    Raises:
        ValueError: The file has another number of frames.
        VideoDecodeError: The file is missing or cannot be decoded; names it.
        OSError: A file cannot be written; names it.
    """
    reader = open_video(video.filename)
    if reader.num_frames != len(video):
        raise ValueError(
            f'{video.filename}: has {reader.num_frames} frames, its embeddings '
            f'{len(video)}; embed it again'
        )
    end = reader.timestamps[-1:] + 1 / reader.fps
    times = np.concatenate([reader.timestamps, end])
    paths = clip_paths(video, len(segments), folder)
    for path, segment in zip(paths, segments, strict=True):
        frames = range(segment.first_frame, segment.last_frame + 1)
        shown = times[segment.first_frame : segment.last_frame + 2]
        write_mp4(path, reader.stream(frames), reader.fps, times=shown)
    return paths
