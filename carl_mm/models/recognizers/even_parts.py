"""Long videos in parts of the same length, as the published code cuts them."""

import torch
from torch import Tensor


def even_parts(frames: Tensor, max_frames: int | None) -> tuple[Tensor, ...]:
    """Cut a video into the fewest parts that are not too long, of the same length.

    Of S frames each part has ceil(S / ceil(S / ``max_frames``)); the last one may have
    fewer. So 1,100 frames are 550 and 550, not 1,000 and 100: a short rest would see
    little of the video, and its positions would be spread over it all the same.

    Args:
        frames: What is cut, ``(S, ...)``.
        max_frames: Largest number of frames in a part; None leaves the video whole.

    Returns:
        The parts in order, views of ``frames``.
    """
    if max_frames is None or len(frames) <= max_frames:
        return (frames,)
    num_parts = -(-len(frames) // max_frames)
    return torch.split(frames, -(-len(frames) // num_parts))
