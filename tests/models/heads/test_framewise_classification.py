"""The supervised head: its loss against a loop, and what it refuses."""

import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

from carl_mm.models import FramewiseClassificationHead


def make_batch(seed=0, num_classes=4):
    generator = torch.Generator().manual_seed(seed)
    embedding = torch.randn(2, 2, 5, 6, generator=generator)
    frame_inds = torch.tensor(
        [[[0, 1, 4, 6, 8], [2, 3, 3, 3, 3]], [[0, 2, 4, 6, 7], [1, 2, 3, 5, 6]]]
    )
    valid = torch.ones(2, 2, 5, dtype=torch.bool)
    valid[0, 1, 2:] = False
    samples = []
    for index, length in enumerate((9, 8)):
        labels = torch.randint(-1, num_classes, (length,), generator=generator)
        sample = ActionDataSample(metainfo={'filename': f'{index}.mp4'})
        sample.gt_label = labels
        samples.append(sample)
    return embedding, frame_inds, valid, samples


def test_the_loss_is_the_mean_over_labelled_real_frames():
    head = FramewiseClassificationHead(num_classes=4, in_channels=6)
    embedding, frame_inds, valid, samples = make_batch()
    losses = []
    for b in range(2):
        for v in range(2):
            for t in range(5):
                label = samples[b].gt_label[frame_inds[b, v, t]]
                if valid[b, v, t] and label >= 0:
                    scores = embedding[b, v, t] @ head.classifier.weight.T
                    scores = scores + head.classifier.bias
                    losses.append(-F.log_softmax(scores, 0)[label])
    assert 0 < len(losses) < 17
    result = head.loss(embedding, frame_inds, valid, samples)['loss']
    torch.testing.assert_close(result, torch.stack(losses).mean())


def test_no_label_is_no_loss_and_still_has_a_gradient():
    head = FramewiseClassificationHead(num_classes=4, in_channels=6)
    embedding, frame_inds, valid, samples = make_batch()
    for sample in samples:
        sample.gt_label.fill_(-1)
    loss = head.loss(embedding.requires_grad_(), frame_inds, valid, samples)['loss']
    loss.backward()
    assert loss == 0
    assert not embedding.grad.any()


def test_labels_that_are_absent_or_too_high_are_named():
    head = FramewiseClassificationHead(num_classes=3, in_channels=6)
    embedding, frame_inds, valid, samples = make_batch(num_classes=4)
    samples[1].gt_label[0] = 3
    samples[0].gt_label.clamp_(max=2)
    with pytest.raises(ValueError, match=r'1\.mp4: label 3 is not below num_classes 3'):
        head.loss(embedding, frame_inds, valid, samples)
    del samples[0].gt_label
    with pytest.raises(ValueError, match=r'0\.mp4: no labels; set with_labels=True'):
        head.loss(embedding, frame_inds, valid, samples)


def test_it_learns_and_the_recognizer_hands_on_its_classes():
    torch.manual_seed(0)
    model = MODELS.build(
        dict(
            type='FramewiseRecognizer',
            backbone=dict(type='mmpretrain.ResNet', depth=18),
            neck=dict(type='FramewiseMLP', in_channels=512, out_channels=6),
            cls_head=dict(
                type='FramewiseClassificationHead', num_classes=2, in_channels=6
            ),
            controls=(),
        )
    )
    frames = torch.rand(1, 2, 8, 3, 32, 32)
    frames[:, :, 4:] += 1
    sample = ActionDataSample(metainfo={'filename': 'a.mp4', 'sample_idx': 0})
    sample.gt_label = torch.tensor([0] * 4 + [1] * 4)
    batch = dict(
        inputs=frames,
        data_samples=[sample],
        frame_inds=torch.arange(8).expand(1, 2, 8),
        valid=torch.ones(1, 2, 8, dtype=torch.bool),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(12):
        loss = model.train()(**batch, mode='loss')['loss']
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    assert losses[-1] < losses[0] / 2
    model.eval()
    (predicted,) = model([frames[0, 0]], [sample], mode='predict')
    assert predicted.pred_frame_label.shape == (8,)
    scores = model.cls_head.classifier(model(frames[:, 0], mode='tensor'))
    assert torch.equal(predicted.pred_frame_label, scores[0].argmax(-1))


def test_dropout_in_training_alone():
    head = FramewiseClassificationHead(num_classes=4, in_channels=6, dropout=0.5)
    plain = FramewiseClassificationHead(num_classes=4, in_channels=6)
    plain.load_state_dict(head.state_dict())  # it has no weights
    embedding, *rest = make_batch()
    torch.manual_seed(3)
    found = head.train().loss(embedding, *rest)['loss']
    torch.manual_seed(3)
    kept = F.dropout(torch.ones_like(embedding), 0.5)
    torch.testing.assert_close(found, plain.loss(embedding * kept, *rest)['loss'])
    expected = plain.loss(embedding, *rest)['loss']
    assert not torch.allclose(found, expected)
    torch.testing.assert_close(head.eval().loss(embedding, *rest)['loss'], expected)
    assert torch.equal(head.classify(embedding), plain.classify(embedding))
