import json

import pytest

from carl_mm.apis.config_errors import read_config
from carl_mm.apis.shipped_files import shipped
from carl_mm.app.training.__main__ import (
    BATCH_SIZE,
    CONFIG,
    EPOCHS,
    MIN_SAMPLES,
    annotate,
    num_steps,
)
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square


def test_the_numbers_are_the_configs():
    cfg = read_config(str(shipped('configs') / CONFIG))
    assert cfg.train_dataloader.batch_size == BATCH_SIZE
    assert cfg.train_dataloader.sampler.min_samples == MIN_SAMPLES
    assert cfg.train_cfg.max_epochs == EPOCHS


@pytest.mark.parametrize(
    ('videos', 'steps'), [(2, 600), (3, 624), (200, 600), (201, 624)]
)
def test_steps(videos, steps):
    assert num_steps(videos) == steps


def test_annotations_leave_out_what_is_told(tmp_path):
    for name in 'abc':
        write_mp4(tmp_path / f'{name}.mp4', moving_square(5), 25)
    (tmp_path / 'broken.mp4').write_bytes(b'x' * 100)
    file = tmp_path / '.carl_mm' / 'models' / 'annotations.json'
    assert annotate(tmp_path, file, ['b.mp4']) == 2
    videos = json.loads(file.read_text())['data_list']
    assert [video['filename'] for video in videos] == ['a.mp4', 'c.mp4']
