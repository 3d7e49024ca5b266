"""The tab of two videos in step."""

import numpy as np
import pytest

from carl_mm.apis.alignment.align import METHODS

pytest.importorskip('gradio')
from carl_mm.app.tabs import align  # noqa: E402
from tests.app.tabs.circle_library import CircleLibrary  # noqa: E402


def test_aligned_frames_show_the_same_place():
    library = CircleLibrary(slow=range(0, 90, 3), fast=range(0, 90, 9))
    found = align.AlignTab(library).align('slow', 'fast')
    assert found['frames_b'] == [round(3 * i / 9 - 1e-9) for i in range(29)] + [9]
    np.testing.assert_allclose(
        found['warped_timestamps'], np.array(found['frames_b']) / 10
    )


def test_every_method_can_be_chosen():
    assert {method for _, method in align.METHODS} == set(METHODS)
    library = CircleLibrary(slow=range(0, 90, 3), fast=range(0, 90, 9))
    found = align.AlignTab(library).align('slow', 'fast', 'posterior')
    assert (np.diff(found['frames_b']) >= 0).all()
    assert (np.diff(found['frames_a']) >= 0).all()
