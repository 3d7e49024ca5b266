import torch
from mmaction.registry import METRICS


def frame_sample(index, truth, predicted, split='test'):
    labels = dict(
        gt_label=torch.tensor(truth), pred_frame_label=torch.tensor(predicted)
    )
    return dict(sample_idx=index, split=split, **labels)


def test_frame_accuracy_counts_each_labelled_test_frame_once():
    metric = METRICS.build(dict(type='FrameAccuracy'))
    data = [
        frame_sample(0, [0, 1, -1, 1], [0, 0, 0, 1]),
        frame_sample(1, [2, 2], [2, 0]),
        frame_sample(2, [1, 1, 1], [0, 0, 0], split='train'),
        frame_sample(0, [0, 1, -1, 1], [0, 0, 0, 1]),  # a sampler's padding
    ]
    metric.process(None, data)
    found = metric.evaluate(4)
    assert found == {'frame_classification/acc': 3 / 5}
