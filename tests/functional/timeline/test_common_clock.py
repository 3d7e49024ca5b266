import numpy as np
import pytest

from carl_mm.functional.timeline import common_clock as module
from carl_mm.functional.timeline.common_clock import common_clock, find_outliers
from tests.functional.timeline.warped_copies import copies, curve

NAMES = ('clock', 'times', 'pace_spread', 'uncertainty', 'similarities')


def stamps(videos, fps=10.0):
    return [np.arange(len(video)) / fps for video in videos]


@pytest.fixture(scope='module')
def known():
    videos, progress = copies(8)
    return videos, progress, common_clock(videos, stamps(videos))


def progress_error(found, progress):
    """Mean difference of the progress of matching frames of the first and others."""
    first = found.clock_times[0], progress[0]
    return np.mean(
        [
            np.abs(np.interp(times, *first) - own).mean()
            for times, own in zip(found.clock_times[1:], progress[1:], strict=True)
        ]
    )


def test_known_warps_are_recovered(known):
    _, progress, found = known
    assert progress_error(found, progress) < 0.01
    assert not found.outliers
    for times, matched in zip(found.clock_times, found.matched, strict=True):
        assert (np.diff(times) >= 0).all()
        assert (matched > 0.5).all()


def test_the_clock_runs_at_the_mean_pace_and_there_and_back_is_the_identity(known):
    videos, _, found = known
    assert found.clock[0] == 0
    np.testing.assert_allclose(np.diff(found.clock), found.clock[1])
    mean = np.mean([len(video) - 1 for video in videos]) / 10
    assert found.clock[-1] == pytest.approx(mean, rel=0.03)
    paces = np.gradient(np.nanmean(found.times, axis=0), found.clock)
    np.testing.assert_allclose(paces[5:-5], 1, atol=0.15)
    for own, times, stamp in zip(
        found.times, found.clock_times, stamps(videos), strict=True
    ):
        there = np.interp(own, stamp, times)
        np.testing.assert_allclose(there[2:-2], found.clock[2:-2], atol=0.06)


def test_the_order_of_the_videos_changes_nothing(known):
    videos, _, found = known
    order = np.random.default_rng(3).permutation(len(videos))
    mixed = [videos[index] for index in order]
    again = common_clock(mixed, stamps(mixed))
    np.testing.assert_allclose(again.clock, found.clock, atol=1e-6)
    np.testing.assert_allclose(again.times, found.times[order], atol=1e-6)
    np.testing.assert_allclose(again.similarities, found.similarities[order], atol=1e-6)


def test_a_video_of_something_else_is_named_and_has_no_say(known):
    videos, progress, found = known
    rng = np.random.default_rng(5)
    strange = np.cumsum(rng.normal(size=(70, videos[0].shape[1])), axis=0)
    mixed = [*videos[:4], strange, *videos[4:]]
    again = common_clock(mixed, stamps(mixed))
    assert again.outliers == (4,)
    rest = [index for index in range(9) if index != 4]
    kept = [again.clock_times[index] for index in rest]
    again = type(found)(**{**vars(again), 'clock_times': tuple(kept)})
    assert progress_error(again, progress) < 0.01


def test_videos_that_begin_late_and_end_early_have_no_such_moments():
    videos, progress = copies(7)
    late, early = videos[0][progress[0] > 0.3], videos[1][progress[1] < 0.7]
    cut = [late, early, *videos[2:]]
    found = common_clock(cut, stamps(cut))
    share = found.clock / found.clock[-1]
    assert np.isnan(found.times[0][share < 0.07]).all()
    assert np.isnan(found.times[1][share > 0.93]).all()
    assert not np.isnan(found.times[2:]).any()
    assert not np.isnan(found.times[0][share > 0.4]).any()


def test_where_videos_differ_in_speed_is_told():
    share = np.linspace(0, 1, 60)
    slow_first = np.concatenate([share[:30], share[30::2]])
    fast_first = np.concatenate([share[:30:2], share[30:]])
    videos = [curve(each) for each in (share, slow_first, fast_first, share)]
    found = common_clock(videos, stamps(videos))
    # One of four is twice as fast as the others, in each half.
    assert np.nanmedian(found.pace_spread) == pytest.approx(0.25, abs=0.06)
    same = common_clock(videos[:1] * 3, stamps(videos[:1] * 3))
    assert np.nanmax(same.pace_spread) < 1e-6


def test_long_videos_are_thinned_out_and_come_back_whole(known, monkeypatch):
    videos, progress, _ = known
    monkeypatch.setattr(module, 'MAX_MOMENTS', 30)
    found = common_clock(videos, stamps(videos))
    assert found.times.shape == (8, 30)
    assert [len(times) for times in found.clock_times] == [len(v) for v in videos]
    assert progress_error(found, progress) < 0.03


def test_videos_of_one_frame_and_still_videos():
    videos = [np.ones((1, 4)), np.eye(4)[:1]]
    found = common_clock(videos, stamps(videos))
    assert found.clock.tolist() == [0]
    still = [np.ones((5, 4)), np.ones((9, 4))]
    found = common_clock(still, stamps(still))
    assert np.isfinite(found.clock).all()
    assert found.similarities.tolist() == [0, 0]


@pytest.mark.parametrize(
    ('similarities', 'expected'),
    [
        ([0.8, 0.82, 0.81, 0.3], [3]),
        ([0.8, 0.82, 0.81, 0.72], []),  # by less than 3.5 times 0.03
        ([0.8, 0.3, 0.81], []),  # too few to tell
        ([0.9, 0.6, 0.7, 0.5, 0.8], []),
    ],
)
def test_outliers_are_far_below_the_others(similarities, expected):
    assert find_outliers(np.array(similarities)).tolist() == expected


def test_outliers_are_judged_by_those_that_fit():
    similarities = np.array([0.8, 0.81, 0.82, 0.79, 0.1, 0.1, 0.1, 0.1])
    assert find_outliers(similarities).tolist() == []
    assert find_outliers(similarities, np.arange(4)).tolist() == [4, 5, 6, 7]
