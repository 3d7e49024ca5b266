"""Videos in, embeddings with time stamps out."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from carl_mm.apis.embedding.array_video import ArrayVideo
from carl_mm.apis.embedding.predict_sample import predict_sample
from carl_mm.apis.embedding.progress import OnProgress, WatchedStream, progress_bar
from carl_mm.apis.embedding.trained_model import load_trained, usable_device
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.datasets.transforms import FrameStream, OpenVideo
from carl_mm.datasets.video_io.find_videos import find_videos
from carl_mm.datasets.video_io.open_video import VideoDecodeError

PathLike: TypeAlias = str | os.PathLike[str]


class FramewiseInferencer:
    """Embed every frame of videos with a trained model, as tools/test.py does.

    A video is decoded while it is embedded, and never held in memory as a whole.

    Args:
        config_or_dir: A config file; a work dir of tools/train.py, whose config and
            newest whole checkpoint are taken; or a checkpoint, which keeps its config.
        checkpoint: A checkpoint or a work dir; needed with a config file.
        device: Device to compute on; by default cuda if there is one, else cpu.
        trust_checkpoint: Whether to read a checkpoint that holds more than weights, or
            that keeps a config with components of others; such a file can run code.

    Attributes:
        device: Device of the model.
        provenance: What made the embeddings; see `VideoEmbedding`.
        failed: Videos that the last call left out, each with the reason.

    Raises:
        FileNotFoundError: A file is missing, or a work dir has no whole checkpoint.
        ValueError: The checkpoint belongs to another config, or the device is not
            there.

    Example:
        >>> from carl_mm.apis import FramewiseInferencer
        >>> inferencer = FramewiseInferencer('work_dirs/carl')  # doctest: +SKIP
        >>> inferencer('swing.mp4').embeddings.shape  # doctest: +SKIP
        (214, 128)
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
        """Embed one or several videos.

        Args:
            inputs: A video file; a list of files and folders; a folder, which is
                searched with its subfolders; or a video ``(T, H, W, 3)`` uint8, RGB.
            fps: Frames per second of a video given as an array, > 0.
            on_error: What to do with a video that cannot be decoded; see `stream`.
            progress: Whether to show a bar, if on a terminal.

        Returns:
            One embedding for a file or an array, else a list of them.

        Raises:
            FileNotFoundError: There is no such file, or a folder has no video.
            VideoDecodeError: A video cannot be decoded.
            ValueError: An array is not a video or lacks ``fps``, or embeddings are not
                finite.
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
        """Embed videos one after the other and yield each as soon as it is done.

        Args:
            paths: Video files, and folders that are searched with their subfolders.
            on_error: 'raise' stops at a video that cannot be decoded; 'skip' leaves it
                out and notes it in ``failed``.
            progress: Whether to show a bar, if on a terminal.

        Raises:
            FileNotFoundError: There is no such file, or a folder has no video.
            VideoDecodeError: A video cannot be decoded, and ``on_error`` is 'raise'.
            ValueError: Embeddings are not finite, or ``on_error`` is unknown.
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
        self, path: PathLike, on_progress: OnProgress | None = None
    ) -> VideoEmbedding:
        """Embed one video file, or a folder of numbered images.

        Args:
            path: Video to embed.
            on_progress: Called with each share of the video that is done.

        Raises:
            VideoDecodeError: The video cannot be decoded.
            ValueError: Embeddings are not finite.
        """
        return self._embed({'filename': str(path)}, on_progress)

    def _embed(
        self, results: dict[str, Any], on_progress: OnProgress | None = None
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
        on_progress = on_progress or (lambda part: None)
        results['inputs'] = WatchedStream(results['inputs'], on_progress)
        sample = predict_sample(self.model, results)
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
        raise ValueError('a video given as an array needs fps, its frames per second')
    video = ArrayVideo(np.asarray(frames), fps)
    return {
        'filename': video.filename,
        'video': video,
        'total_frames': video.num_frames,
        'fps': video.fps,
    }
