import pytest

from tests.datasets.transforms.pipeline import OPEN, PACK, run


def test_packing_gives_labels_and_meta(make_videos):
    folder = make_videos()
    step = {'type': 'WholeVideo', 'transforms': []}
    sample = run(
        [OPEN, step, PACK],
        filename=str(folder / 'videos' / 'video_3.mp4'),
        phases=[[0, 3, 0], [10, 19, 2]],
        action='slide',
        split='test',
    )
    labels = sample['data_samples'].gt_label.tolist()
    assert labels == [0] * 4 + [-1] * 6 + [2] * 10
    assert sample['data_samples'].action == 'slide'
    assert sample['data_samples'].fps == pytest.approx(25)
