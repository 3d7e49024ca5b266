"""Embed one prepared video."""

from typing import Any

import torch
from mmaction.structures import ActionDataSample
from mmengine.dataset import pseudo_collate

from carl_mm.models.recognizers.base import WholeVideoRecognizer


def predict_sample(
    model: WholeVideoRecognizer, packed: dict[str, Any]
) -> ActionDataSample:
    """Embed a video as the model's ``test_step`` does, but raise if it is damaged.

    ``test_step`` must go on with the other videos of an evaluation; whoever embeds a
    video for its own sake wants to know.

    Args:
        model: Recognizer in eval mode.
        packed: What the test pipeline makes of the video.

    Returns:
        The sample, with what ``predict_video`` of the model adds.

    Raises:
        VideoDecodeError: A frame cannot be decoded.
    """
    data = model.data_preprocessor(pseudo_collate([packed]), False)
    (video,), (sample,) = data['inputs'], data['data_samples']
    with torch.no_grad():
        model.predict_video(video, sample)
    return sample
