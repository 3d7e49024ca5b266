"""The videos of all processes: what is known of them to all, embeddings to a judge."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from mmengine import dist
from torch import distributed

from carl_mm.distributed.host_group import host_group
from carl_mm.evaluation.evaluated_video import (
    BACKBONE,
    CENTRED,
    MODEL,
    EvaluatedVideo,
    Place,
    judged_names,
)

Unit = tuple[str, str]  # an embedding's name and an action's: what is judged at once
Videos = dict[Place, EvaluatedVideo]
# A video without embeddings, and the shape of each and whether it is finite.
Told = tuple[EvaluatedVideo, dict[str, tuple[tuple[int, ...], bool]]]


def judged_units(videos: Mapping[Place, EvaluatedVideo]) -> list[Unit]:
    """List what is to be judged; of several processes, each takes every R-th.

    Args:
        videos: All videos and cuts, in the order of their places.
    """
    whole = [v for place, v in videos.items() if place == place.whole and len(v.labels)]
    actions = dict.fromkeys(video.action for video in whole)
    return [(n, action) for n in judged_names(whole) or [MODEL] for action in actions]


def own_share(units: Sequence[Unit], rank: int | None = None) -> Sequence[Unit]:
    """Return the units that this process judges, or the one of another rank."""
    rank = dist.get_rank() if rank is None else rank
    return units[rank :: dist.get_world_size()]


def gather_videos(
    results: list[tuple[Place, EvaluatedVideo]], size: int | None = None
) -> list[tuple[Place, EvaluatedVideo]]:
    """Return the videos of all processes, in the order of their places, each once.

    Samplers pad the last batch with repeated videos. Names and labels reach every
    process; an embedding reaches those that judge it, see `own_share`, over the CPU.
    The others have in its place an array of its shape that takes no memory: zeros, or
    NaN where it is not finite.

    Args:
        results: Places and videos of this process.
        size: Number of places, behind which all is a sampler's padding; by default
            any place counts.
    """
    own = {p: v for p, v in results if size is None or p.sample_idx < size}
    if dist.get_world_size() == 1:
        return sorted(own.items())
    group = host_group()
    everyone: list[dict[Place, Told]] = [{} for _ in range(dist.get_world_size())]
    told = {place: _told(video) for place, video in own.items()}
    distributed.all_gather_object(everyone, told, group=group)
    owners = {place: rank for rank, part in enumerate(everyone) for place in part}
    videos = {p: _with_stand_ins(*everyone[owners[p]][p]) for p in sorted(owners)}
    rank = dist.get_rank()
    for source, judge, place, name in _moves(videos, owners):
        if rank == judge == source:
            videos[place].embeddings[name] = own[place].embeddings[name]
        elif rank == source:
            array = np.ascontiguousarray(own[place].embeddings[name], np.float32)
            distributed.send(torch.from_numpy(array), judge, group=group)
        elif rank == judge:
            array = np.empty(videos[place].embeddings[name].shape, np.float32)
            distributed.recv(torch.from_numpy(array), source, group=group)
            videos[place].embeddings[name] = array
    return list(videos.items())


def own_place(count: int) -> int:
    """Return the place of this process's next sample, where it does not tell its own.

    Args:
        count: Number of samples before it, in this process. The sampler deals samples
            out in turn, as mmengine's `DefaultSampler` does without shuffling.
    """
    return count * int(dist.get_world_size()) + int(dist.get_rank())


def _told(video: EvaluatedVideo) -> Told:
    """Return what every process learns of a video."""
    known = {
        name: (array.shape, bool(np.isfinite(array).all()))
        for name, array in video.embeddings.items()
    }
    return replace(video, embeddings={}), known


def _with_stand_ins(
    video: EvaluatedVideo, known: Mapping[str, tuple[tuple[int, ...], bool]]
) -> EvaluatedVideo:
    for name, (shape, is_finite) in known.items():
        value = np.float32(0 if is_finite else np.nan)
        video.embeddings[name] = np.broadcast_to(value, shape)
    return video


def _moves(
    videos: Videos, owners: Mapping[Place, int]
) -> Iterator[tuple[int, int, Place, str]]:
    """Yield source, judge, place and name of each embedding that is needed.

    In the same order on every process, so that none waits for another in a circle.
    """
    units = judged_units(videos)
    for judge in range(dist.get_world_size()):
        needed = {
            (BACKBONE if name == CENTRED else name, action)
            for name, action in own_share(units, judge)
        }
        for place, video in videos.items():
            for name, stand_in in list(video.embeddings.items()):
                if (name, video.action) in needed and stand_in.size:
                    yield owners[place], judge, place, name
