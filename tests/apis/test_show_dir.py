"""Where the pictures of an evaluation go."""

import pytest
from mmengine.config import Config

from carl_mm.apis.launch import build_runner
from carl_mm.apis.show_dir import show_in
from tests.engine.small import small_config
from tests.tools.processes import ROOT


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


@pytest.mark.parametrize('name', ['carl_synthetic', 'carl_finegym'])
def test_a_pure_python_config_stays_one_that_can_be_written(name):
    """A Runner logs its config; classes themselves have no text that is Python."""
    cfg = Config.fromfile(ROOT / 'configs' / f'{name}.py')
    show_in(cfg, 'shown')
    again = Config.fromstring(cfg.pretty_text, '.py')
    assert again.default_hooks.visualization.enable
    assert again.default_hooks.visualization.type.endswith('AlignmentVisualizationHook')
    assert again.visualizer.type.endswith('Visualizer')
    assert [part.save_dir for part in again.visualizer.vis_backends] == ['shown']


def test_what_a_config_lacks_or_has_switched_off_is_added():
    for cfg in (
        Config(),
        Config(dict(default_hooks=dict(visualization=None), visualizer=None)),
        Config(dict(default_hooks=None, visualizer=dict(type='Visualizer'))),
    ):
        show_in(cfg, 'shown')
        drawing = dict(type='AlignmentVisualizationHook', enable=True)
        assert cfg.default_hooks.visualization == drawing
        backends = [dict(type='LocalVisBackend', save_dir='shown')]
        assert cfg.visualizer == dict(type='Visualizer', vis_backends=backends)
