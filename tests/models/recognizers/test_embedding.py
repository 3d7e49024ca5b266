import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample
from torch.nn.functional import normalize

from carl_mm.functional import frame_features, standardize_over_time
from tests.models.recognizers.test_framewise_recognizer import build, moving


def predict(model, video):
    sample = ActionDataSample()
    with torch.no_grad():
        model.predict_video(video, sample)
    return sample


@pytest.mark.parametrize('length', [1, 2, 9])
@pytest.mark.parametrize('keep', [False, True])
def test_known_features_are_embedded_as_the_video(length, keep):
    model = moving(keep_frame_features=keep).eval()
    video = torch.randint(0, 256, (length, 3, 32, 32), dtype=torch.uint8)
    predicted = predict(model, video).pred_embedding
    with torch.no_grad():
        features = model.all_features(video)
    found = model.embed_features(features)
    assert found.dtype == torch.float32 and not found.requires_grad
    assert found.shape == (length, 256 if keep else 128)
    assert torch.equal(found, predicted)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(length))
    torch.testing.assert_close(predict(model, features).pred_embedding, found)


def test_both_halves_weigh_the_same():
    """Similarity is the mean of that by what was learnt and that by what is shown."""
    torch.manual_seed(0)
    features = torch.randn(5, 524)
    alone, both = moving().eval(), moving(keep_frame_features=True).eval()
    learnt = alone.embed_features(features)
    shown = frame_features(standardize_over_time(features[None], (512, 12))[0])
    shown = normalize(shown, dim=1)
    joined = both.embed_features(features)
    for i in range(5):
        for j in range(5):
            expected = (learnt[i] @ learnt[j] + shown[i] @ shown[j]) / 2
            torch.testing.assert_close(joined[i] @ joined[j], expected)


def test_a_part_is_standardised_by_itself():
    """The frames of a cut are not seen in the light of those outside it."""
    torch.manual_seed(0)
    model = moving().eval()
    features = torch.randn(12, 524)
    part = model.embed_features(features[3:9])
    assert not torch.allclose(part, model.embed_features(features)[3:9], atol=1e-3)
    shifted = features.clone()
    shifted[:3] += 100
    assert torch.equal(model.embed_features(shifted[3:9]), part)


def test_cuts_repeat_frames_and_have_no_backbone_control():
    model = moving().eval()
    video = torch.randint(0, 256, (9, 3, 32, 32), dtype=torch.uint8)
    inds = np.array([2, 2, 3, 5])
    sample = ActionDataSample()
    sample.set_metainfo({'cuts': {'warped': [inds, inds[:1]]}})
    with torch.no_grad():
        model.predict_video(video, sample)
        features = model.all_features(video)
    first, one = sample.pred_cuts['warped']
    torch.testing.assert_close(
        first['pred_embedding'], model.embed_features(features[inds])
    )
    assert first['controls'].keys() == sample.controls.keys() - {'backbone'}
    assert one['pred_embedding'].shape == (1, 128)
    assert torch.isfinite(one['pred_embedding']).all()
    assert sample.frame_features.shape == (9, 128)


def test_a_long_video_passes_the_neck_in_parts():
    torch.manual_seed(0)
    features = torch.randn(7, 512)
    model, limited = build().eval(), build(max_frames=3).eval()
    pieces = [model.embed_features(features[s : s + 3]) for s in (0, 3, 6)]
    torch.testing.assert_close(limited.embed_features(features), torch.cat(pieces))


@pytest.mark.parametrize(('length', 'first'), [(11, 6), (13, 7)])
def test_parts_of_a_long_video_are_even(length, first):
    """As in the published code, where 1,100 frames of 1,000 are 550 and 550."""
    torch.manual_seed(0)
    features = torch.randn(length, 512)
    model, limited = build().eval(), build(max_frames=10).eval()
    pieces = [model.embed_features(part) for part in features.split(first)]
    torch.testing.assert_close(limited.embed_features(features), torch.cat(pieces))
