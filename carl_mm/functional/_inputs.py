"""Read and check the arguments of the functions on arrays."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch

ArrayOrTensor: TypeAlias = npt.ArrayLike | torch.Tensor
Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]


def to_floats(values: ArrayOrTensor) -> Floats:
    """Convert an array, a list or a tensor of any dtype to float64 on the CPU."""
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu().double().numpy()
    return np.asarray(values, dtype=np.float64)


def to_embeddings(embeddings: Sequence[ArrayOrTensor], split: str = '') -> list[Floats]:
    """Convert the embeddings of each video to float64, and check them.

    Args:
        embeddings: ``(T_i, D)`` of each video.
        split: Prefix of error messages, such as 'train '.

    Raises:
        ValueError: One is not (T, D), D differs, or a value is not finite.
    """
    arrays = [to_floats(array) for array in embeddings]
    for index, array in enumerate(arrays):
        if array.ndim != 2 or array.shape[1] != arrays[0].shape[1]:
            raise ValueError(
                f'{split}video {index}: embeddings must be (T, D) with the same D in '
                f'all videos, got {array.shape}; video 0 has {arrays[0].shape}'
            )
        num_bad = int(np.count_nonzero(~np.isfinite(array).all(axis=1)))
        if num_bad:
            raise ValueError(
                f'{split}video {index}: embeddings of {num_bad} of {len(array)} frames '
                'are NaN or infinite'
            )
    return arrays


def to_labels(labels: ArrayOrTensor, name: str, num_phases: int | None = None) -> Ints:
    """Convert labels to ``(T,)`` int64, -1 where unlabelled (NaN or negative).

    Args:
        labels: ``(T,)`` whole numbers of any dtype.
        name: Name of the labels in error messages.
        num_phases: Number of phases, which labels must be below; by default any.

    Raises:
        ValueError: They are not one-dimensional, not whole, or not below
            ``num_phases``.
    """
    values = to_floats(labels)
    if values.ndim != 1:
        raise ValueError(f'{name}: must be (T,), got {values.shape}')
    values = np.where(np.isnan(values) | (values < 0), -1, values)
    wrong = (values != np.rint(values)) | np.isinf(values)
    if num_phases is not None:
        if num_phases < 1:
            raise ValueError(f'num_phases must be >= 1, got {num_phases}')
        wrong |= values >= num_phases
    if wrong.any():
        below = '' if num_phases is None else f' below {num_phases}'
        frame = int(wrong.argmax())
        raise ValueError(
            f'{name}: must be whole numbers{below}, got {values[frame]:g} at frame '
            f'{frame}'
        )
    return values.astype(np.int64)


def check_lengths(
    embeddings: Sequence[Floats],
    per_frame: Sequence[npt.NDArray[np.generic]],
    what: str,
    split: str = '',
) -> None:
    """Check that each video has one entry for each frame.

    Args:
        embeddings: Embeddings of each video.
        per_frame: Entries of each video.
        what: Name of the entries in error messages.
        split: Prefix of error messages, such as 'train '.

    Raises:
        ValueError: Lengths differ; names the video and both lengths.
    """
    if len(embeddings) != len(per_frame):
        raise ValueError(
            f'{split}embeddings of {len(embeddings)} videos, but {what} of '
            f'{len(per_frame)}'
        )
    for index, (array, values) in enumerate(zip(embeddings, per_frame, strict=True)):
        if len(array) != len(values):
            raise ValueError(
                f'{split}video {index}: {len(array)} frames of embeddings, but '
                f'{len(values)} of {what}'
            )


def to_labelled(
    embeddings: Sequence[ArrayOrTensor],
    labels: Sequence[ArrayOrTensor],
    split: str = '',
    num_phases: int | None = None,
) -> tuple[list[Floats], list[Ints]]:
    """Convert and check embeddings and labels together, see the functions above."""
    arrays = to_embeddings(embeddings, split)
    phases = [
        to_labels(values, f'{split}labels of video {index}', num_phases)
        for index, values in enumerate(labels)
    ]
    check_lengths(arrays, phases, 'labels', split)
    return arrays, phases


def check_stride(stride: int) -> None:
    """Refuse a stride below 1.

    Raises:
        ValueError: The stride is below 1.
    """
    if stride < 1:
        raise ValueError(f'stride must be >= 1, got {stride}')
