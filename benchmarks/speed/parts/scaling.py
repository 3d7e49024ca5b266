"""How cost grows: predicted before it is measured, as slopes on log-log axes.

Pictures and backbone are small, as only the slope matters. Everything runs in one
thread, and each process on a core of its own.
"""

import math
import multiprocessing
import os
from collections.abc import Callable, Sequence
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from typing import Any

import cv2
import numpy as np
import torch
from parts.embed import embed, open_sample
from parts.evaluate import make_videos, our_pairs
from parts.network import build_model, make_batch
from parts.step import our_step
from parts.timing import median_seconds
from parts.videos import make_video

SIZE, DEPTH, TRAINED_FRAMES = 64, 18, 80
SIZES: dict[str, tuple[int, ...]] = {
    'step': (40, 80, 160, 320),
    'neck': (240, 480, 960, 1920),
    'embed': (300, 1000, 2000),
    'pairs': (20, 40, 80, 160),
    'processes': (1, 2),
}
SHARED_VIDEOS, SHARED_FRAMES = 4, 300
Call = Callable[[], Any]


def run(
    repeats: int = 3, sizes: dict[str, tuple[int, ...]] | None = None
) -> dict[str, dict[str, Any]]:
    """Time all rows.

    Args:
        repeats: Number of runs of each size, of which the median counts.
        sizes: Sizes that replace those in `SIZES`, with the same keys.

    Returns:
        Title of each row to its sizes, seconds, and predicted and measured slope.
    """
    sizes = {**SIZES, **(sizes or {})}
    threads, cv2_threads = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(1)
    cv2.setNumThreads(0)
    try:
        seconds = {
            name: [median_seconds(make(size), repeats)[0] for size in sizes[name]]
            for name, make in ROWS.items()
        }
    finally:
        torch.set_num_threads(threads)
        cv2.setNumThreads(cv2_threads)
    seconds['processes'] = [share_videos(count) for count in sizes['processes']]
    return {
        WHAT[name]: {
            'sizes': list(sizes[name]),
            'seconds': values,
            'predicted slope': slope(sizes[name], map(COSTS[name], sizes[name])),
            'measured slope': slope(sizes[name], values),
        }
        for name, values in seconds.items()
    }


def slope(sizes: Sequence[int], costs: Any) -> float:
    """Fit a line to the logarithms and return its slope; nan for a single size."""
    if len(sizes) < 2:
        return math.nan
    return float(np.polyfit(np.log(sizes), np.log(list(costs)), 1)[0])


def neck_cost(num_frames: int) -> float:
    """Return the number of multiplications in the neck at its default widths."""
    per_frame = 512 * 512 + 512 * 512 + 512 * 256 + 256 * 128
    # A layer: four projections and a feed-forward of four times the width ...
    per_frame += 3 * (4 * 256**2 + 2 * 4 * 256**2)
    # ... and, with every other frame, a similarity and a weighted sum.
    per_pair = 3 * 2 * 256
    return per_frame * num_frames + per_pair * num_frames**2


WHAT = {
    'step': f'training step, T frames of {SIZE} px',
    'neck': 'neck alone, T frames',
    'embed': 'embedding a video, frames',
    'pairs': 'pair metrics, videos of 70 frames',
    'processes': f'embedding {SHARED_VIDEOS} videos, processes',
}
COSTS: dict[str, Callable[[int], float]] = {
    # The backbone sees each frame alone; the T x T parts are a thousandth of it.
    'step': lambda num_frames: num_frames,
    # Linear layers see each frame alone, attention sees pairs: equal at T = 1,936.
    'neck': neck_cost,
    # Decoding and backbone see each frame once; the neck's pairs are still few.
    'embed': lambda num_frames: num_frames,
    # Every ordered pair is compared, and none costs more in company.
    'pairs': lambda num_videos: num_videos * (num_videos - 1),
    # Shares are equal and nothing is exchanged; shared are memory and cache alone.
    'processes': lambda count: 1 / count,
}


def step_call(num_frames: int) -> Call:
    """Return a training step."""
    step = our_step(build_model(num_frames, DEPTH), make_batch(num_frames, SIZE))
    step()  # warms up
    return step


def neck_call(num_frames: int) -> Call:
    """Return the neck's pass over one video."""
    neck = build_model(num_frames, DEPTH).neck.eval().requires_grad_(False)
    features = torch.randn(1, num_frames, neck.in_channels)
    neck(features)
    return lambda: neck(features)


def embed_call(num_frames: int) -> Call:
    """Return the embedding of a video."""
    model = build_model(TRAINED_FRAMES, DEPTH, controls=()).eval()
    sample = open_sample(make_video(num_frames), SIZE)
    return lambda: embed(model, sample)


def pairs_call(num_videos: int) -> Call:
    """Return all pair metrics of one action."""
    videos = make_videos(num_videos, 0)
    return lambda: our_pairs(videos)


ROWS = {'step': step_call, 'neck': neck_call, 'embed': embed_call, 'pairs': pairs_call}


def share_videos(count: int) -> float:
    """Return the seconds until the last of several processes has embedded its share."""
    path = str(make_video(SHARED_FRAMES))
    context = multiprocessing.get_context('spawn')  # no thread or reader is inherited
    barrier, results = context.Barrier(count), context.SimpleQueue()
    processes = [
        context.Process(
            target=_embed_share, args=(rank, count, path, barrier, results), daemon=True
        )
        for rank in range(count)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if failed := [process.exitcode for process in processes if process.exitcode]:
        raise RuntimeError(f'{len(failed)} of {count} processes failed: {failed}')
    return max(results.get() for _ in processes)


def _embed_share(
    rank: int, count: int, path: str, barrier: Barrier, results: SimpleQueue
) -> None:
    if hasattr(os, 'sched_setaffinity'):  # the decoder's thread stays on this core too
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[rank % len(cores)]})
    torch.set_num_threads(1)
    cv2.setNumThreads(0)
    call = embed_call(SHARED_FRAMES)
    call()  # warms up
    barrier.wait(timeout=600)  # not for ever, should another process fail
    share = range(rank, SHARED_VIDEOS, count)
    results.put(median_seconds(lambda: [call() for _ in share], 1)[0])
