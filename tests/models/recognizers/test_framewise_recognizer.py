import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from torch.nn.functional import normalize

from carl_mm.functional import frame_features, standardize_over_time
from carl_mm.models import FramewiseRecognizer


def config(**kwargs):
    neck = {'type': 'TemporalTransformer', 'in_channels': 512, 'num_frames': 6}
    return {
        'type': 'FramewiseRecognizer',
        'backbone': {'type': 'mmpretrain.ResNet', 'depth': 18},
        'neck': {**neck, 'num_layers': 1},
        'cls_head': {'type': 'SequenceContrastiveHead'},
        **kwargs,
    }


def build(**kwargs) -> FramewiseRecognizer:
    torch.manual_seed(0)
    return MODELS.build(config(**kwargs))


def test_tensor_mode_gives_an_embedding_a_frame():
    model = build().eval()
    inputs = torch.randn(2, 5, 3, 32, 32)
    with torch.no_grad():
        out = model(inputs, mode='tensor')
        assert out.shape == (2, 5, 128)
        norms = out.norm(dim=-1)
        assert not torch.allclose(norms, torch.ones_like(norms))
        features = model(inputs, mode='tensor', stage='backbone')
        torch.testing.assert_close(model(features, mode='tensor'), out)


@pytest.mark.parametrize('chunk_size', [1, 3, 100])
def test_chunks_change_nothing(chunk_size):
    whole, chunked = build().eval(), build(chunk_size=chunk_size).eval()
    inputs = torch.randn(1, 7, 3, 32, 32)
    with torch.no_grad():
        expected = whole(inputs, mode='tensor')
        torch.testing.assert_close(chunked(inputs), expected, atol=1e-5, rtol=1e-5)


def test_uint8_is_normalized_by_chunk():
    model = build().eval()
    frames = torch.randint(0, 256, (1, 5, 3, 32, 32), dtype=torch.uint8)
    mean = torch.tensor([123.675, 116.28, 103.53]).view(3, 1, 1)
    std = torch.tensor([58.395, 57.12, 57.375]).view(3, 1, 1)
    with torch.no_grad():
        torch.testing.assert_close(model(frames), model((frames - mean) / std))


def test_bfloat16_is_near_float32_and_ends_in_it():
    plain, low = build().eval(), build(backbone_dtype='bfloat16').eval()
    frames = torch.randn(4, 3, 64, 64)
    with torch.no_grad():
        expected, features = (
            plain.spatial_features(frames),
            low.spatial_features(frames),
        )
    assert features.dtype == torch.float32
    assert not torch.equal(features, expected)
    similarity = torch.cosine_similarity(features, expected)
    assert similarity.min() > 0.999


def batch(videos=2, length=6, size=32):
    inputs = torch.randint(0, 256, (videos, 2, length, 3, size, size))
    return {
        'inputs': inputs.to(torch.uint8),
        'frame_inds': torch.arange(length).expand(videos, 2, length).clone(),
        'valid': torch.ones(videos, 2, length, dtype=torch.bool),
        'data_samples': [ActionDataSample() for _ in range(videos)],
    }


def test_loss_reaches_every_trainable_parameter_and_no_frozen_one():
    backbone = {'type': 'mmpretrain.ResNet', 'depth': 18, 'frozen_stages': 3}
    model = build(backbone={**backbone, 'norm_eval': False}).train()
    data = model.data_preprocessor(batch(), training=True)
    model(**data, mode='loss')['loss'].backward()
    names = dict(model.named_parameters())
    frozen = {name for name, p in names.items() if not p.requires_grad}
    without = {name for name, p in names.items() if p.grad is None}
    assert without == frozen
    trainable = {n for n in names if n.startswith('backbone.') and n not in frozen}
    assert trainable
    assert all(name.startswith('backbone.layer4') for name in trainable)
    assert not model.backbone.layer3[0].bn1.training
    assert model.backbone.layer4[0].bn1.training


def test_frozen_backbone_keeps_its_state():
    model = build(freeze_backbone=True).train()
    before = {k: v.clone() for k, v in model.backbone.state_dict().items()}
    data = model.data_preprocessor(batch(), training=True)
    model(**data, mode='loss')['loss'].backward()
    assert not any(p.requires_grad for p in model.backbone.parameters())
    for name, value in model.backbone.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_features_stand_in_for_pictures():
    model = build(freeze_backbone=True, data_preprocessor=None).eval()
    data = model.data_preprocessor(batch(), training=True)
    with torch.no_grad():
        flat = data['inputs'].flatten(0, 2)
        features = model.spatial_features(flat).unflatten(0, (2, 2, 6))
        loss = model(**data, mode='loss')['loss']
        data['inputs'] = features
        torch.testing.assert_close(model(**data, mode='loss')['loss'], loss)


def test_predict_gives_unit_embeddings_and_controls():
    model = build(controls=('position', 'untrained', 'backbone')).eval()
    videos = [torch.randint(0, 256, (n, 3, 32, 32), dtype=torch.uint8) for n in (4, 9)]
    samples = model.predict(videos, [ActionDataSample(), ActionDataSample()])
    for video, sample in zip(videos, samples, strict=True):
        assert sample.pred_embedding.shape == (len(video), 128)
        assert sample.pred_embedding.dtype == torch.float32
        for values in [sample.pred_embedding, *sample.controls.values()]:
            np.testing.assert_allclose(values.norm(dim=-1), 1, atol=1e-5)
        assert sample.controls['backbone'].shape == (len(video), 512)
        torch.testing.assert_close(
            sample.frame_features, frame_features(sample.controls['backbone'])
        )


def test_a_cut_is_embedded_as_a_video_of_its_own():
    model = build(controls=('position', 'untrained', 'backbone')).eval()
    video = torch.randint(0, 256, (9, 3, 32, 32), dtype=torch.uint8)
    inds = np.array([2, 3, 3, 4, 8])
    (sample,) = model.predict(
        [video], [ActionDataSample(metainfo={'cuts': {'warped': [inds]}})]
    )
    (alone,) = model.predict([video[inds]], [ActionDataSample()])
    (cut,) = sample.pred_cuts['warped']
    found = {'': cut['pred_embedding'], **cut['controls']}
    expected = {'': alone.pred_embedding, **alone.controls}
    assert found.keys() == expected.keys() - {'backbone'}
    for name, values in found.items():
        torch.testing.assert_close(values, expected[name], atol=1e-5, rtol=0)
    torch.testing.assert_close(
        sample.controls['backbone'][inds], expected['backbone'], atol=1e-5, rtol=0
    )
    assert alone.pred_cuts == {}


def test_max_frames_cuts_a_video_and_restarts_its_positions():
    video = torch.randint(0, 256, (7, 3, 32, 32), dtype=torch.uint8)

    def embed(frames, **kwargs):
        torch.manual_seed(0)
        model = build(controls=(), **kwargs).eval()
        return model.predict([frames], [ActionDataSample()])[0].pred_embedding

    pieces = [embed(video[:4]), embed(video[4:])]
    torch.testing.assert_close(embed(video, max_frames=4), torch.cat(pieces))
    assert not torch.allclose(embed(video), torch.cat(pieces), atol=1e-3)
    torch.testing.assert_close(embed(video, max_frames=7), embed(video))


def test_untrained_control_is_the_initial_network_and_no_part_of_the_model():
    model = build().eval()
    video = torch.randint(0, 256, (5, 3, 32, 32), dtype=torch.uint8)
    keys = set(model.state_dict())
    before = model.predict([video], [ActionDataSample()])[0].controls['untrained']
    with torch.no_grad():
        for parameter in model.neck.parameters():
            parameter.add_(0.1)
    after = model.predict([video], [ActionDataSample()])[0]
    assert torch.equal(before, after.controls['untrained'])
    assert not torch.allclose(before, after.pred_embedding)
    assert set(model.state_dict()) == keys


def test_without_a_head_it_embeds():
    model = build(cls_head=None, controls=()).eval()
    video = torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8)
    (sample,) = model.predict([video], [ActionDataSample()])
    with torch.no_grad():
        expected = normalize(model(video[None], mode='tensor')[0], dim=1)
    torch.testing.assert_close(sample.pred_embedding, expected)
    assert 'pred_frame_label' not in sample


def test_controls_off_by_one_line():
    model = build(controls=()).eval()
    video = torch.zeros(3, 3, 32, 32, dtype=torch.uint8)
    assert model.predict([video], [ActionDataSample()])[0].controls == {}


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="'sum'"):
        build(spatial_pooling='sum')
    with pytest.raises(ValueError, match="'random'"):
        build(controls=('random',))
    with pytest.raises(ValueError, match="'int8'"):
        build(backbone_dtype='int8')
    with pytest.raises(ValueError, match='got 64 and 0'):
        build(max_frames=0)
    with pytest.raises(TypeError, match=r'TSNHead is not .*FramewiseHead'):
        build(cls_head={'type': 'TSNHead', 'num_classes': 2, 'in_channels': 128})
    with pytest.raises(TypeError, match='chunksize'):
        build(chunksize=3)


@pytest.mark.parametrize(
    'neck', ['TemporalTransformer', 'FramewiseMLP', 'TemporalConv3d']
)
def test_a_neck_that_does_not_fit_is_told(neck):
    pooling = 'none' if neck == 'TemporalConv3d' else 'max'
    frames = {'num_frames': 4} if neck == 'TemporalTransformer' else {}
    model = build(
        neck=dict(type=neck, in_channels=64, **frames), spatial_pooling=pooling
    )
    with pytest.raises(
        ValueError, match=r'gives 512 channels, neck\.in_channels is 64'
    ):
        model(torch.zeros(1, 2, 3, 32, 32), mode='tensor')


def moving(**kwargs):
    return build(
        extra_features=[{'type': 'OpticalFlowGrid', 'size': 32, 'grid': 2}],
        feature_parts=(512, 12),
        neck={
            'type': 'TemporalTransformer',
            'in_channels': 524,
            'num_frames': 6,
            'num_layers': 1,
        },
        freeze_backbone=True,
        **kwargs,
    )


def predicted_with_a_cut(model):
    """The sample of a video, the features of all its frames, the frames of its cut."""
    video = torch.randint(0, 256, (9, 3, 32, 32), dtype=torch.uint8)
    inds = np.arange(2, 7)
    sample = ActionDataSample()
    sample.set_metainfo({'cuts': {'windowed': [inds]}})
    with torch.no_grad():
        model.predict_video(video, sample)
        features = model(video[None], mode='tensor', stage='backbone')
    return sample, features, inds


def test_motion_and_standardised_parts_reach_neck_cuts_and_controls():
    model = moving().eval()
    sample, features, inds = predicted_with_a_cut(model)
    with torch.no_grad():
        assert features.shape == (1, 9, 524)

        def expected(part):
            seen = standardize_over_time(part, (512, 12))
            return normalize(model.neck(seen)[0], dim=1), normalize(seen[0], dim=1)

        embedding, control = expected(features)
        torch.testing.assert_close(sample.pred_embedding, embedding)
        torch.testing.assert_close(sample.controls['backbone'], control)
        (cut,) = sample.pred_cuts['windowed']
        torch.testing.assert_close(
            cut['pred_embedding'], expected(features[:, inds])[0]
        )


def test_what_stands_behind_vectors_needs_them():
    flow = {'type': 'OpticalFlowGrid'}
    with pytest.raises(ValueError, match='extra_features and learnt_stages need'):
        build(spatial_pooling='none', extra_features=[flow])


def test_views_have_no_motion():
    model = moving().train()
    inputs = model.data_preprocessor(batch(), training=True)
    with pytest.raises(ValueError, match='train on cached features'):
        model(**inputs, mode='loss')
    cached = {**inputs, 'inputs': torch.randn(2, 2, 6, 524)}
    losses = model(**cached, mode='loss')
    assert all(torch.isfinite(value) for value in losses.values())


def test_frame_features_can_stand_beside_the_embedding():
    model = moving(keep_frame_features=True).eval()
    sample, features, inds = predicted_with_a_cut(model)
    with torch.no_grad():

        def expected(part):
            seen = standardize_over_time(part, (512, 12))
            shown = normalize(frame_features(seen[0]), dim=1)
            both = torch.cat((normalize(model.neck(seen)[0], dim=1), shown), 1)
            return both / 2**0.5

        assert sample.pred_embedding.shape == (9, 256)
        torch.testing.assert_close(sample.pred_embedding, expected(features))
        (cut,) = sample.pred_cuts['windowed']
        torch.testing.assert_close(cut['pred_embedding'], expected(features[:, inds]))
