import colorsys

import pytest
import torch
from torchvision.transforms.functional import adjust_hue

from carl_mm.functional import scale_saturation, shift_hue


@pytest.mark.parametrize('turns', [-0.5, -0.2, 0.0, 0.13, 0.5])
def test_equals_the_way_through_hsv(turns):
    frames = torch.rand(3, 3, 5, 7, generator=torch.Generator().manual_seed(0))
    frames[0, :, 0] = frames[0, :1, 0]  # gray
    frames[1, :, 0, 0] = 0
    out = shift_hue(frames, turns)
    torch.testing.assert_close(out, adjust_hue(frames, turns), atol=1e-5, rtol=0)
    pixel = frames[2, :, 3, 4].tolist()
    hue, saturation, value = colorsys.rgb_to_hsv(*pixel)
    expected = colorsys.hsv_to_rgb((hue + turns) % 1, saturation, value)
    torch.testing.assert_close(out[2, :, 3, 4], torch.tensor(expected))


def test_by_hand():
    red = torch.tensor([1.0, 0.0, 0.0]).view(3, 1, 1)
    green = torch.tensor([0.0, 1.0, 0.0]).view(3, 1, 1)
    torch.testing.assert_close(shift_hue(red, 1 / 3), green, atol=1e-6, rtol=0)
    gray = torch.full((3, 2, 2), 0.4)
    torch.testing.assert_close(shift_hue(gray, 0.3), gray)


@pytest.mark.parametrize('factor', [0.0, 0.2, 1.0, 1.3, 1.8])
def test_saturation_equals_the_way_through_hsv(factor):
    frames = torch.rand(2, 3, 4, 5, generator=torch.Generator().manual_seed(1))
    frames[0, :, 0] = frames[0, :1, 0]  # gray
    frames[1, :, 0, 0] = 0
    frames[1, :, 0, 1] = torch.tensor([1.0, 0.0, 0.3])  # as saturated as can be
    out = scale_saturation(frames, factor)
    for n, y, x in ((n, y, x) for n in range(2) for y in range(4) for x in range(5)):
        hue, saturation, value = colorsys.rgb_to_hsv(*frames[n, :, y, x].tolist())
        expected = colorsys.hsv_to_rgb(hue, min(1, factor * saturation), value)
        assert out[n, :, y, x].tolist() == pytest.approx(expected, abs=1e-5)
    assert out.min() >= 0 and out.max() <= 1
