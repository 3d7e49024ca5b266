import huggingface_hub.constants
import pytest
import timm
import torch
from mmaction.registry import MODELS
from safetensors.torch import save_file

from carl_mm.models import TimmViT

TINY = 'vit_tiny_patch16_224.augreg_in21k_ft_in1k'


def build(model_name=TINY, **kwargs):
    torch.manual_seed(0)
    return MODELS.build({'type': 'TimmViT', 'model_name': model_name, **kwargs}).eval()


@pytest.mark.parametrize('shape', [(32, 48), (224, 224)])
@torch.no_grad()
def test_maps_and_class_token_are_timms(shape):
    frames = torch.randn(2, 3, *shape)
    maps_model, token_model = build(), build(out_type='cls_token')
    maps, token = maps_model(frames), token_model(frames)
    ((expected, expected_token),) = maps_model.net.get_intermediate_layers(
        frames, n=1, reshape=True, norm=True, return_prefix_tokens=True
    )
    assert maps.shape == (2, 192, shape[0] // 16, shape[1] // 16)
    torch.testing.assert_close(maps, expected)
    torch.testing.assert_close(token, expected_token[:, 0])


@torch.no_grad()
def test_registers_are_no_patches():
    model = build('vit_little_patch16_reg1_gap_256.sbb_in12k_ft_in1k')
    tokens = model.net.forward_features(frames := torch.randn(1, 3, 32, 32))
    assert tokens.shape[1] == 5  # a register and 2 x 2
    torch.testing.assert_close(model(frames).flatten(2), tokens[:, 1:].mT)
    with pytest.raises(ValueError, match='no class token'):
        build('vit_little_patch16_reg1_gap_256.sbb_in12k_ft_in1k', out_type='cls_token')


@pytest.mark.parametrize('suffix', ['pth', 'safetensors'])
def test_weights_file_is_loaded_when_training_starts(tmp_path, suffix):
    """A whole model's, with its classifier."""
    torch.manual_seed(1)
    published = timm.create_model(TINY)
    file = tmp_path / f'weights.{suffix}'
    (torch.save if suffix == 'pth' else save_file)(published.state_dict(), file)
    model = build(weights_file=str(file))
    assert not torch.equal(model.net.cls_token, published.cls_token)
    model.init_weights()
    ours = model.net.state_dict()
    expected = published.state_dict()
    assert set(expected) - set(ours) == {'head.weight', 'head.bias'}
    assert all(torch.equal(ours[name], expected[name]) for name in ours)
    with torch.no_grad():
        model.net.cls_token.zero_()
    model.init_weights()  # once is enough
    assert not model.net.cls_token.any()


def test_untrained_weights_stay_without_pretrained():
    model = build(pretrained=False)
    before = model.net.patch_embed.proj.weight.clone()
    model.init_weights()
    assert torch.equal(model.net.patch_embed.proj.weight, before)


def test_other_features_are_cached_apart():
    """FeatureCacheHook names its files by this text and the weights."""
    texts = {repr(build(out_type=name)) for name in ('featmap', 'cls_token')}
    assert len(texts) == 2


@pytest.mark.parametrize(
    ('kwargs', 'error', 'message'),
    [
        (
            {'model_name': 'vit_tini'},
            ValueError,
            "'vit_tini' is not a Vision Transformer",
        ),
        ({'model_name': 'resnet18'}, ValueError, "'resnet18' is not a Vision Transf"),
        ({'model_name': 'vit_tiny_patch16_224.x'}, RuntimeError, r'tag \(x\)'),
        ({'out_type': 'token'}, ValueError, "'token'"),
        ({'outtype': 'token'}, TypeError, 'outtype'),
    ],
)
def test_bad_arguments_are_named(kwargs, error, message):
    with pytest.raises(error, match=message):
        TimmViT(**{'model_name': TINY, **kwargs})


def test_a_size_that_the_patches_do_not_fill_is_named():
    with pytest.raises(AssertionError, match=r'height \(40\).*patch size \(16\)'):
        build()(torch.zeros(1, 3, 40, 32))


def test_a_weights_file_that_is_absent_or_of_another_model_is_refused(tmp_path):
    file = tmp_path / 'weights.pth'
    model = build(weights_file=str(file))
    with pytest.raises(FileNotFoundError, match=r'weights.pth: no such weights_file'):
        model.init_weights()
    torch.save({'conv1.weight': torch.ones(1)}, file)
    with pytest.raises(RuntimeError, match='Missing key'):
        model.init_weights()


def test_offline_the_error_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(huggingface_hub.constants, 'HF_HUB_OFFLINE', True)
    monkeypatch.setattr(huggingface_hub.constants, 'HF_HUB_CACHE', str(tmp_path))
    with pytest.raises(FileNotFoundError, match=f'{TINY}: no download.*weights_file'):
        build().init_weights()
