"""The tab of phases painted and carried."""

import pytest

pytest.importorskip('gradio')
from carl_mm.app.tabs.phases import PhasesTab  # noqa: E402
from tests.app.circle_library import CircleLibrary  # noqa: E402


def test_phases_come_from_the_video_that_fits_best():
    library = CircleLibrary(
        near=[0, 10, 20, 60, 70],
        far=[180, 185, 190, 195, 200],
        new=[1, 11, 21, 22, 61, 62, 71],
        other=[181, 186, 191, 196, 201],
    )
    labels = {'near': [[0, 2, 'a'], [3, 4, 'b']], 'far': [[1, 2, 'c']]}
    carried = PhasesTab(library).carry_phases(labels)['carried']
    assert set(carried) == {'new', 'other'}
    assert carried['new']['rows'] == [[0, 3, 'a'], [4, 6, 'b']]
    assert (carried['new']['source'], carried['new']['num_frames']) == ('near', 7)
    assert carried['other']['rows'] == [[1, 2, 'c']]
    assert carried['other']['source'] == 'far'
