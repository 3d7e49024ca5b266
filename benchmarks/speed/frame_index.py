"""Time, memory and recall of frame search in a million frames.

    python benchmarks/speed/frame_index.py

The videos are made up: unit embeddings on smooth paths of 50 actions, each video with
an offset, each frame with noise. 100 queries, one after the other, ask for the 10
nearest frames in other videos. The first 20 exact answers are compared with products in
float64.
"""

import argparse
import os
import platform
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from carl_mm.apis import FrameIndex, VideoEmbedding
from carl_mm.apis.search.approximate_search import import_faiss

NUM_ACTIONS, NUM_KNOTS = 50, 12
K = 10


def make_videos(num_frames: int, length: int, channels: int) -> list[VideoEmbedding]:
    """Draw the videos."""
    rng = np.random.default_rng(0)
    size = (NUM_ACTIONS, NUM_KNOTS, channels)
    knots = rng.standard_normal(size, dtype=np.float32)
    videos = []
    for number in range(num_frames // length):
        place = np.sort(rng.uniform(0, NUM_KNOTS - 1.001, length))
        knot, share = place.astype(int), (place % 1)[:, None].astype(np.float32)
        path = knots[number % NUM_ACTIONS]
        frames = path[knot] * (1 - share) + path[knot + 1] * share
        frames += 0.5 * rng.standard_normal(channels, dtype=np.float32)
        frames += 0.2 * rng.standard_normal(frames.shape, dtype=np.float32)
        frames /= np.linalg.norm(frames, axis=1, keepdims=True)
        times = np.arange(length) / 30
        videos.append(VideoEmbedding(f'{number}.mp4', frames, times, 30.0))
    return videos


def timed(ask: Callable[[int], object], queries: list[int]) -> str:
    """Return the median and 95th percentile over the queries, in ms."""
    seconds = []
    for query in queries:
        start = time.perf_counter()
        ask(query)
        seconds.append(1000 * (time.perf_counter() - start))
    return (
        f'{np.median(seconds):8.2f} ms median {np.percentile(seconds, 95):8.2f} ms p95'
    )


def brute_force(index: FrameIndex, row: int) -> list[int]:
    """Return the rows of the nearest frames in other videos, found in float64."""
    vectors = index.frames.embeddings
    similarities = np.concatenate(
        [
            part.astype(np.float64) @ vectors[row].astype(np.float64)
            for part in np.array_split(vectors, 16)
        ]
    )
    start, end = index.frames.rows(name_of(index, row))
    similarities[start:end] = -np.inf
    return np.argsort(-similarities, kind='stable')[:K].tolist()


def name_of(index: FrameIndex, row: int) -> str:
    """Return the name of the video that a row belongs to."""
    return index.frames.filenames[int(index.frames.video_of(row))]


def main() -> None:
    """Build and time."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--frames', type=int, default=1_000_000)
    parser.add_argument('--length', type=int, default=100, help='frames in each video')
    parser.add_argument('--channels', type=int, default=128)
    parser.add_argument('--queries', type=int, default=100)
    args = parser.parse_args()
    start = time.perf_counter()
    index = FrameIndex(make_videos(args.frames, args.length, args.channels))
    vectors = index.frames.embeddings
    print(
        f'{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}'
    )
    print(
        f'{len(index):,} frames x {vectors.shape[1]}: {vectors.nbytes / 2**20:.0f} MiB'
    )
    print(f'made and indexed in {time.perf_counter() - start:.1f} s')
    rng = np.random.default_rng(1)
    queries = rng.choice(len(index), args.queries, replace=False).tolist()

    def ask(row: int, **options: object) -> list[int]:
        name = name_of(index, row)
        place = row - index.frames.rows(name)[0]
        hits = index.query(name, place, k=K, **options)
        return [index.frames.rows(hit.filename)[0] + hit.frame for hit in hits]

    def segment(row: int) -> None:
        name = name_of(index, row)
        index.query_segment(name, 0, min(59, args.length - 1), k=K)

    print(f'FrameIndex, exact (numpy)      {timed(ask, queries)}')
    print(
        f'  the same, hits 1 s apart     {timed(lambda r: ask(r, gap_s=1.0), queries)}'
    )
    same = sum(ask(row) == brute_force(index, row) for row in queries[:20])
    print(f'  equal to brute force         {same} of {len(queries[:20])} queries')
    print(f'FrameIndex, segment of 2 s     {timed(segment, queries[:20])}')
    tensor = torch.from_numpy(vectors)
    plain = timed(lambda row: (tensor @ tensor[row]).topk(K), queries)
    print(f'torch, product and topk        {plain}')
    faiss = import_faiss()
    metric = faiss.METRIC_INNER_PRODUCT
    flat = timed(
        lambda row: faiss.knn(vectors[row : row + 1], vectors, K, metric=metric),
        queries,
    )
    print(f'faiss, exact                   {flat}')
    start = time.perf_counter()
    index.query(name_of(index, 0), 0, approximate=True)
    print(f'approximate: built in          {time.perf_counter() - start:8.1f} s')
    for probes in (4, 16, 64):
        index.num_probes = probes
        speed = timed(lambda row: ask(row, approximate=True), queries)
        recall = index.approximate_recall(K, args.queries)
        print(f'  {probes:2} lists a query           {speed} recall@{K} {recall:.3f}')
    memory = index.approximate_search().num_bytes / 2**20
    print(f'  its memory                   {memory:8.0f} MiB')
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'index.npz'
        start = time.perf_counter()
        index.save(path)
        middle = time.perf_counter()
        FrameIndex.load(path)
        end = time.perf_counter()
    print(f'saved in {middle - start:.1f} s, loaded in {end - middle:.1f} s')
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f'peak memory {peak:.2f} GiB, of the whole process')


if __name__ == '__main__':
    main()
