"""Cuts between real videos, where a folder of them is named: CARL_REAL_VIDEOS."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from carl_mm.functional import frame_features
from carl_mm.functional.deviation.scene_cuts import scene_cuts, usual_break

FOLDER = Path(os.environ.get('CARL_REAL_VIDEOS', 'data/real_videos'))
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f'{FOLDER}: no real videos; set CARL_REAL_VIDEOS'
)


def grid_of(path):
    """What each frame shows: its colours in 8 x 8 cells."""
    capture, rows = cv2.VideoCapture(str(path)), []
    while (read := capture.read())[0]:
        small = cv2.resize(read[1], (8, 8), interpolation=cv2.INTER_AREA)
        rows.append(small.reshape(-1) / 255)
    return frame_features(torch.tensor(np.array(rows), dtype=torch.float32)).numpy()


def test_frames_of_another_real_video_are_found():
    paths = sorted(FOLDER.rglob('*.mp4'))[:40]
    videos = [each for each in map(grid_of, paths) if len(each) >= 60]
    assert len(videos) >= 8
    usual = usual_break(videos)
    found, false = [], []
    for index, video in enumerate(videos):
        foreign = videos[(index + len(videos) // 2) % len(videos)][10:35]
        first = len(video) // 3
        spliced = np.insert(video, first, foreign, axis=0)
        inside = np.zeros(len(spliced), dtype=bool)
        inside[first : first + len(foreign)] = True
        cut = scene_cuts(spliced, usual)
        found.append(cut[inside].mean())
        false.append(cut[~inside].mean())
    assert np.mean(found) > 0.8
    assert np.mean(false) < 0.1
