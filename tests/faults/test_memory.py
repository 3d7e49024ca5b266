"""Memory that runs out while data is loaded."""

from pathlib import Path

import pytest
from mmaction.registry import TRANSFORMS

from carl_mm.datasets import OpenVideo
from tests.tools.processes import load, run_here, write_config


class HungryOpen(OpenVideo):
    """Runs out of memory once the first epoch is saved, while a file is there."""

    def transform(self, results):
        folder = Path(results['filename']).parents[1]
        saved = (folder / 'work' / 'epoch_1.pth').exists()
        if saved and (folder / 'starve').exists():
            raise MemoryError
        return super().transform(results)


@pytest.mark.parametrize('num_workers', [0, 1])
def test_it_is_said_for_which_video_and_no_epoch_is_lost(
    make_videos, monkeypatch, num_workers
):
    folder = make_videos(lengths=(30, 24, 36, 20), test_share=0)

    def change(config):
        config.train_dataloader.dataset.pipeline[0].type = 'HungryOpen'
        config.experiment_name = f'hungry_{folder.name}_{num_workers}'

    config = write_config(folder, change, num_workers=num_workers, max_epochs=2)
    work = ('--work-dir', folder / 'work')
    TRANSFORMS.register_module(module=HungryOpen)
    try:
        (folder / 'starve').touch()
        with pytest.raises(RuntimeError, match=r'video_\d\.mp4: not enough') as error:
            run_here(monkeypatch, 'train', config, *work)
        for part in ('num_workers', 'epoch_1.pth is complete', '--resume'):
            assert part in str(error.value)
        assert 'Traceback' not in str(error.value)
        (folder / 'starve').unlink()
        run_here(monkeypatch, 'train', config, *work, '--resume')
    finally:
        del TRANSFORMS._module_dict['HungryOpen']
    assert load(folder / 'work' / 'epoch_2.pth')['meta']['epoch'] == 2
