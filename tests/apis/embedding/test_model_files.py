import pytest
import torch

from carl_mm.apis.embedding.model_files import find_model_files


@pytest.fixture
def work_dir(tmp_path):
    folder = tmp_path / 'work'
    folder.mkdir()
    torch.save({}, folder / 'epoch_1.pth')
    (folder / 'one.py').touch()
    return folder


def test_each_way_to_name_a_model(work_dir):
    config, checkpoint = work_dir / 'one.py', work_dir / 'epoch_1.pth'
    assert find_model_files(work_dir, None) == (config, checkpoint)
    assert find_model_files(config, checkpoint) == (config, checkpoint)
    assert find_model_files(config, work_dir) == (config, checkpoint)
    assert find_model_files(checkpoint, None) == (None, checkpoint)
    (work_dir / 'two.py').touch()
    assert find_model_files(work_dir, None) == (None, checkpoint)


def test_what_is_missing_or_wrong_is_named(work_dir, tmp_path):
    for sources, message in (
        ((tmp_path / 'none', None), 'none: no such config, work dir or checkpoint'),
        ((work_dir / 'one.py', None), 'give a checkpoint too'),
        ((tmp_path, None), 'holds no whole checkpoint'),
    ):
        with pytest.raises(FileNotFoundError, match=message):
            find_model_files(*sources)
    with pytest.raises(ValueError, match=r'epoch_1\.pth: not a config'):
        find_model_files(work_dir / 'epoch_1.pth', work_dir)
