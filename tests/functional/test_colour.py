import colorsys

import pytest
import torch
from torchvision.transforms.functional import adjust_hue

from carl_mm.functional import shift_hue


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
