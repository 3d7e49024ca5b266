"""FineGym's linear protocol: one layer by SGD, for more frames than lbfgs can take."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


def linear_classification(
    train_embeddings: Sequence[Any],
    train_labels: Sequence[Any],
    test_embeddings: Sequence[Any],
    test_labels: Sequence[Any],
    num_classes: int,
    *,
    lr: float = 50.0,
    momentum: float = 0.9,
    weight_decay: float = 1e-6,
    max_epochs: int = 100,
    videos_per_batch: int = 10,
    drop_last: bool = False,
    seed: int = 0,
    device: torch.device | str | None = None,
) -> float:
    """Accuracy on the test frames of a linear layer trained by SGD.

    A step takes the labelled frames of ``videos_per_batch`` videos. The learning rate
    of epoch e of E is lr (1 + cos(pi e / E)) / 2, and the accuracy is that after the
    last epoch. Embeddings stay where they are; the device holds one batch at a time.

    All draws come from one CPU generator: first the layer, uniform in +-1 / sqrt(D),
    weight before bias, then a ``randperm`` of the videos for each epoch.

    Args:
        train_embeddings: Embeddings of each train video, ``(T_i, D)`` float32, finite.
        train_labels: Integer labels of each train video, ``(T_i,)``; frames with a
            negative label are left out.
        test_embeddings: Embeddings of each test video, ``(T_i, D)`` float32, finite.
        test_labels: Integer labels of each test video, ``(T_i,)``; frames with a
            negative label are left out.
        num_classes: Number of classes; labels are below it.
        lr: Learning rate of the first epoch.
        momentum: Momentum of SGD, without Nesterov's correction.
        weight_decay: Weight decay of the layer's weight and bias.
        max_epochs: Number of epochs E, >= 1.
        videos_per_batch: Number of videos in a step, >= 1. Published are 10 for each
            process, so 40 on the paper's four GPUs.
        drop_last: Whether an epoch's last step is left out where it has fewer videos,
            as published; an epoch's only step never is.
        seed: Seed of the draws.
        device: Device to train on; by default the first GPU, where there is one.

    Returns:
        The accuracy, in [0, 1]; NaN without a labelled train or test frame.

    Raises:
        ValueError: Lengths differ, or a label is not below ``num_classes``; names the
            video.

    Examples:
        >>> train, test = [[[-1.0], [-1.0], [1.0]]], [[[-2.0], [2.0]]]
        >>> linear_classification(train, [[0, 0, 1]], test, [[0, 1]], 2, device='cpu')
        1.0
    """
    train = _check_videos(train_embeddings, train_labels, num_classes, 'train')
    test = _check_videos(test_embeddings, test_labels, num_classes, 'test')
    if not train or not test:
        return float('nan')
    if device is None:
        device = 'cuda' if torch.cuda.is_available() else 'cpu'
    generator = torch.Generator().manual_seed(seed)
    layer = _make_layer(train[0][0].shape[1], num_classes, generator).to(device)
    optimizer = torch.optim.SGD(
        layer.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay
    )
    used = len(train)
    if drop_last and used > videos_per_batch:
        used -= used % videos_per_batch
    for epoch in range(max_epochs):
        for group in optimizer.param_groups:
            group['lr'] = lr * (1 + math.cos(math.pi * epoch / max_epochs)) / 2
        order = torch.randperm(len(train), generator=generator).tolist()
        for start in range(0, used, videos_per_batch):
            batch = [train[i] for i in order[start : start + videos_per_batch]]
            frames, labels = _labelled_frames(batch, device)
            optimizer.zero_grad()
            F.cross_entropy(layer(frames), labels).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return _accuracy(layer, test, videos_per_batch, device)


@torch.no_grad()
def _accuracy(
    layer: torch.nn.Linear,
    videos: list[tuple[Tensor, Tensor]],
    videos_per_batch: int,
    device: torch.device | str,
) -> float:
    correct = total = 0
    for start in range(0, len(videos), videos_per_batch):
        batch = videos[start : start + videos_per_batch]
        frames, labels = _labelled_frames(batch, device)
        correct += int((layer(frames).argmax(dim=1) == labels).sum())
        total += len(labels)
    return correct / total


def _make_layer(
    channels: int, num_classes: int, generator: torch.Generator
) -> torch.nn.Linear:
    layer = torch.nn.Linear(channels, num_classes)
    bound = 1 / math.sqrt(channels)
    with torch.no_grad():
        for parameter in (layer.weight, layer.bias):
            parameter.uniform_(-bound, bound, generator=generator)
    return layer


def _check_videos(
    embeddings: Sequence[Any], labels: Sequence[Any], num_classes: int, split: str
) -> list[tuple[Tensor, Tensor]]:
    """Return the videos with a labelled frame, as tensors that share their memory."""
    if len(embeddings) != len(labels):
        raise ValueError(
            f'{split}: embeddings of {len(embeddings)} videos, labels of {len(labels)}'
        )
    videos = []
    for index, (frames, values) in enumerate(_tensors(embeddings, labels)):
        if len(frames) != len(values):
            raise ValueError(
                f'{split} video {index}: {len(frames)} frames, {len(values)} labels'
            )
        if len(values) and int(values.max()) >= num_classes:
            raise ValueError(
                f'{split} video {index}: label {int(values.max())} is not below '
                f'num_classes {num_classes}'
            )
        if (values >= 0).any():
            videos.append((frames, values))
    return videos


def _tensors(
    embeddings: Sequence[Any], labels: Sequence[Any]
) -> Iterator[tuple[Tensor, Tensor]]:
    for frames, values in zip(embeddings, labels, strict=True):
        yield torch.as_tensor(frames), torch.as_tensor(values)


def _labelled_frames(
    videos: list[tuple[Tensor, Tensor]], device: torch.device | str
) -> tuple[Tensor, Tensor]:
    """Concatenate the labelled frames of some videos on the device."""
    known = [labels >= 0 for _, labels in videos]
    frames = [video[mask] for (video, _), mask in zip(videos, known, strict=True)]
    values = [labels[mask] for (_, labels), mask in zip(videos, known, strict=True)]
    return torch.cat(frames).float().to(device), torch.cat(values).long().to(device)
