"""Videos in, embeddings with time stamps out."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from torch import Tensor

from carl_mm.apis.embedding.array_video import ArrayVideo
from carl_mm.apis.embedding.progress import (
    Advance,
    UndecodableError,
    WatchedStream,
    progress_bar,
)
from carl_mm.apis.embedding.trained_model import load_trained, usable_device
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.datasets.transforms import FrameStream, OpenVideo
from carl_mm.datasets.video_io.find_videos import find_videos
from carl_mm.datasets.video_io.open_video import VideoDecodeError

PathLike = str | os.PathLike[str]


class FramewiseInferencer:
    """Embed videos by a trained model, frame by frame, as tools/test.py does.

    A video is decoded while it is embedded, and never held whole.

    Args:
        config_or_dir: A config file; a work dir of tools/train.py, whose config and
            newest whole checkpoint are taken; or a checkpoint, which keeps its config.
        checkpoint: A checkpoint or a work dir; needed by a config file.
        device: By default cuda where there is one, else cpu.
        trust_checkpoint: Read a checkpoint that holds more than weights, or a config
            of other components; it can run code.

    Attributes:
        device: Of the model.
        provenance: What made the embeddings, see `VideoEmbedding`.
        failed: Of the last call, the videos that were left out, and why.

    Raises:
        FileNotFoundError: A file is not there, or a work dir has no whole checkpoint.
        ValueError: A checkpoint of another config, or a device that is not there.
    """

    def __init__(
        self,
        config_or_dir: PathLike,
        checkpoint: PathLike | None = None,
        device: str | torch.device | None = None,
        trust_checkpoint: bool = False,
    ) -> None:
        self.device = usable_device(device)  # first: loading takes seconds
        trained = load_trained(config_or_dir, checkpoint, trust_checkpoint)
        self.model = trained.model.to(self.device)
        self.steps = trained.steps
        self.provenance = trained.provenance
        self.failed: dict[str, str] = {}

    def __call__(
        self,
        inputs: PathLike | Sequence[PathLike] | np.ndarray | Tensor,
        fps: float | None = None,
        on_error: str = 'raise',
        progress: bool = True,
    ) -> VideoEmbedding | list[VideoEmbedding]:
        """Embed.

        Args:
            inputs: A video file; a list of files and folders; a folder, searched with
                its subfolders; or a video ``(T, H, W, 3)`` uint8, RGB.
            fps: Of a video that is an array, which needs it; > 0.
            on_error: See `stream`.
            progress: Show a bar, on a terminal.

        Returns:
            Of a file or an array one, else a list.

        Raises:
            FileNotFoundError: No such file, or a folder without a video.
            VideoDecodeError: A video cannot be decoded.
            ValueError: An array of another form or without ``fps``, or embeddings that
                are not finite.
        """
        if isinstance(inputs, (np.ndarray, Tensor)):
            return self._embed(_array_info(inputs, fps))
        if isinstance(inputs, (str, os.PathLike)) and not os.path.isdir(inputs):
            return next(self.stream([inputs], progress=progress))
        paths = [inputs] if isinstance(inputs, (str, os.PathLike)) else inputs
        return list(self.stream(paths, on_error, progress))

    def stream(
        self,
        paths: Iterable[PathLike],
        on_error: str = 'raise',
        progress: bool = True,
    ) -> Iterator[VideoEmbedding]:
        """Embed videos one after the other, each given as soon as it is done.

        Args:
            paths: Files and folders.
            on_error: 'raise' stops at a video that cannot be decoded; 'skip' leaves it
                out and notes it in ``failed``.
            progress: Show a bar, on a terminal.

        Raises:
            FileNotFoundError: No such file, or a folder without a video.
            VideoDecodeError: See ``on_error``.
            ValueError: Embeddings that are not finite.
        """
        if on_error not in ('raise', 'skip'):
            raise ValueError(f"on_error must be 'raise' or 'skip', got {on_error!r}")
        videos, self.failed = find_videos(paths), {}
        return self._stream(videos, on_error == 'skip', progress)

    def _stream(
        self, videos: Sequence[PathLike], skip: bool, show: bool
    ) -> Iterator[VideoEmbedding]:
        with progress_bar(show) as bar:
            task = bar.add_task('', total=len(videos))
            for index, path in enumerate(videos):
                try:
                    yield self.embed_file(path, lambda part: bar.advance(task, part))
                except VideoDecodeError as error:
                    if not skip:
                        raise
                    self.failed[str(path)] = str(error)
                bar.update(task, completed=index + 1)

    def embed_file(
        self, path: PathLike, advance: Advance | None = None
    ) -> VideoEmbedding:
        """Embed one video file, or a folder of numbered images.

        Args:
            path: Of the video.
            advance: Called with each share of the video that is done.

        Raises:
            VideoDecodeError: It cannot be decoded.
            ValueError: Embeddings that are not finite.
        """
        return self._embed({'filename': str(path)}, advance)

    def _embed(
        self, results: dict[str, Any], advance: Advance | None = None
    ) -> VideoEmbedding:
        video = results.get('video')
        for step in self.steps:
            if not (video and isinstance(step, OpenVideo)):
                results = step(results)
                video = video or results.get('video')
        if video is None or not isinstance(results['inputs'], FrameStream):
            raise ValueError(
                "the config's test pipeline must open a video and take it whole, by "
                'OpenVideo and WholeVideo'
            )
        stream = results['inputs']
        if isinstance(video, ArrayVideo):
            results['inputs'] = video.transformed(stream)
        else:
            results['inputs'] = WatchedStream(stream, advance or (lambda part: None))
        try:
            (sample,) = self.model.test_step(pseudo_collate([results]))
        except UndecodableError as error:
            raise error.reason from None
        embeddings = sample.pred_embedding.numpy()
        if not np.isfinite(embeddings).all():
            raise ValueError(
                f'{video.filename}: its embeddings are not finite; the training of '
                f'{self.provenance["checkpoint"]} has diverged'
            )
        return VideoEmbedding(
            video.filename,
            embeddings,
            video.timestamps,
            video.fps,
            self.provenance,
            sample.frame_features.numpy(),
        )


def _array_info(frames: np.ndarray | Tensor, fps: float | None) -> dict[str, Any]:
    if fps is None:
        raise ValueError('a video that is an array needs fps, its frames a second')
    video = ArrayVideo(np.asarray(frames), fps)
    return {
        'filename': video.filename,
        'video': video,
        'total_frames': video.num_frames,
        'fps': video.fps,
    }
