import numpy as np
import pytest

from carl_mm.functional.repetitions.time_scale import at_stride, explain
from tests.functional.repetitions.made_loops import loop


def test_every_kth_frame_is_taken_and_rest_has_no_motion():
    frames, _ = loop([60, 60], [60, 0, 0], noise=0)
    scale = at_stride(frames, 4)
    assert scale.frames.shape == (45, 12)
    assert scale.motion.shape == (45,)
    assert scale.motion[:11].max() < 1e-3 < scale.motion[20:].min()


def test_a_repetition_explains_all_of_them_and_counts_not_itself():
    frames, spans = loop([40, 40, 40, 40], [0] * 5, noise=0)
    found = explain(at_stride(frames, 1), spans[1][0], 40)
    assert len(found.cuts.firsts) == 4
    assert found.similarities == pytest.approx(np.ones(4), abs=0.05)
    # three quarters of the motion, each frame at 1 - 0.4 less a price of 0.1
    assert found.share == pytest.approx(0.75 * 0.5, abs=0.06)
