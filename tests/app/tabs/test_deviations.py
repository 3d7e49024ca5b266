"""The tab of where a video strays."""

import numpy as np
import pytest

pytest.importorskip('gradio')
from carl_mm.app.tabs.deviations import DeviationsTab  # noqa: E402
from tests.app.circle_library import CircleLibrary  # noqa: E402


def test_references_by_default_are_those_most_like_the_video():
    rng = np.random.default_rng(0)
    paths = {f'v{i:02d}': np.arange(0, 90, 3) + rng.normal(0, 2, 30) for i in range(14)}
    found = DeviationsTab(CircleLibrary(**paths)).deviations('v03')
    assert found['references'] == [f'v{i:02d}' for i in range(14) if i != 3]
    assert len(found['scores']) == 30
    assert found['warning'] == ''
    paths |= {f'w{i:02d}': paths['v00'] + 120 for i in range(9)}  # elsewhere
    found = DeviationsTab(CircleLibrary(**paths)).deviations('v03')
    assert len(found['references']) == 20
    assert found['references'][:13] == [f'v{i:02d}' for i in range(14) if i != 3]
    found = DeviationsTab(CircleLibrary(**paths)).deviations(
        'w00', [f'v{i:02d}' for i in range(8)]
    )
    assert 'none of the 8 references is like the video' in found['warning']
    chosen = ['v05', 'v03', 'v05', 'v06']
    found = DeviationsTab(CircleLibrary(**paths)).deviations('v03', chosen)
    assert found['references'] == ['v05', 'v06']
    with pytest.raises(ValueError, match='two references'):
        DeviationsTab(CircleLibrary(**paths)).deviations('v03', ['v03', 'v05'])
