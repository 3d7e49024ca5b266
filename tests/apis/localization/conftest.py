from copy import copy, deepcopy

import pytest
from mmengine.config import Config
from mmengine.runner import Runner

from carl_mm.apis.localization.export import export_localization
from tests.engine.small import small_config


@pytest.fixture(scope='module')
def built(tmp_path_factory):
    """One Runner for all tests: building it takes most of a second."""
    config = Config(small_config(tmp_path_factory.mktemp('runner')))
    config.model.controls = ()
    config.model.neck.out_channels = 16
    config.experiment_name = 'localization_export'
    return Runner.from_cfg(config)


@pytest.fixture
def export(built):
    """Export a folder's videos, after ``change`` had its way with the runner."""

    def run(folder, change=None, **options):
        runner = copy(built)
        runner.cfg, runner.model = deepcopy(built.cfg), deepcopy(built.model)
        runner.cfg.test_dataloader.dataset.data_root = str(folder)
        if change:
            change(runner)
        options = {'num_snippets': 10, **options}
        return export_localization(runner, folder / 'out', **options)

    return run
