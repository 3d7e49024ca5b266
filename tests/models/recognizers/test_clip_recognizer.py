import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from torch.nn.functional import normalize

from carl_mm.evaluation import KendallsTau
from carl_mm.models.recognizers.sliding_clips import sliding_clips
from tests.models.clips import BACKBONE, Stream, clip_batch, clip_recognizer


def video(num_frames, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shape = (num_frames, 3, 32, 32)
    return torch.randint(0, 256, shape, generator=generator).byte()


def test_a_clips_feature_is_the_average_of_the_backbones_map():
    model = clip_recognizer().eval()
    clips = torch.rand(3, 4, 3, 32, 32)
    maps = model.backbone(clips.permute(0, 2, 1, 3, 4))
    assert maps.shape == (3, 32, 2, 1, 1)
    feature = model(clips, mode='tensor')
    torch.testing.assert_close(feature, maps.mean(dim=(2, 3, 4)))
    shaped = model(clips.view(3, 1, 4, 3, 32, 32), mode='tensor')
    assert shaped.shape == (3, 1, 32)
    # Whole numbers are brought to [0, 1].
    whole = (clips * 255).byte()
    torch.testing.assert_close(model.extract_feat(whole), model(whole / 255))


def test_the_loss_is_the_heads():
    model = clip_recognizer().train()
    data = clip_batch(4)
    torch.manual_seed(1)
    loss = model(**data, mode='loss')['loss']
    torch.manual_seed(1)
    feature = model.extract_feat(data['inputs'].flatten(0, 1)).view(4, 2, -1)
    torch.testing.assert_close(loss, model.cls_head.loss(feature)['loss'])


def test_twenty_steps_lower_the_loss_of_a_batch():
    model = clip_recognizer().train()
    data = clip_batch(6)
    data['inputs'][:, 1] = data['inputs'][:, 0] * 0.9
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    losses = []
    for _ in range(20):
        loss = model(**data, mode='loss')['loss']
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]


@pytest.mark.parametrize('clip_stride', [1, 3])
@pytest.mark.parametrize('length', [1, 5, 11])
def test_every_frame_has_the_feature_of_the_clip_around_it(length, clip_stride):
    model = clip_recognizer(clip_stride=clip_stride, chunk_size=2).eval()
    frames = video(length)
    sample = model.predict([Stream(frames)], [ActionDataSample()])[0]
    assert sample.pred_embedding.shape == (length, 32)
    assert set(sample.controls) == {'position', 'untrained'}
    clips = torch.cat(
        list(sliding_clips(iter([frames]), length, 4, 2, clip_stride, 99))
    )
    with torch.no_grad():
        feature = model.extract_feat(clips)
    torch.testing.assert_close(
        sample.pred_embedding[::clip_stride], normalize(feature, dim=1)
    )
    for embedding in [sample.pred_embedding, *sample.controls.values()]:
        assert embedding.dtype == torch.float32
        torch.testing.assert_close(embedding.norm(dim=1), torch.ones(length))
    # The same of a tensor.
    again = model.predict([frames], [ActionDataSample()])[0]
    torch.testing.assert_close(again.pred_embedding, sample.pred_embedding)


def test_the_untrained_control_keeps_while_the_model_learns():
    model = clip_recognizer().eval()
    frames, keys = video(6), set(model.state_dict())

    def control():
        sample = model.predict([frames], [ActionDataSample()])[0]
        return sample.pred_embedding, sample.controls['untrained']

    before, untrained = control()
    state = torch.get_rng_state()
    with torch.no_grad():
        for weight in model.backbone.parameters():
            weight.mul_(-0.3)
    after, again = control()
    assert torch.equal(untrained, again)
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.allclose(before, after)
    assert set(model.state_dict()) == keys
    # Another instance, whatever the seed, has the same.
    torch.manual_seed(99)
    other = clip_recognizer().eval()
    sample = other.predict([frames], [ActionDataSample()])[0]
    assert torch.equal(sample.controls['untrained'], untrained)


def test_without_controls():
    model = clip_recognizer(controls=()).eval()
    assert model.predict([video(3)], [ActionDataSample()])[0].controls == {}


def test_a_video_that_cannot_be_decoded_is_told_and_left_out():
    model = clip_recognizer().eval()
    samples = [
        ActionDataSample(metainfo=dict(filename=name, sample_idx=i))
        for i, name in enumerate(('a.mp4', 'b.mp4'))
    ]
    model.predict([Stream(video(5), fails=True), video(0)], samples)
    assert 'cannot be decoded' in samples[0].problem
    for sample in samples:
        assert len(sample.pred_embedding) == len(sample.gt_label) == 0


def test_the_framewise_metrics_take_it():
    model = clip_recognizer().eval()
    metric = KendallsTau()
    metric.dataset_meta = {}
    for index in range(3):
        sample = ActionDataSample(metainfo=dict(filename=f'{index}', sample_idx=index))
        model.predict([video(8, seed=index)], [sample])
        metric.process(None, [sample.to_dict()])
    values = metric.evaluate(3)
    # Relative time alone is in order by itself.
    assert values['alignment/kendalls_tau_position'] == pytest.approx(1)
    assert -1 <= values['alignment/kendalls_tau'] < 1
    assert 'alignment/kendalls_tau_untrained' in values


def test_the_published_network_has_its_31_7_million_weights():
    r3d50 = BACKBONE | dict(
        depth=50, stage_blocks=None, base_channels=64, inflate=(0, 0, 1, 1)
    )
    with torch.device('meta'):
        backbone = MODELS.build(r3d50)
    count = sum(weight.numel() for weight in backbone.parameters())
    assert round(count / 1e6, 1) == 31.7
    assert count == published_count()
    kernels = {
        name: weight.shape[2]
        for name, weight in backbone.named_parameters()
        if weight.dim() == 5
    }
    assert kernels['conv1.conv.weight'] == 5
    for stage, kernel in ((1, 1), (2, 1), (3, 3), (4, 3)):
        blocks = [v for k, v in kernels.items() if k.startswith(f'layer{stage}.')]
        assert max(blocks) == kernel


def published_count():
    """Kernels and BatchNorm's two vectors, block by block."""

    def conv(inputs, outputs, size):
        return inputs * outputs * size + 2 * outputs

    total, inputs = conv(3, 64, 5 * 7 * 7), 64
    for stage, (blocks, kernel) in enumerate(((3, 1), (4, 1), (6, 3), (3, 3))):
        width = 64 * 2**stage
        total += conv(inputs, 4 * width, 1)  # of the first block's shortcut
        for _ in range(blocks):
            total += conv(inputs, width, kernel) + conv(width, width, 9)
            total += conv(width, 4 * width, 1)
            inputs = 4 * width
    return total


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        (dict(controls=('position', 'backbone')), 'backbone'),
        (dict(num_frames=0), 'got 0, 2, 1 and 16'),
        (dict(clip_stride=-2), 'got 4, 2, -2 and 16'),
        (dict(chunk_size=0), 'got 4, 2, 1 and 0'),
    ],
)
def test_bad_arguments_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        clip_recognizer(**changes)
    with pytest.raises(TypeError, match='clip_strid'):
        clip_recognizer(clip_strid=2)
