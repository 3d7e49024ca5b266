"""The actions on embeddings made by hand."""

import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding
from carl_mm.app.actions import Actions
from carl_mm.app.library import Progress


class Library:
    """Videos on a circle: a frame is where its video is at that time."""

    left_out: dict = {}
    progress = Progress(ready=True)

    def __init__(self, **paths):
        self.videos = {}
        for name, angles in paths.items():
            angle = np.deg2rad(np.asarray(angles, float))
            rows = np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32)
            times = np.arange(len(angle)) / 10
            self.videos[name] = VideoEmbedding(name, rows, times, 10.0)

    @property
    def names(self):
        return sorted(self.videos)

    def video(self, name):
        return self.videos[name]


def test_aligned_frames_show_the_same_place():
    library = Library(slow=range(0, 90, 3), fast=range(0, 90, 9))
    found = Actions(library).align('slow', 'fast')
    assert found['frames_b'] == [round(3 * i / 9 - 1e-9) for i in range(29)] + [9]
    np.testing.assert_allclose(
        found['warped_timestamps'], np.array(found['frames_b']) / 10
    )


def test_phases_come_from_the_video_that_fits_best():
    library = Library(
        near=[0, 10, 20, 60, 70],
        far=[180, 185, 190, 195, 200],
        new=[1, 11, 21, 22, 61, 62, 71],
        other=[181, 186, 191, 196, 201],
    )
    labels = {'near': [[0, 2, 'a'], [3, 4, 'b']], 'far': [[1, 2, 'c']]}
    carried = Actions(library).carry_phases(labels)['carried']
    assert set(carried) == {'new', 'other'}
    assert carried['new']['rows'] == [[0, 3, 'a'], [4, 6, 'b']]
    assert (carried['new']['source'], carried['new']['num_frames']) == ('near', 7)
    assert carried['other']['rows'] == [[1, 2, 'c']]
    assert carried['other']['source'] == 'far'


def test_a_new_video_is_searched_too():
    library = Library(query=[0, 50], first=[48, 120])
    actions = Actions(library)
    assert actions.nearest('query', 1, 5, 0.0)['hits'][0]['video'] == 'first'
    library.videos |= Library(late=[130, 50]).videos
    hits = actions.nearest('query', 1, 5, 0.0)['hits']
    assert [(hit['video'], hit['frame']) for hit in hits[:2]] == [
        ('late', 1),
        ('first', 0),
    ]
    assert hits[0]['similarity'] == pytest.approx(1, abs=1e-6)
    assert hits[0]['time_s'] == pytest.approx(0.1)


def test_references_by_default_are_ten_others():
    rng = np.random.default_rng(0)
    paths = {f'v{i:02d}': np.arange(0, 90, 3) + rng.normal(0, 2, 30) for i in range(14)}
    found = Actions(Library(**paths)).deviations('v03')
    assert found['references'] == [f'v{i:02d}' for i in (0, 1, 2, 4, 5, 6, 7, 8, 9, 10)]
    assert len(found['scores']) == 30
    chosen = ['v05', 'v03', 'v05', 'v06']
    found = Actions(Library(**paths)).deviations('v03', chosen)
    assert found['references'] == ['v05', 'v06']
    with pytest.raises(ValueError, match='two references'):
        Actions(Library(**paths)).deviations('v03', ['v03', 'v05'])
