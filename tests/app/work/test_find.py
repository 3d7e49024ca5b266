"""A moment or a segment found in all videos."""

import json

import pytest

from carl_mm.app.work.find import Finder
from tests.app.circle_library import CircleLibrary


def test_a_new_video_is_searched_too():
    library = CircleLibrary(query=[0, 50], first=[48, 120])
    finder = Finder(library)
    assert finder.find('query', 1, 1, 5, 0.0)['hits'][0]['video'] == 'first'
    library.add('late', [130, 50])
    hits = finder.find('query', 1, 1, 5, 0.0)['hits']
    assert [(hit['video'], hit['first'], hit['last']) for hit in hits[:2]] == [
        ('late', 1, 1),
        ('first', 0, 0),
    ]
    assert hits[0]['similarity'] == pytest.approx(1, abs=1e-6)
    assert hits[0]['time_s'] == hits[0]['end_s'] == pytest.approx(0.1)


def test_a_segment_is_found_at_another_pace():
    slow = [*[300] * 5, *range(0, 60, 2), *[300] * 5]
    library = CircleLibrary(query=range(0, 60, 4), slow=slow, none=[200] * 30)
    best = Finder(library).find('query', 0, 14, 3)['hits'][0]
    assert best['video'] == 'slow'
    assert abs(best['first'] - 5) <= 1 and abs(best['last'] - 34) <= 1
    assert best['similarity'] > 0.99
    assert best['end_s'] == pytest.approx(best['last'] / 10)
    json.dumps(best, allow_nan=False)


def test_what_is_out_of_range_is_refused():
    finder = Finder(CircleLibrary(a=range(9), b=range(9)))
    for args, said in (
        (('a', 0, 0, 0), 'between 1 and 100'),
        (('a', 0, 0, 101), 'not 101'),
        (('a', 9, 9), 'no frame 9'),
        (('a', 3, 2), 'ends at frame 2'),
        (('a', 0, 3, 1, -1.0), 'gap_s'),
        (('x', 0, 0), 'x: has no embeddings'),
    ):
        with pytest.raises(ValueError, match=said):
            finder.find(*args)
