import pytest
import torch
from mmaction.registry import METRICS

from carl_mm.evaluation import frame_accuracy


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


def test_without_a_labelled_test_frame_it_says_so_and_logs_nothing(monkeypatch):
    lines = []
    monkeypatch.setattr(
        frame_accuracy, 'print_log', lambda text, **_: lines.append(text)
    )
    metric = METRICS.build(dict(type='FrameAccuracy'))
    metric.process(None, [frame_sample(0, [-1, -1], [0, 1])])
    metric.process(None, [frame_sample(1, [0, 1], [0, 1], split='train')])
    assert metric.evaluate(2) == {}
    (line,) = lines
    assert 'no frame of a test video is labelled' in line


def test_samples_that_tell_no_place_count_each():
    metric = METRICS.build(dict(type='FrameAccuracy'))
    data = [frame_sample(None, [0, 1], [0, 0]), frame_sample(None, [2, 2], [2, 2])]
    plain = [{k: v for k, v in s.items() if k != 'sample_idx'} for s in data]
    plain[0] = {k: v if k == 'split' else v.numpy() for k, v in plain[0].items()}
    metric.process(None, plain)
    assert metric.evaluate(2) == {'frame_classification/acc': 3 / 4}


def test_videos_without_either_labels_or_classes_count_nothing():
    metric = METRICS.build(dict(type='FrameAccuracy'))
    data = [frame_sample(i, [0, 1], [0, 0]) for i in range(3)]
    del data[0]['gt_label'], data[1]['pred_frame_label']
    metric.process(None, data)
    assert metric.evaluate(3) == {'frame_classification/acc': 1 / 2}


@pytest.mark.parametrize('truth', [[0, 1], [0], [0] * 4])
def test_a_label_too_few_or_many_names_the_video(truth):
    metric = METRICS.build(dict(type='FrameAccuracy'))
    data = [frame_sample(0, truth, [0, 1, 1]) | {'filename': 'a.mp4'}]
    message = f'a.mp4: {len(truth)} labels in gt_label, but 3 classes'
    with pytest.raises(ValueError, match=message):
        metric.process(None, data)
