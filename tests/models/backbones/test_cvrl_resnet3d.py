import numpy as np
import pytest
import torch
from mmaction.models import ResNet3d

from carl_mm.models import CVRLResNet3d
from carl_mm.models.backbones.cvrl_resnet3d import (
    SamePaddingConv3d,
    SamePaddingMaxPool3d,
    same_padding,
)

THIN = dict(
    depth=50,
    pretrained=None,
    base_channels=4,
    conv1_kernel=(5, 7, 7),
    conv1_stride_t=2,
    pool1_stride_t=1,
    with_pool2=False,
    inflate=(0, 0, 1, 1),
)


@pytest.mark.parametrize(
    ('size', 'kernel', 'stride', 'expected'),
    [
        (224, 7, 2, (2, 3)),
        (16, 5, 2, (1, 2)),
        (112, 3, 2, (0, 1)),
        (7, 3, 2, (1, 1)),
        (56, 3, 1, (1, 1)),
        (56, 1, 2, (0, 0)),
        (1, 3, 2, (1, 1)),
    ],
)
def test_same_padding_by_hand(size, kernel, stride, expected):
    """TensorFlow's documentation: ceil(size / stride) places, more padding after."""
    assert same_padding(size, kernel, stride) == expected


def windows(line, kernel, stride, fill):
    """All windows of 'SAME' on one axis, in plain Python."""
    places = (len(line) + stride - 1) // stride
    total = max(0, (places - 1) * stride + kernel - len(line))
    padded = [fill] * (total // 2) + list(line) + [fill] * (total - total // 2)
    return [padded[i * stride : i * stride + kernel] for i in range(places)]


@pytest.mark.parametrize('size', [5, 6, 7, 8])
@pytest.mark.parametrize(('kernel', 'stride'), [(3, 2), (5, 2), (7, 2), (3, 1)])
@pytest.mark.parametrize('axis', [2, 3, 4])
def test_convolution_and_pooling_equal_the_loop(size, kernel, stride, axis):
    shape, lengths, steps = [1, 1, 1, 1, 1], [1, 1, 1], [1, 1, 1]
    shape[axis], lengths[axis - 2], steps[axis - 2] = size, kernel, stride
    line = torch.randn(size, dtype=torch.float64)
    conv = SamePaddingConv3d(1, 1, lengths, stride=steps, padding=1, bias=False)
    conv.double()
    weight = conv.weight.detach().flatten().numpy()
    found = conv(line.view(shape)).flatten()
    expected = [np.dot(w, weight) for w in windows(line.tolist(), kernel, stride, 0.0)]
    assert found.tolist() == pytest.approx(expected)
    found = SamePaddingMaxPool3d(tuple(lengths), tuple(steps))(line.view(shape))
    expected = [max(w) for w in windows(line.tolist(), kernel, stride, -1e9)]
    assert found.flatten().tolist() == pytest.approx(expected)


def test_the_released_padding_moves_features_and_no_names():
    torch.manual_seed(0)
    plain, ours = ResNet3d(**THIN), CVRLResNet3d(**THIN).eval()
    plain.eval()  # returns nothing
    released = CVRLResNet3d(released=True, **THIN).eval()
    ours.load_state_dict(plain.state_dict())
    released.load_state_dict(plain.state_dict())
    clip = torch.randn(1, 3, 8, 64, 64)
    with torch.no_grad():
        assert torch.equal(ours(clip), plain(clip))
        found = released(clip)
    assert found.shape == plain(clip).shape
    assert not torch.allclose(found, plain(clip), atol=1e-3)
    strided = [m for m in released.modules() if isinstance(m, SamePaddingConv3d)]
    assert len(strided) == sum(isinstance(m, torch.nn.Conv3d) for m in plain.modules())
    assert isinstance(released.maxpool, SamePaddingMaxPool3d)


def test_a_dilation_is_refused():
    with pytest.raises(ValueError, match='dilation'):
        SamePaddingConv3d(1, 1, 3, dilation=2)
