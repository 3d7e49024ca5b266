"""Timing, and a description of the machine."""

import gc
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import decord
import numpy as np
import scipy
import sklearn
import torch


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that a call takes, and its result."""
    gc.collect()
    start = time.perf_counter()
    result = function()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - start, result


def median_seconds(function: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Return the median of the seconds of several calls, and the last result."""
    runs = [timed(function) for _ in range(repeats)]
    return statistics.median(seconds for seconds, _ in runs), runs[-1][1]


def machine() -> dict[str, Any]:
    """Describe the machine and the versions."""
    return {
        'processor': _processor(),
        'cores': torch.get_num_threads(),
        'gpu': torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        'python': platform.python_version(),
        'torch': torch.__version__,
        'numpy': np.__version__,
        'scipy': scipy.__version__,
        'scikit-learn': sklearn.__version__,
        'opencv': cv2.__version__,
        'pyav': av.__version__,
        'decord': decord.__version__,
    }


def _processor() -> str:
    info = Path('/proc/cpuinfo')
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.split(': ')[1] for line in lines if line.startswith('model name')]
    return names[0] if names else platform.processor()
