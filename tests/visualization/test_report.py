import json

import cv2
import numpy as np
import pytest

from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.visualization.report import (
    TestedVideo,
    write_loss_curve,
    write_pictures,
)


def test_all_pictures_of_an_evaluation(make_videos, tmp_path):
    folder, lengths = make_videos(lengths=(12, 20, 9)), (12, 20, 9)
    rng = np.random.default_rng(0)
    videos = []
    for index, length in enumerate(lengths):
        embedding = rng.normal(size=(length, 8)).astype(np.float32)
        embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
        file = str(folder / 'videos' / f'video_{index}.mp4')
        labels = np.arange(length) * 2 // length
        videos.append(TestedVideo(file, embedding, labels, 25.0))
    files = write_pictures(videos, ['x', 'y'], tmp_path / 'out')
    names = ['aligned.mp4', 'similarity.png', 'alignment.png', 'retrieval.png']
    assert [file.name for file in files] == [*names, 'embeddings.png']
    assert open_video(files[0]).num_frames == 12
    for file in files[1:]:
        # Sheets with six frames in a row are wider, so that each is legible.
        width = {'alignment': 1920, 'retrieval': 1440}.get(file.stem, 1440)
        assert cv2.imread(str(file)).shape[1] == width
    with pytest.raises(ValueError, match='at least two test videos, got 1'):
        write_pictures(videos[:1], [], tmp_path)


def test_the_loss_of_all_runs(tmp_path):
    for run, rows in (('1', [(1, 5.0), (2, 4.0)]), ('2', [(2, 3.0), (3, 2.0)])):
        file = tmp_path / run / 'vis_data' / 'scalars.json'
        file.parent.mkdir(parents=True)
        lines = [json.dumps({'loss': loss, 'step': step}) for step, loss in rows]
        file.write_text('\n'.join([*lines, json.dumps({'alignment/error': 1.0})]))
    assert cv2.imread(str(write_loss_curve(tmp_path, tmp_path / 'out'))).std() > 5
    with pytest.raises(FileNotFoundError, match='no logged loss'):
        write_loss_curve(tmp_path / '1' / 'vis_data', tmp_path)
