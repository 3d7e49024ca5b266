import math

import numpy as np
import pytest
import torch

from carl_mm.functional import linear_classification


def make_videos(seed, num_videos, channels=6, classes=4, unlabelled=0.2):
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(classes, channels))
    videos, labels = [], []
    for _ in range(num_videos):
        label = rng.integers(0, classes, rng.integers(3, 20))
        video = centres[label] + rng.normal(size=(len(label), channels))
        video /= np.linalg.norm(video, axis=1, keepdims=True)
        videos.append(video.astype(np.float32))
        labels.append(np.where(rng.random(len(label)) < unlabelled, -1, label))
    return videos, labels


def by_hand(
    train, test, classes, lr, epochs, batch, seed, drop=False, decay=1e-6, momentum=0.9
):
    """Gradients of the mean cross-entropy written out, in float64 numpy."""
    generator = torch.Generator().manual_seed(seed)
    channels = train[0][0].shape[1]
    bound = 1 / math.sqrt(channels)
    draw = torch.empty(classes, channels).uniform_(-bound, bound, generator=generator)
    bias_draw = torch.empty(classes).uniform_(-bound, bound, generator=generator)
    weight, bias = draw.double().numpy(), bias_draw.double().numpy()
    speed_w, speed_b = np.zeros_like(weight), np.zeros_like(bias)
    for epoch in range(epochs):
        rate = lr * (1 + math.cos(math.pi * epoch / epochs)) / 2
        order = torch.randperm(len(train[0]), generator=generator).tolist()
        while order:
            chosen, order = order[:batch], order[batch:]
            if drop and len(chosen) < batch:
                break
            x = np.concatenate([train[0][i][train[1][i] >= 0] for i in chosen])
            y = np.concatenate([train[1][i][train[1][i] >= 0] for i in chosen])
            logits = x.astype(float) @ weight.T + bias
            logits -= logits.max(axis=1, keepdims=True)
            error = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
            error[np.arange(len(y)), y] -= 1
            error /= len(y)
            speed_w = momentum * speed_w + error.T @ x + decay * weight
            speed_b = momentum * speed_b + error.sum(axis=0) + decay * bias
            weight, bias = weight - rate * speed_w, bias - rate * speed_b
    hits = [
        (video @ weight.T + bias).argmax(axis=1)[label >= 0] == label[label >= 0]
        for video, label in zip(*test, strict=True)
    ]
    return np.concatenate(hits).mean()


@pytest.mark.parametrize('seed', range(4))
def test_equals_the_loop(seed):
    train, test = make_videos(seed, 13), make_videos(seed + 50, 7)
    options = {'lr': 5.0, 'videos_per_batch': 4, 'seed': seed}
    result = linear_classification(*train, *test, 4, max_epochs=20, **options)
    expected = by_hand(train, test, 4, lr=5.0, epochs=20, batch=4, seed=seed)
    assert result == pytest.approx(expected, abs=1e-12)
    assert result > 0.4  # four classes: chance is a quarter


@pytest.mark.parametrize('videos_per_batch', [10, 40])
@pytest.mark.parametrize('num_videos', [80, 87])
def test_the_published_steps_leave_out_the_last_smaller_one(
    num_videos, videos_per_batch
):
    """10 videos of one process, 40 of the paper's four; 7 of 87 wait each epoch."""
    train, test = make_videos(2, num_videos), make_videos(52, 7)
    options = {'lr': 5.0, 'max_epochs': 7, 'videos_per_batch': videos_per_batch}
    expected = by_hand(train, test, 4, 5.0, 7, videos_per_batch, seed=0, drop=True)
    found = linear_classification(*train, *test, 4, drop_last=True, **options)
    assert found == pytest.approx(expected, abs=1e-12)


def test_the_last_step_decides_where_it_is_taken():
    frames = np.eye(2, dtype=np.float32)
    generator = torch.Generator().manual_seed(0)
    for shape in ((2, 2), (2,)):  # the layer is drawn first
        torch.empty(shape).uniform_(generator=generator)
    last = torch.randperm(3, generator=generator).tolist()[-1]
    videos, labels = [frames] * 3, [np.array([0, 1])] * 3
    videos[last], labels[last] = 100 * frames, np.array([1, 0])
    options = {'lr': 1.0, 'max_epochs': 1, 'videos_per_batch': 2, 'seed': 0}
    data = (videos, labels, [frames], [np.array([0, 1])], 2)
    kept = linear_classification(*data, **options)
    assert kept < linear_classification(*data, drop_last=True, **options)


def test_an_epochs_only_step_is_taken():
    train, test = make_videos(0, 5), make_videos(1, 3)
    options = {'lr': 5.0, 'max_epochs': 20, 'videos_per_batch': 40}
    found = linear_classification(*train, *test, 4, drop_last=True, **options)
    assert found == linear_classification(*train, *test, 4, **options)


def test_more_epochs_learn_more():
    train, test = make_videos(0, 30), make_videos(1, 10)
    few = linear_classification(*train, *test, 4, lr=0.01, max_epochs=1)
    many = linear_classification(*train, *test, 4, lr=1.0, max_epochs=60)
    assert many > few + 0.1


def test_the_published_rate_learns_on_unit_embeddings():
    train, test = make_videos(0, 30), make_videos(1, 10)
    assert linear_classification(*train, *test, 4) > 0.45


def test_the_inputs_are_not_changed_and_tensors_serve():
    train, test = make_videos(0, 5), make_videos(1, 3)
    copies = [video.copy() for video in train[0]]
    first = linear_classification(*train, *test, 4, max_epochs=3)
    for video, copy in zip(train[0], copies, strict=True):
        np.testing.assert_array_equal(video, copy)
    tensors = [[torch.from_numpy(v) for v in part] for part in (*train, *test)]
    assert linear_classification(*tensors, 4, max_epochs=3) == first
    assert linear_classification(*train, *test, 4, max_epochs=3, device='cpu') == first


def test_nothing_labelled_is_nan():
    train, test = make_videos(0, 3), make_videos(1, 2)
    blank = [np.full(len(label), -1) for label in train[1]]
    assert math.isnan(linear_classification(train[0], blank, *test, 4))
    assert math.isnan(linear_classification(*train, [], [], 4))


def test_a_class_that_no_train_video_has_counts_as_wrong():
    train = [np.eye(3, dtype=np.float32)[[0, 1] * 10]], [np.array([0, 1] * 10)]
    test = [np.eye(3, dtype=np.float32)[[0, 1, 2, 2]]], [np.array([0, 1, 2, 2])]
    assert linear_classification(*train, *test, 3, max_epochs=20) == 0.5


def test_bad_input_names_the_video():
    train, test = make_videos(0, 3), make_videos(1, 2)
    with pytest.raises(ValueError, match=r'train video .: label 3 is not below'):
        linear_classification(*train, *test, 3)
    short = [train[1][0], train[1][1][:-1], train[1][2]]
    with pytest.raises(ValueError, match='train video 1'):
        linear_classification(train[0], short, *test, 4)
    with pytest.raises(ValueError, match='3 videos, labels of 2'):
        linear_classification(train[0], train[1][:2], *test, 4)
