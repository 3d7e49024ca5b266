import pytest
import torch
from torch.nn.functional import interpolate

from carl_mm.functional import standardize_over_time
from carl_mm.models import OpticalFlowGrid
from carl_mm.models.recognizers.spatial import SpatialRecognizer
from tests.models.recognizers.test_framewise_recognizer import build, moving


def rolling_video(length=7, size=32):
    torch.manual_seed(0)
    coarse = torch.randint(0, 256, (1, 3, 4, 4)).float()
    picture = interpolate(coarse, size=(size, size))[0].byte()
    return torch.stack([picture.roll(2 * step, dims=1) for step in range(length)])


def modes(module):
    return {part.training for part in module.modules()}


@pytest.mark.parametrize('frozen', [True, False])
def test_only_a_frozen_backbone_stays_in_eval_mode(frozen):
    model = build(freeze_backbone=frozen)
    assert isinstance(model, SpatialRecognizer)
    assert model.train() is model
    assert modes(model.backbone) == {not frozen}
    assert modes(model.neck) == {True}
    model.eval()
    assert modes(model) == {False}


def test_gradients_reach_the_backbone_unless_it_is_frozen():
    frames = torch.randn(3, 3, 32, 32)
    for frozen in (True, False):
        for training in (True, False):
            model = build(freeze_backbone=frozen).train(training)
            assert model.spatial_features(frames).requires_grad is not frozen
        with torch.no_grad():
            assert not model.spatial_features(frames).requires_grad


def test_a_learning_backbone_sees_all_frames_at_once():
    """Its BatchNorm takes statistics over all of them, not over a chunk."""
    model, seen = build(chunk_size=2), []
    model.backbone.register_forward_pre_hook(lambda _, args: seen.append(len(args[0])))
    model.train().spatial_features(torch.randn(5, 3, 32, 32))
    with torch.no_grad():
        model.eval().spatial_features(torch.randn(5, 3, 32, 32))
    assert seen == [5, 2, 2, 1]


def test_features_are_standardised_if_the_config_says_so():
    torch.manual_seed(0)
    features, valid = torch.randn(2, 6, 524), torch.ones(2, 6, dtype=torch.bool)
    valid[1, 4:] = False
    features[1, 4:] = float('nan')
    plain, parts = build(), moving()
    assert plain.standardized(features, valid) is features
    found = parts.standardized(features, valid)
    assert torch.equal(found, standardize_over_time(features, (512, 12), valid))
    assert torch.isfinite(found).all() and not found[1, 4:].any()


def test_extras_stand_behind_the_features_of_every_video():
    model = moving().eval()
    still = rolling_video()[:1].expand(7, -1, -1, -1)
    videos = torch.stack([rolling_video(), still])
    features = torch.randn(2, 7, 5)
    joined = model.with_extras(features, videos)
    assert torch.equal(joined[..., :5], features)
    motion = OpticalFlowGrid(size=32, grid=2)
    for video, found in zip(videos, joined[..., 5:], strict=True):
        torch.testing.assert_close(found, motion.over_time(motion(video)))
    assert joined[0, :, 5:].any()
    assert build().with_extras(features, videos) is features


def test_a_video_has_the_features_of_its_frames():
    model = moving(chunk_size=3).eval()
    video = rolling_video()
    with torch.no_grad():
        found = model.all_features(video)
        expected = model(video[None], mode='tensor', stage='backbone')[0]
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    assert model.all_features(found) is found


def test_gathered_chunks_give_the_same():
    model, video = moving().eval(), rolling_video()
    gathered = model.video_features(len(video), torch.device('cpu'))
    with torch.no_grad():
        for start in range(0, len(video), 2):
            part = video[start : start + 2]
            gathered.add(part, part)
        expected = model.all_features(video)
    torch.testing.assert_close(gathered.result(), expected, atol=1e-5, rtol=1e-5)


def test_extras_of_views_are_refused():
    with pytest.raises(ValueError, match=r'FeatureCacheHook.*extra_features=\(\)'):
        moving().refuse_extras()
    build().refuse_extras()


def test_the_flow_has_no_weights_of_its_own():
    model = moving()
    assert [type(extra) for extra in model.extras] == [OpticalFlowGrid]
    assert not [name for name in model.state_dict() if 'extra' in name]
