"""Landmarks of a body, as a network of MediaPipe gives them, made comparable."""

import torch
from torch import Tensor

NUM_LANDMARKS = 33  # BlazePose's: https://arxiv.org/abs/2006.10204
SHOULDERS = (11, 12)
HIPS = (23, 24)


def relative_landmarks(places: Tensor) -> Tensor:
    """Return where landmarks are relative to the body's centre and scale.

    The centre is the middle of the hips in each frame; the scale is the median over the
    video of the distance from there to the middle of the shoulders, as the trunk looks
    short in a frame in which it bends towards the camera.

    Args:
        places: Places in the frames of a video, ``(T, 33, 2)``, in any unit that is
            the same across and down.

    Returns:
        ``(T, 33, 2)``, in lengths of the trunk; zero where the trunk has no length.

    Raises:
        ValueError: There are not 33 landmarks.

    Examples:
        >>> body = torch.zeros(1, 33, 2)
        >>> body[0, :, 1] = 10  # hips at (0, 10)
        >>> body[0, 11:13] = torch.tensor([0.0, 6.0])  # shoulders above
        >>> body[0, 15] = torch.tensor([8.0, 6.0])  # a hand
        >>> relative_landmarks(body)[0, 15].tolist()
        [2.0, -1.0]
    """
    if places.shape[1:] != (NUM_LANDMARKS, 2):
        raise ValueError(
            f'landmarks must be (T, {NUM_LANDMARKS}, 2), got {tuple(places.shape)}'
        )
    if not len(places):
        return places
    centre = places[:, HIPS].mean(1, keepdim=True)
    shoulders = places[:, SHOULDERS].mean(1, keepdim=True)
    scale = (shoulders - centre).norm(dim=2).median()
    return torch.where(scale > 0, (places - centre) / scale, 0.0)
