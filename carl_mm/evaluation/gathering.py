"""The videos of all processes on every process, moved as arrays."""

from typing import Any

import numpy as np
import torch
from mmengine import dist

from carl_mm.evaluation.evaluated_video import EvaluatedVideo, Place


def gather_videos(
    results: list[tuple[Place, EvaluatedVideo]], size: int | None = None
) -> list[tuple[Place, EvaluatedVideo]]:
    """Return the videos of all processes, in the order of their places, each once.

    Samplers pad the last batch with repeated videos. Only names and shapes are
    pickled; frames travel as one array per process and embedding.

    Args:
        results: Places and videos of this process.
        size: Number of places, behind which all is a sampler's padding; by default
            any place counts.
    """
    if dist.get_world_size() > 1:
        headers = [
            (place, v.filename, v.action, v.split, v.view, v.fps, len(v.labels))
            for place, v in results
        ]
        widths = [{k: e.shape[1] for k, e in v.embeddings.items()} for _, v in results]
        everything: list[Any] = dist.all_gather_object((headers, widths))
        labels = _gather([v.labels for _, v in results], np.int64)
        frame_inds = _gather([v.frame_inds for _, v in results], np.int64)
        names = sorted({name for _, part in everything for row in part for name in row})
        embeddings = {}
        for name in names:
            own = [v.embeddings[name] for _, v in results if name in v.embeddings]
            embeddings[name] = _gather(own, np.float32)
        results = []
        for rank, (rows, shapes) in enumerate(everything):
            flat = {name: parts[rank] for name, parts in embeddings.items()}
            inds = labels[rank], frame_inds[rank]
            results += _rebuild(rows, shapes, *inds, flat)
    placed = sorted(dict(results).items())
    return [pair for pair in placed if size is None or pair[0].sample_idx < size]


def own_place(count: int) -> int:
    """Return the place of this process's next sample, where it does not tell its own.

    Args:
        count: Number of samples before it, in this process. The sampler deals samples
            out in turn, as mmengine's `DefaultSampler` does without shuffling.
    """
    return count * int(dist.get_world_size()) + int(dist.get_rank())


def _gather(arrays: list[np.ndarray], dtype: Any) -> list[np.ndarray]:
    """Concatenate this process's arrays; return the flat array of each process."""
    flat = [np.ascontiguousarray(array, dtype).ravel() for array in arrays]
    own = torch.from_numpy(np.concatenate([np.empty(0, dtype), *flat]))
    sizes = dist.all_gather_object(len(own))
    device = 'cuda' if dist.get_backend() == 'nccl' else 'cpu'
    padded = own.new_zeros(max(sizes), device=device)
    padded[: len(own)] = own
    gathered = dist.all_gather(padded)
    return [
        part[:size].cpu().numpy() for part, size in zip(gathered, sizes, strict=True)
    ]


def _rebuild(
    headers: list[tuple[Any, ...]],
    widths: list[dict[str, int]],
    labels: np.ndarray,
    frame_inds: np.ndarray,
    embeddings: dict[str, np.ndarray],
) -> list[tuple[Place, EvaluatedVideo]]:
    """Split the flat arrays of one process into its videos."""
    at = dict.fromkeys(embeddings, 0)
    frame, videos = 0, []
    for header, shapes in zip(headers, widths, strict=True):
        place, filename, action, split, view, fps, length = header
        parts = {}
        for name, width in shapes.items():
            flat = embeddings[name][at[name] : at[name] + length * width]
            parts[name] = flat.reshape(length, width)
            at[name] += length * width
        own = slice(frame, frame + length)
        frame += length
        video = EvaluatedVideo(
            filename, action, split, view, labels[own], frame_inds[own], fps, parts
        )
        videos.append((place, video))
    return videos
