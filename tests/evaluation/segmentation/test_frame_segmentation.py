import numpy as np
import pytest
import torch
from mmaction.registry import METRICS

import carl_mm.functional as F
from carl_mm.evaluation.segmentation import frame_segmentation

PREFIX = 'frame_segmentation/'


def frame_sample(index, true, predicted, split='test', action='jump'):
    labels = dict(gt_label=torch.tensor(true), pred_frame_label=torch.tensor(predicted))
    return dict(sample_idx=index, split=split, action=action, **labels)


def evaluate(data, **options):
    metric = METRICS.build(dict(type='FrameSegmentation', **options))
    metric.process(None, data)
    return metric.evaluate(len(data))


def random_videos(seed=0):
    rng = np.random.default_rng(seed)
    true = [np.sort(rng.integers(-1, 3, 15)).tolist() for _ in range(4)]
    found = [np.roll(phases, 2).tolist() for phases in true]
    return true, found


@pytest.mark.parametrize('matching', [None, 'set', 'video'])
def test_scores_are_means_over_actions_of_test_videos(matching):
    true, found = random_videos()
    data = [
        frame_sample(0, true[0], found[0]),
        frame_sample(1, true[1], found[1], action='run'),
        frame_sample(2, [0, 1], [1, 0], split='train'),
        frame_sample(3, true[2], found[2]),
        frame_sample(4, [-1, -1], [1, 0], action='swim'),
        frame_sample(0, true[0], found[0]),  # a sampler's padding
    ]
    jump = F.segmentation_scores([true[0], true[2]], [found[0], found[2]], matching)
    run = F.segmentation_scores([true[1]], [found[1]], matching)
    assert evaluate(data, matching=matching) == pytest.approx(
        {PREFIX + name: (jump[name] + run[name]) / 2 for name in jump}
    )


def test_the_right_phases_are_perfect_and_by_other_names_if_matched():
    true = [[0, 0, 1, 1, 2], [0, 1, 2, 2, -1]]
    data = [frame_sample(i, t, t) for i, t in enumerate(true)]
    assert set(evaluate(data).values()) == {1.0}
    for sample in data:
        sample['pred_frame_label'] = 9 - sample['pred_frame_label']
    assert evaluate(data)[PREFIX + 'mof'] == 0
    assert set(evaluate(data, matching='set').values()) == {1.0}


def test_without_a_labelled_test_frame_it_says_so_and_logs_nothing(monkeypatch):
    lines = []
    monkeypatch.setattr(
        frame_segmentation, 'print_log', lambda text, **_: lines.append(text)
    )
    unpredicted = frame_sample(2, [0, 1], [0, 1])
    del unpredicted['pred_frame_label']
    data = [frame_sample(0, [-1, -1], [0, 1]), frame_sample(1, [0], [0], 'train')]
    assert evaluate([*data, unpredicted]) == {}
    (line,) = lines
    assert 'no frame of a test video is labelled and segmented' in line


def test_a_label_too_few_names_the_video():
    data = [frame_sample(0, [0, 1], [0, 1, 1]) | {'filename': 'a.mp4'}]
    with pytest.raises(ValueError, match='a.mp4: 2 labels in gt_label, but 3 classes'):
        evaluate(data)


def test_a_matching_that_is_unknown():
    with pytest.raises(ValueError, match="got 'name'"):
        METRICS.build(dict(type='FrameSegmentation', matching='name'))
