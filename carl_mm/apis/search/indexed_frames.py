"""The frames of many videos side by side, and their file."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.apis.array_file import load_arrays, save_arrays
from carl_mm.apis.embedding.same_model import check_same_model
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.apis.search.approximate_search import ApproximateSearch
from carl_mm.files import file_state
from carl_mm.locking import lock_beside
from carl_mm.quoting import quote

FORM = 'carl_mm frame index 1'
MAX_LENGTH_ERROR = 1e-3  # of a unit vector


class IndexedFrames:
    """Embeddings of N frames of V videos, of one model.

    Attributes:
        filenames: Names of the videos, all different.
        embeddings: Embeddings of unit length, ``(N, D)`` float32.
        timestamps: Time stamps, ``(N,)`` float64, in seconds.
        starts: Row of each video's first frame, then N, ``(V + 1,)`` int64.
        fps: Frames per second of each video, ``(V,)`` float64.
        provenance: What made the embeddings; may be empty.
    """

    def __init__(self) -> None:
        self.filenames: list[str] = []
        self.embeddings = np.empty((0, 0), dtype=np.float32)
        self.timestamps = np.empty(0)
        self.starts = np.zeros(1, dtype=np.int64)
        self.fps = np.empty(0)
        self.provenance: dict[str, str] = {}
        self._approximate: ApproximateSearch | None = None
        self._read: tuple[str, tuple[int, int]] | None = None  # file, and its state

    def add(self, videos: Iterable[VideoEmbedding]) -> None:
        """Add videos: all of them, or none if one is bad.

        Raises:
            ValueError: Embeddings are not of unit length, or of another D or model, or
                a file name is there already.
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
        self._approximate = None

    def rows(self, filename: str) -> tuple[int, int]:
        """Return the row of a video's first frame, and the row after its last.

        Raises:
            ValueError: The video is not in the index.
        """
        if filename not in self.filenames:
            count = len(self.filenames)
            raise ValueError(f'{filename}: not in the index of {count} videos; add it')
        place = self.filenames.index(filename)
        first, end = self.starts[place : place + 2].tolist()
        return first, end

    def video(self, video: str | VideoEmbedding) -> VideoEmbedding:
        """Return a video to compare with the frames.

        Args:
            video: File name of a video in the index, which is returned as it was added,
                but without frame features; or any video of the same model.

        Raises:
            ValueError: The name is not in the index, or the video is another model's.
        """
        if isinstance(video, VideoEmbedding):
            check_same_model([video], self.provenance)
            return video
        part = slice(*self.rows(video))
        fps = float(self.fps[self.filenames.index(video)])
        embeddings, times = self.embeddings[part], self.timestamps[part]
        return VideoEmbedding(video, embeddings, times, fps, self.provenance)

    def video_of(self, rows: Any) -> Any:
        """Return the index of the video that each row is in, in the rows' shape."""
        return np.searchsorted(self.starts, rows, side='right') - 1

    def approximate_search(self, num_probes: int) -> ApproximateSearch:
        """Return the search by faiss in these frames, built when it is first used.

        Raises:
            ImportError: faiss is not installed.
            ValueError: There is no frame.
        """
        if self._approximate is None:
            self._approximate = ApproximateSearch(self.embeddings)
        self._approximate.num_probes = num_probes
        return self._approximate

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write one file, without pickle, which appears only when it is whole.

        Raises:
            LockedError: Another process is writing it; names it.
            ValueError: The file it was read from has been changed meanwhile.
            OSError: The file cannot be written; names it.
        """
        header = {'filenames': self.filenames, 'provenance': self.provenance}
        names = ('embeddings', 'timestamps', 'starts', 'fps')
        arrays = {name: getattr(self, name) for name in names}
        path = Path(path)
        with lock_beside(path, 'wait until it has ended'):
            place, state = os.path.realpath(path), (self._read or ('', None))[1]
            if self._read and self._read[0] == place and _state(path) != state:
                raise ValueError(
                    f'{path}: has been changed since it was read, and saving would '
                    'lose what was added there; read it again and add to that, or '
                    'save to another file'
                )
            save_arrays(path, FORM, header, arrays)
            self._read = place, file_state(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> 'IndexedFrames':
        """Read a file that `save` wrote.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The file is of another form, or broken.
        """
        state = _state(path)  # before it is read: it may change meanwhile
        frames = load_arrays(path, FORM, cls._build)
        frames._read = None if state is None else (os.path.realpath(path), state)
        return frames

    @classmethod
    def _build(
        cls, header: dict[str, Any], arrays: dict[str, np.ndarray]
    ) -> 'IndexedFrames':
        frames, bounds = cls(), arrays['starts'].tolist()
        if not isinstance(header['filenames'], list):
            raise ValueError('filenames must be a list')
        whole = len(arrays['embeddings']), len(arrays['timestamps'])
        if whole != (bounds[-1],) * 2 or len(bounds) != len(header['filenames']) + 1:
            raise ValueError(f'{whole} frames where there should be {bounds[-1]}')
        # Otherwise frames would be dropped, or be in two videos.
        if bounds[0] != 0 or bounds != sorted(bounds):
            raise ValueError(f'starts must ascend from 0, got {quote(bounds)}')
        videos = []
        for place, name in enumerate(header['filenames']):
            part = slice(bounds[place], bounds[place + 1])
            parts = arrays['embeddings'][part], arrays['timestamps'][part]
            fps = float(arrays['fps'][place])
            videos.append(VideoEmbedding(name, *parts, fps, header['provenance']))
        frames.add(videos)
        return frames


def _state(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    return file_state(path) if os.path.isfile(path) else None


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
