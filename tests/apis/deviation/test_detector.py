import dataclasses

import numpy as np
import pytest
import torch

from carl_mm.apis import DeviationDetector, VideoEmbedding, deviations
from carl_mm.apis.deviation import comparison
from carl_mm.functional.deviation import moments
from carl_mm.functional.deviation.discriminant_axes import axes_of_videos
from carl_mm.functional.deviation.usual_differences import (
    UsualDifferences,
    align_windows,
    differences,
)

MOMENTS = np.stack(
    [np.cos(np.linspace(0, 3, 60)), np.sin(np.linspace(0, 3, 60)), np.ones(60)], axis=1
)


def good(seed, num_frames=60):
    """The same course at an uneven pace, under a look of its own and noise."""
    rng = np.random.default_rng(seed)
    pace = np.cumsum(rng.uniform(0.5, 1.5, num_frames))
    inds = np.interp(pace, [pace[0], pace[-1]], [0, 59])
    course = np.stack([np.interp(inds, range(60), c) for c in MOMENTS.T], axis=1)
    course += rng.normal(0, 0.03, 3) + rng.normal(0, 0.02, course.shape)
    return course / np.linalg.norm(course, axis=1, keepdims=True)


REFERENCES = [good(seed, 50 + 3 * seed) for seed in range(8)]


def as_video(frames, name='new.mp4', **provenance):
    times = np.cumsum(np.linspace(0.02, 0.1, len(frames)))
    return VideoEmbedding(name, frames.astype(np.float32), times, 20.0, provenance)


def test_a_strange_part_stands_out():
    strange = good(100)
    strange[25:35] = [0, 0, -1]
    found = deviations(REFERENCES, as_video(strange))
    segment = max(found.segments, key=lambda each: each.peak)
    assert 19 <= segment.first_frame <= 25
    assert 34 <= segment.last_frame <= 45  # it has pulled the path with it
    times = found.timestamps
    assert segment.start_s == times[segment.first_frame]
    assert segment.end_s == times[segment.last_frame + 1]  # when the next one appears
    assert segment.peak == found.scores.max() > 5 * found.threshold


def test_long_videos_are_judged_by_moments(monkeypatch):
    """No array of pairs of frames grows with them; frames of a moment score alike."""
    monkeypatch.setattr(moments, 'MAX_FRAMES', 70)
    references = [good(seed, 600 + 20 * seed) for seed in range(5)]  # 10 a moment
    features = [np.tile(each, 2).astype(np.float32) for each in references]
    strange = good(100, 607)
    strange[250:350] = [0, 0, -1]
    lengths, align = [], comparison.align_windows

    def spy(a, b):
        lengths.extend((len(a), len(b)))
        return align(a, b)

    monkeypatch.setattr(comparison, 'align_windows', spy)
    videos = [
        dataclasses.replace(as_video(each), frame_features=kept)
        for each, kept in zip(references, features, strict=True)
    ]
    new = dataclasses.replace(
        as_video(strange), frame_features=np.tile(strange, 2).astype(np.float32)
    )
    for given, video in ((references, strange), (videos, new)):
        found = deviations(given, video)
        assert max(lengths) == 68
        assert found.scores.shape == (607,)
        assert all(len(set(found.scores[i : i + 10])) == 1 for i in range(0, 607, 10))
        segment = max(found.segments, key=lambda each: each.peak)
        assert 180 <= segment.first_frame <= 250
        assert 340 <= segment.last_frame <= 450
        assert found.scores[250:350].min() > found.threshold


@pytest.mark.parametrize('kind', ['skipped', 'reversed'])
def test_frames_that_look_right_but_stand_elsewhere_score_higher(kind):
    frames = good(101)
    tampered = np.zeros(60, dtype=bool)
    if kind == 'skipped':
        frames = np.delete(frames, slice(20, 40), axis=0)
        tampered = np.arange(40) // 5 == 3
        tampered |= np.arange(40) // 5 == 4
    else:
        frames[20:40] = frames[20:40][::-1]
        tampered[20:40] = True
    scores = deviations(REFERENCES, frames).scores
    assert scores[tampered].mean() > scores[~tampered].mean() + 1


def test_scores_and_threshold_equal_loops_that_leave_each_reference_out():
    few, new = REFERENCES[:3], good(102)

    def others(values, index):
        return [values[j] for j in range(3) if j != index]

    def strayed(by):
        return [
            differences(
                few[i],
                others(few, i),
                [align_windows(by[i], other) for other in others(by, i)],
            )
            for i in range(3)
        ]

    axes = axes_of_videos(few, strayed(few), [3])
    mean = np.concatenate(few).mean(axis=0)
    along = [(each - mean) @ axes for each in few]
    again = strayed(along)
    highest = [
        UsualDifferences.of(others(few, i), others(again, i), [3]).odds(again[i]).max()
        for i in range(3)
    ]
    paths = [align_windows((new - mean) @ axes, each) for each in along]
    usual = UsualDifferences.of(few, again, [3])
    threshold = max(0, np.quantile(highest, 0.7))
    expected = usual.odds(differences(new, few, paths), threshold)
    found = deviations(few, new, quantile=0.7)
    # A path and its reverse may part where two are equally cheap.
    np.testing.assert_allclose(found.scores, expected, rtol=1e-6, atol=1e-6)
    assert found.threshold == pytest.approx(threshold, rel=1e-6)


def with_features(frames, features):
    times = np.arange(len(frames)) / 20
    return VideoEmbedding(
        'a.mp4', frames.astype('f'), times, 20.0, {}, features.astype('f')
    )


def test_frame_features_show_what_the_embedding_does_not():
    rng = np.random.default_rng(0)

    def features(frames):  # of a look of its own, which does not count
        return (
            frames[:, :2] + rng.normal(0, 3, 2) + rng.normal(0, 0.02, (len(frames), 2))
        )

    references = [with_features(each, features(each)) for each in REFERENCES]
    judged = good(108)
    seen = features(judged)
    seen[30:40] = seen[30:40][::-1] + 0.3
    found = DeviationDetector(references)(with_features(judged, seen))
    assert 28 <= found.scores.argmax() <= 41
    assert found.scores.max() > 5
    without = [as_video(each) for each in REFERENCES]
    assert deviations(without, with_features(judged, seen)).scores.max() < 0
    mixed = [*references[:-1], as_video(REFERENCES[-1])]
    assert deviations(mixed, as_video(judged)).scores.max() < 0
    with pytest.raises(ValueError, match='new.mp4: .*no frame features'):
        deviations(references, as_video(judged))
    with pytest.raises(ValueError, match='frame features of .*same D'):
        deviations(references, with_features(judged, seen[:, :1]))
    seen[3] = np.nan
    with pytest.raises(ValueError, match='frame features of .*1 of 60 frames'):
        deviations(references, with_features(judged, seen))


def test_a_cut_to_another_scene_is_found_as_such():
    rng = np.random.default_rng(1)
    places = rng.normal(size=(2, 3)) * 2

    def in_scene(frames, scene=0):
        seen = frames + rng.normal(0, 0.02, frames.shape) + places[scene]
        return with_features(frames, seen)

    references = [in_scene(each) for each in REFERENCES]
    detector = DeviationDetector(references)
    whole, foreign = in_scene(good(109)), in_scene(good(110)[:25], 1)
    spliced = with_features(
        *(
            np.insert(getattr(whole, name), 31, getattr(foreign, name), axis=0)
            for name in ('embeddings', 'frame_features')
        )
    )
    found = detector(spliced)
    (cut,) = [each for each in found.segments if each.is_cut]
    assert (cut.first_frame, cut.last_frame) == (31, 55)
    assert cut.start_s == 31 / 20
    assert (found.scores[31:56] > found.threshold).all()
    rest = np.r_[found.scores[:31], found.scores[56:]]
    np.testing.assert_allclose(rest, detector(whole).scores, atol=1e-6)
    assert not any(each.is_cut for each in detector(whole).segments)


def test_a_video_unlike_the_references_is_warned_of():
    detector = DeviationDetector(REFERENCES)
    found = detector(good(112))
    assert found.warning == ''
    assert found.references == tuple('01234567')
    assert (
        'none of the 8' in detector(np.roll(good(112), 1, axis=1) * [1, -1, 1]).warning
    )
    named = [as_video(each, f'{i}.mp4') for i, each in enumerate(REFERENCES)]
    assert deviations(named, good(112)).references[:2] == ('0.mp4', '1.mp4')


def test_a_higher_quantile_finds_less():
    strange = good(103)
    strange[25:28] = strange[45:48]
    worse, worst = good(110), good(111)
    worse[30:34], worst[30:40] = worse[34:30:-1], worst[40:30:-1]
    mixed = [*REFERENCES[:4], worse, worst]
    found = [deviations(mixed, strange, q) for q in (0, 0.8, 1)]
    thresholds = [each.threshold for each in found]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[-1]
    lengths = [
        sum(s.last_frame - s.first_frame + 1 for s in each.segments) for each in found
    ]
    assert lengths == sorted(lengths, reverse=True)
    for each in found:
        above = np.zeros(60, dtype=bool)
        for segment in each.segments:
            above[segment.first_frame : segment.last_frame + 1] = True
        assert above.tolist() == (each.scores > each.threshold).tolist()


def test_a_detector_judges_many_as_one_by_one():
    detector = DeviationDetector([torch.tensor(each) for each in REFERENCES])
    for seed in (104, 105):
        alone = deviations(REFERENCES, good(seed))
        np.testing.assert_allclose(detector(good(seed)).scores, alone.scores)
        assert detector.threshold == alone.threshold
    assert alone.timestamps is None


def test_a_detector_can_be_fitted_later():
    detector = DeviationDetector(quantile=0.7)
    with pytest.raises(ValueError, match='not fitted: call fit first'):
        detector.predict(good(104))
    assert detector.fit(REFERENCES) is detector
    expected = DeviationDetector(REFERENCES, 0.7)
    assert detector.threshold == expected.threshold
    scores = detector.predict(good(104)).scores
    assert scores.tolist() == expected(good(104)).scores.tolist()


def test_channels_of_no_use_and_many_of_them():
    wide = [np.pad(each, ((0, 0), (0, 200))) for each in REFERENCES]
    new = good(106)
    new[30:40] = new[30:40][::-1]
    scores = deviations(wide, np.pad(new, ((0, 0), (0, 200)))).scores
    assert np.corrcoef(scores, deviations(REFERENCES, new).scores)[0, 1] > 0.9


def test_one_frame_and_references_that_are_equal():
    assert deviations(REFERENCES, REFERENCES[0][:1]).scores.shape == (1,)
    same = deviations([REFERENCES[0]] * 3, REFERENCES[0])
    assert same.scores.max() < same.threshold == 0
    assert deviations([REFERENCES[0]] * 3, good(107)).scores.max() > 100
    assert np.isfinite(
        deviations([each[:1] for each in REFERENCES], good(1)).scores
    ).all()


@pytest.mark.parametrize(
    ('references', 'video', 'message'),
    [
        (REFERENCES[:1], REFERENCES[1], 'at least two references, got 1'),
        ([], REFERENCES[1], 'got 0'),
        ([REFERENCES[0], REFERENCES[1][:0]], REFERENCES[1], 'video 1 has no frame'),
        (REFERENCES, REFERENCES[0][:0], 'no frame'),
        (REFERENCES, REFERENCES[0][:, :2], r'\(50, 2\)'),
        (REFERENCES, np.full((4, 3), np.nan), '4 of 4 frames'),
        (
            [as_video(each, checkpoint_sha256='1' * 9) for each in REFERENCES],
            as_video(REFERENCES[0], checkpoint_sha256='2' * 9),
            'new.mp4.*22222222.*11111111',
        ),
    ],
)
def test_bad_input_is_named(references, video, message):
    with pytest.raises(ValueError, match=message):
        deviations(references, video)


@pytest.mark.parametrize('quantile', [-0.1, 1.1, float('nan')])
def test_quantiles_out_of_range(quantile):
    with pytest.raises(ValueError, match=str(quantile)):
        deviations(REFERENCES, REFERENCES[0], quantile)
