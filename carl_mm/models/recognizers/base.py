"""What all recognizers do with whole videos in testing."""

import logging
from collections.abc import Sequence
from typing import Any, TypeAlias

import torch
from mmaction.models import BaseRecognizer
from mmaction.structures import ActionDataSample
from mmengine.logging import print_log
from torch import Tensor

from carl_mm.datasets.transforms import FrameStream
from carl_mm.datasets.video_io.open_video import VideoDecodeError

Video: TypeAlias = Tensor | FrameStream


class WholeVideoRecognizer(BaseRecognizer):
    """Base class of recognizers that embed every frame of whole videos in testing.

    A subclass defines `predict_video`.
    """

    @torch.no_grad()
    def predict(
        self,
        inputs: Sequence[Video],
        data_samples: list[ActionDataSample],
        **_: Any,
    ) -> list[ActionDataSample]:
        """Embed whole videos, each on its own.

        Args:
            inputs: The videos, as `predict_video` takes them.
            data_samples: One for each video, changed in place.

        Returns:
            The samples, with what `predict_video` adds. A video without a frame has
            an empty pred_embedding; one that cannot be decoded, too, and says why in
            ``problem``.
        """
        for video, sample in zip(inputs, data_samples, strict=True):
            try:
                if len(video):
                    self.predict_video(video, sample)
                    continue
            except VideoDecodeError as error:
                print_log(f'skipped: {error}', 'current', logging.WARNING)
                sample.set_metainfo({'problem': str(error)})
            # Metrics leave a video without a frame out.
            sample.pred_embedding, sample.controls = torch.empty(0, 1), {}
            sample.frame_features = torch.empty(0, 1)
            sample.gt_label = torch.empty(0, dtype=torch.int64)
        return data_samples

    def predict_video(self, video: Video, sample: ActionDataSample) -> None:
        """Embed all frames of a video and write the embeddings into its sample.

        Raises:
            VideoDecodeError: A frame is damaged.
        """
        raise NotImplementedError
