from mmengine.dataset import ConcatDataset, RepeatDataset

from carl_mm.datasets import FramewiseVideoDataset
from carl_mm.engine.framewise_datasets import framewise_datasets


def test_datasets_are_found_in_wrappers(make_videos):
    folder = make_videos(lengths=(5, 5))
    inner = FramewiseVideoDataset(
        'annotations.json', [], str(folder), dict(video='videos'), check_videos=False
    )
    assert framewise_datasets(inner) == [inner]
    assert framewise_datasets(RepeatDataset(inner, 2)) == [inner]
    assert framewise_datasets(ConcatDataset([inner, inner])) == [inner, inner]
    assert framewise_datasets([1, 2]) == []
