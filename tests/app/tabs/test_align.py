"""The tab of two videos in step."""

import numpy as np
import pytest

pytest.importorskip('gradio')
from carl_mm.app.tabs.align import AlignTab  # noqa: E402
from tests.app.tabs.circle_library import CircleLibrary  # noqa: E402


def test_aligned_frames_show_the_same_place():
    library = CircleLibrary(slow=range(0, 90, 3), fast=range(0, 90, 9))
    found = AlignTab(library).align('slow', 'fast')
    assert found['frames_b'] == [round(3 * i / 9 - 1e-9) for i in range(29)] + [9]
    np.testing.assert_allclose(
        found['warped_timestamps'], np.array(found['frames_b']) / 10
    )
