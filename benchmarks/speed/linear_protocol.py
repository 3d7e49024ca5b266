"""Time and memory of FineGym's linear protocol on made-up embeddings.

    python benchmarks/speed/linear_protocol.py

By default 3 million frames of 128 channels in 99 classes, about FineGym99's size: 100
epochs of SGD on videos of 1,000 frames, on a GPU if there is one.
"""

import argparse
import platform
import resource
import time

import numpy as np
import torch

from carl_mm.functional import linear_classification


def make_videos(
    num_videos: int, num_frames: int, channels: int, num_classes: int, seed: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Draw unit embeddings around class centres, with noise twice their length."""
    centres = np.random.default_rng(0).normal(size=(num_classes, channels)) / 2
    rng = np.random.default_rng([1, seed])
    videos, labels = [], []
    for _ in range(num_videos):
        label = rng.integers(0, num_classes, num_frames)
        video = rng.normal(size=(num_frames, channels)) + centres[label]
        video /= np.linalg.norm(video, axis=1, keepdims=True)
        videos.append(video.astype(np.float32))
        labels.append(label)
    return videos, labels


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--videos', type=int, default=3000)
    parser.add_argument('--frames', type=int, default=1000)
    parser.add_argument('--channels', type=int, default=128)
    parser.add_argument('--classes', type=int, default=99)
    parser.add_argument('--epochs', type=int, default=100)
    args = parser.parse_args()
    shape = (args.frames, args.channels, args.classes)
    train = make_videos(args.videos, *shape, seed=0)
    test = make_videos(max(1, args.videos // 20), *shape, seed=1)
    start = time.perf_counter()
    accuracy = linear_classification(
        *train, *test, args.classes, max_epochs=args.epochs
    )
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    where = torch.cuda.get_device_name() if torch.cuda.is_available() else 'CPU'
    threads = torch.get_num_threads()
    print(f'{platform.processor() or platform.machine()}, {where}, {threads} threads')
    print(f'torch {torch.__version__}')
    print(f'train frames   {args.videos * args.frames:,} x {args.channels}')
    print(f'classes        {args.classes}, epochs {args.epochs}')
    print(f'accuracy       {accuracy:.3f}')
    print(f'seconds        {seconds:.1f}')
    print(f'peak memory    {peak:.2f} GiB, of the whole process')


if __name__ == '__main__':
    main()
