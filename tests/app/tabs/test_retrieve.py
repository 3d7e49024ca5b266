"""The tab of a moment found in all videos."""

import pytest

pytest.importorskip('gradio')
from carl_mm.app.tabs.retrieve import RetrieveTab  # noqa: E402
from tests.app.circle_library import CircleLibrary  # noqa: E402


def test_a_new_video_is_searched_too():
    library = CircleLibrary(query=[0, 50], first=[48, 120])
    tab = RetrieveTab(library)
    assert tab.nearest('query', 1, 5, 0.0)['hits'][0]['video'] == 'first'
    library.videos |= CircleLibrary(late=[130, 50]).videos
    hits = tab.nearest('query', 1, 5, 0.0)['hits']
    assert [(hit['video'], hit['frame']) for hit in hits[:2]] == [
        ('late', 1),
        ('first', 0),
    ]
    assert hits[0]['similarity'] == pytest.approx(1, abs=1e-6)
    assert hits[0]['time_s'] == pytest.approx(0.1)
