"""The tab of where a video strays."""

import numpy as np
import pytest

pytest.importorskip('gradio')
from carl_mm.app.tabs.deviations import DeviationsTab  # noqa: E402
from tests.app.tabs.circle_library import CircleLibrary  # noqa: E402


def test_references_by_default_are_ten_others():
    rng = np.random.default_rng(0)
    paths = {f'v{i:02d}': np.arange(0, 90, 3) + rng.normal(0, 2, 30) for i in range(14)}
    found = DeviationsTab(CircleLibrary(**paths)).deviations('v03')
    assert found['references'] == [f'v{i:02d}' for i in (0, 1, 2, 4, 5, 6, 7, 8, 9, 10)]
    assert len(found['scores']) == 30
    chosen = ['v05', 'v03', 'v05', 'v06']
    found = DeviationsTab(CircleLibrary(**paths)).deviations('v03', chosen)
    assert found['references'] == ['v05', 'v06']
    with pytest.raises(ValueError, match='two references'):
        DeviationsTab(CircleLibrary(**paths)).deviations('v03', ['v03', 'v05'])
