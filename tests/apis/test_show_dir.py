"""Where the pictures of an evaluation go."""

from mmengine.config import Config

from carl_mm.apis.launch import build_runner
from carl_mm.apis.show_dir import show_in
from tests.engine.small import small_config


def test_pictures_go_to_the_folder_that_is_named(make_videos):
    folder = make_videos()
    cfg = Config(small_config(folder))
    cfg.work_dir, cfg.experiment_name = str(folder / 'work'), folder.name
    cfg.visualizer = dict(type='Visualizer', vis_backends=[dict(type='Other')])
    show_in(cfg, str(folder / 'shown'))
    other, local = cfg.visualizer.vis_backends
    assert (other.type, local.save_dir) == ('Other', str(folder / 'shown'))
    cfg.visualizer.vis_backends = [local]
    build_runner(cfg).test()
    names = {path.name for path in (folder / 'shown' / 'vis_image').iterdir()}
    assert 'test_alignment_0.png' in names
