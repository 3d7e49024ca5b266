"""The frames of many videos side by side, and their file."""

import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from carl_mm.apis.array_file import load_arrays, save_arrays
from carl_mm.apis.embedding.same_model import check_same_model
from carl_mm.apis.embedding.video_embedding import VideoEmbedding

FORM = 'carl_mm frame index 1'
MAX_LENGTH_ERROR = 1e-3  # of a unit vector


class IndexedFrames:
    """Embeddings of N frames of V videos, of one model.

    Attributes:
        filenames: Of the videos, all different.
        embeddings: ``(N, D)`` float32, of unit length.
        timestamps: ``(N,)`` float64, seconds.
        starts: ``(V + 1,)`` int64, row of each video's first frame, then N.
        fps: ``(V,)`` float64.
        provenance: Of the embeddings; may be empty.
    """

    def __init__(self) -> None:
        self.filenames: list[str] = []
        self.embeddings = np.empty((0, 0), dtype=np.float32)
        self.timestamps = np.empty(0)
        self.starts = np.zeros(1, dtype=np.int64)
        self.fps = np.empty(0)
        self.provenance: dict[str, str] = {}

    def add(self, videos: Iterable[VideoEmbedding]) -> None:
        """Append videos: all of them, or none where one is refused.

        Raises:
            ValueError: Embeddings that are not of unit length, of another D or of
                another model, or a file name that is there already.
        """
        new = list(videos)
        provenance = check_same_model(new, self.provenance)
        known = set(self.filenames)
        width = self.embeddings.shape[1] or None
        for video in new:
            width = width or video.embeddings.shape[1]
            _check(video, width, known)
            known.add(video.filename)
        if not new:
            return
        frames = [video.embeddings for video in new]
        if len(self.embeddings):
            frames.insert(0, self.embeddings)
        self.embeddings = np.concatenate(frames)
        times = [video.timestamps for video in new]
        self.timestamps = np.concatenate([self.timestamps, *times])
        ends = self.starts[-1] + np.cumsum([len(video) for video in new])
        self.starts = np.concatenate([self.starts, ends])
        self.fps = np.concatenate([self.fps, [video.fps for video in new]])
        self.filenames += [video.filename for video in new]
        self.provenance = provenance

    def rows(self, filename: str) -> tuple[int, int]:
        """Row of a video's first frame, and the row after its last.

        Raises:
            ValueError: It is not in the index.
        """
        if filename not in self.filenames:
            raise ValueError(
                f'{filename}: not in the index of {len(self.filenames)} videos; add it'
            )
        place = self.filenames.index(filename)
        return int(self.starts[place]), int(self.starts[place + 1])

    def video(self, filename: str) -> VideoEmbedding:
        """Return a video, as it was added, but without frame features.

        Raises:
            ValueError: It is not in the index.
        """
        part = slice(*self.rows(filename))
        fps = float(self.fps[self.filenames.index(filename)])
        embeddings, times = self.embeddings[part], self.timestamps[part]
        return VideoEmbedding(filename, embeddings, times, fps, self.provenance)

    def video_of(self, rows: Any) -> Any:
        """Index of each row's video, in the rows' shape."""
        return np.searchsorted(self.starts, rows, side='right') - 1

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write one file, without pickle, which appears only when whole.

        Raises:
            OSError: The disk is full, say; names the file.
        """
        header = {'filenames': self.filenames, 'provenance': self.provenance}
        names = ('embeddings', 'timestamps', 'starts', 'fps')
        save_arrays(path, FORM, header, {name: getattr(self, name) for name in names})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> 'IndexedFrames':
        """Read a file of `save`.

        Raises:
            FileNotFoundError: No such file.
            ValueError: A file of another form, or a broken one.
        """
        return load_arrays(path, FORM, cls._build)

    @classmethod
    def _build(
        cls, header: dict[str, Any], arrays: dict[str, np.ndarray]
    ) -> 'IndexedFrames':
        frames, bounds = cls(), arrays['starts'].tolist()
        whole = (len(arrays['embeddings']), len(arrays['timestamps']))
        if whole != (bounds[-1],) * 2 or len(bounds) != len(header['filenames']) + 1:
            raise ValueError(f'{whole} frames where there should be {bounds[-1]}')
        videos = []
        for place, name in enumerate(header['filenames']):
            part = slice(bounds[place], bounds[place + 1])
            embeddings, times = arrays['embeddings'][part], arrays['timestamps'][part]
            fps = float(arrays['fps'][place])
            videos.append(
                VideoEmbedding(name, embeddings, times, fps, header['provenance'])
            )
        frames.add(videos)
        return frames


def _check(video: VideoEmbedding, width: int, known: set[str]) -> None:
    if video.filename in known:
        raise ValueError(f'{video.filename}: is in the index already')
    if video.embeddings.shape[1] != width:
        raise ValueError(
            f'{video.filename}: embeddings of {video.embeddings.shape[1]} channels, '
            f'but those of the others have {width}'
        )
    if not video.fps > 0:
        raise ValueError(f'{video.filename}: fps must be positive, got {video.fps}')
    lengths = np.linalg.norm(video.embeddings, axis=1)
    wrong = np.flatnonzero(~(np.abs(lengths - 1) <= MAX_LENGTH_ERROR))
    if len(wrong):
        raise ValueError(
            f'{video.filename}: the embedding of frame {wrong[0]} has length '
            f'{lengths[wrong[0]]:.3g}; they must be L2-normalised'
        )
