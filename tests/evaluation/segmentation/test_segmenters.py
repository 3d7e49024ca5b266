import numpy as np
import pytest

from carl_mm.evaluation.segmentation.segmenters import (
    BLIND,
    SEGMENTERS,
    check_segmenters,
)


@pytest.mark.parametrize('name', list(SEGMENTERS))
def test_a_segmenter_gives_each_frame_a_phase(name):
    rng = np.random.default_rng(0)
    videos = [rng.normal(size=(n, 4)).astype(np.float32) for n in (9, 1, 0, 20)]
    found = SEGMENTERS[name](videos, 3)
    assert [len(phases) for phases in found] == [9, 1, 0, 20]
    assert {int(x) for phases in found for x in phases} <= {0, 1, 2}


@pytest.mark.parametrize('name', list(SEGMENTERS))
def test_those_that_look_at_nothing_are_called_blind(name):
    rng = np.random.default_rng(0)
    a, b = (
        SEGMENTERS[name]([rng.normal(size=(30, 4))], 3)[0].tolist() for _ in range(2)
    )
    assert (a == b) == (name in BLIND)


@pytest.mark.parametrize('names', [(), 'kmeans', ('kmeans', 'magic')])
def test_names_that_are_unknown(names):
    with pytest.raises(ValueError, match="'neighbours', 'equal'.* got "):
        check_segmenters(names)
