import numpy as np
import pytest

from carl_mm.apis import FramewiseInferencer
from carl_mm.app.models.project_models import ProjectModels, make_starting_model
from carl_mm.app.training.record import TrainingRecord, write_record


def add(folder, number, status):
    work_dir = folder / f'trained-{number}'
    work_dir.mkdir(parents=True)
    write_record(work_dir, TrainingRecord(status, 10, 600, ended='today'))
    return work_dir


def test_only_what_has_ended_can_be_used(tmp_path):
    for number, status in ((2, 'done'), (10, 'kept'), (3, 'begun'), (4, 'failed')):
        add(tmp_path, number, status)
    (tmp_path / 'trained-5').mkdir()
    (tmp_path / 'discarded-1').mkdir()
    models = ProjectModels(tmp_path)
    assert [model.name for model in models.all()] == [
        'start',
        'trained-2',
        'trained-10',
    ]
    assert models.first == 'start'
    found = models.find('trained-2').state()
    assert (found['kind'], found['trained_on'], found['when']) == (
        'trained',
        10,
        'today',
    )
    with pytest.raises(ValueError, match="'trained-3': no such model; there are start"):
        models.find('trained-3')


def test_a_given_one_comes_first(inferencer, tmp_path):
    path = tmp_path / 'work_dirs'
    models = ProjectModels(tmp_path, path)
    assert models.first == 'given'
    assert [model.name for model in models.all()] == ['given', 'start']
    with pytest.raises(FileNotFoundError, match='work_dirs'):
        models.load('given')


@pytest.fixture(scope='module')
def start_dir(tmp_path_factory):
    pytest.importorskip('timm')
    folder = tmp_path_factory.mktemp('models')
    make_starting_model(folder / 'start')
    return folder


def test_the_starting_one_is_made_once_and_any_command_reads_it(
    start_dir, video_folder
):
    models = ProjectModels(start_dir)
    before = {path: path.stat().st_mtime_ns for path in (start_dir / 'start').iterdir()}
    inferencer = models.load('start')
    assert models.load('start') is inferencer
    assert {path: path.stat().st_mtime_ns for path in before} == before
    video = inferencer(video_folder / 'b.mp4')
    assert video.embeddings.shape == (31, 128)
    read = FramewiseInferencer(start_dir / 'start')(video_folder / 'b.mp4')
    np.testing.assert_array_equal(read.embeddings, video.embeddings)


def test_it_is_the_control_that_every_evaluation_shows(start_dir, video_folder):
    """The features alone: what `carl_folder.py` keeps beside what it learnt."""
    from mmaction.registry import MODELS

    from carl_mm.apis.config_errors import read_config
    from carl_mm.apis.shipped_files import shipped

    cfg = read_config(str(shipped('configs') / 'carl_folder.py'))
    trained = ProjectModels(start_dir).load('start')
    own = trained(video_folder / 'b.mp4').embeddings
    start = trained.model
    trained.model = MODELS.build({**cfg.model, 'controls': ()}).eval()
    both = trained(video_folder / 'b.mp4').embeddings
    trained.model = start
    features = both[:, 128:]
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    np.testing.assert_allclose(own, features, atol=2e-3)
