import numpy as np
import pytest

from carl_mm.functional import cosine_dtw, match_frames
from carl_mm.functional.metrics._event_frames import MATCHINGS, frames_at_events
from carl_mm.functional.warping.path_matches import middle_matches, nearest_frames


def match(a, b, matching):
    """The frame of b for each frame of a."""
    if matching == 'nearest':
        return nearest_frames(a, b)
    if matching == 'dtw':
        return middle_matches(cosine_dtw(a, b), len(a))
    ends = {'posterior': 'auto', 'open': 'open'}[matching]
    return match_frames(a, b, ends).frame_inds_b


@pytest.mark.parametrize('matching', MATCHINGS)
@pytest.mark.parametrize('lengths', [(9, 14, 1, 7), (6, 5)])
def test_each_event_is_matched_in_each_other_video(matching, lengths):
    rng = np.random.default_rng(0)
    videos = [rng.normal(size=(length, 4)) for length in lengths]
    videos = [v / np.linalg.norm(v, axis=1, keepdims=True) for v in videos]
    events = np.array([np.sort(rng.integers(0, n, 3)) for n in lengths])
    found = frames_at_events(videos, events, matching)
    assert found.shape == (len(lengths), 3, len(lengths))
    for i, a in enumerate(videos):
        for j, b in enumerate(videos):
            if matching not in ('nearest', 'dtw') and j < i:
                turned = match_frames(b, a, matching if matching == 'open' else 'auto')
                expected = turned.frame_inds_a[events[i]]
            else:
                expected = events[i] if i == j else match(a, b, matching)[events[i]]
            assert found[i, :, j].tolist() == expected.tolist(), (i, j)
