import numpy as np
import pytest
import torch

from carl_mm.apis import PhaseLabeler, VideoEmbedding

PHASES = ['reach', 'lift', 'put']
CENTRES = np.random.default_rng(99).normal(size=(3, 6))


def make_video(seed, noise=0.3, order=(0, 1, 2), sha='', name=None):
    rng = np.random.default_rng(seed)
    labels = np.repeat(order, rng.integers(8, 15, len(order)))
    frames = CENTRES[labels] + noise * rng.normal(size=(len(labels), 6))
    frames /= np.linalg.norm(frames, axis=1, keepdims=True)
    times = np.cumsum(rng.uniform(0.02, 0.06, len(labels)))  # no even rate
    provenance = {'checkpoint': f'{sha}.pth', 'checkpoint_sha256': sha} if sha else {}
    name = name or f'{seed}.mp4'
    video = VideoEmbedding(name, frames.astype('f'), times, 25.0, provenance)
    return video, labels


def make_videos(seeds, **options):
    return tuple(
        map(list, zip(*(make_video(seed, **options) for seed in seeds), strict=True))
    )


def frame_labels(segments):
    lengths = [s.last_frame + 1 - s.first_frame for s in segments]
    return np.repeat([s.label for s in segments], lengths)


@pytest.fixture(scope='module')
def labeler():
    return PhaseLabeler().fit(*make_videos(range(4)), PHASES)


def test_unseen_videos_are_labelled(labeler):
    for seed in (10, 11, 12):
        video, labels = make_video(seed)
        segments = labeler.predict(video)
        assert np.mean(frame_labels(segments) == labels) > 0.95
        assert [s.phase for s in segments] == PHASES
        assert segments[0].first_frame == 0
        assert segments[-1].last_frame == len(video) - 1
        for one, two in zip(segments[:-1], segments[1:], strict=True):
            assert two.first_frame == one.last_frame + 1
            assert two.start_s == one.end_s == video.timestamps[two.first_frame]
        assert segments[0].start_s == video.timestamps[0]
        assert segments[-1].end_s == pytest.approx(video.timestamps[-1] + 1 / 25)


def test_confidence_is_the_mean_probability_of_the_frames(labeler):
    video, _ = make_video(20, noise=1.0)
    frames = video.embeddings.astype(np.float64)
    change = [
        frames[min(t + 3, len(frames) - 1)] - frames[max(t - 3, 0)]
        for t in range(len(frames))
    ]
    log_probs = labeler.model.probe.log_probs(np.hstack([frames, change]))
    segments = labeler.predict(video)
    for segment in segments:
        rows = log_probs[segment.first_frame : segment.last_frame + 1, segment.label]
        expected = sum(np.exp(row) for row in rows) / len(rows)
        assert segment.confidence == pytest.approx(expected)
        assert 0 < segment.confidence <= 1
    sure = np.mean([s.confidence for s in labeler.predict(make_video(21, 0.1)[0])])
    assert np.mean([s.confidence for s in segments]) < sure


def test_arrays_and_tensors_have_frames_alone(labeler):
    video, _ = make_video(10)
    timed = labeler.predict(video)
    for plain in (video.embeddings, torch.from_numpy(video.embeddings)):
        segments = labeler.predict(plain)
        assert [s.start_s for s in segments] == [None] * len(segments)
        frames = [(s.first_frame, s.last_frame, s.phase) for s in segments]
        assert frames == [(s.first_frame, s.last_frame, s.phase) for s in timed]


def test_order_is_taken_from_the_labels():
    forth = make_videos(range(4))
    assert PhaseLabeler().fit(*forth).model.ordered
    back = make_video(4, order=(0, 1, 0, 2))
    mixed = PhaseLabeler().fit([*forth[0], back[0]], [*forth[1], back[1]], PHASES)
    assert not mixed.model.ordered
    video, labels = make_video(30, order=(0, 1, 0, 2))
    assert np.mean(frame_labels(mixed.predict(video)) == labels) > 0.9
    assert [s.label for s in mixed.predict(video)] == [0, 1, 0, 2]
    ordered = PhaseLabeler(ordered=True).fit(*forth).predict(video)
    assert (np.diff(frame_labels(ordered)) >= 0).all()
    # Frames without a label do not break the order.
    forth[1][0][:3] = -1
    forth[1][0][10:12] = -1
    assert PhaseLabeler().fit(*forth).model.ordered


def test_a_high_cost_leaves_one_segment():
    labeler = PhaseLabeler(switch_cost=1e6).fit(*make_videos(range(3)))
    assert labeler.model.switch_cost == 1e6
    assert len(labeler.predict(make_video(10)[0])) == 1


def test_what_the_user_sets_is_kept():
    labeler = PhaseLabeler(0.5, 2.0, False, delta=0).fit(*make_videos(range(3)))
    model = labeler.model
    chosen = (model.l2_penalty, model.switch_cost, model.ordered, model.delta)
    assert chosen == (0.5, 2.0, False, 0)
    assert model.probe.weight.shape == (3, 6)
    assert model.phases == ['phase 0', 'phase 1', 'phase 2']
    # Fitted again, what was not set is chosen again.
    free = PhaseLabeler().fit(*make_videos(range(4), noise=0.05))
    first = free.model.l2_penalty
    assert free.fit(*make_videos(range(4), noise=2.0)).model.l2_penalty > first


def test_one_video_and_one_frame_will_do():
    labeler = PhaseLabeler().fit(*make_videos([0]), PHASES)
    assert labeler.model.l2_penalty == 1
    (segment,) = labeler.predict(make_video(1)[0].embeddings[:1])
    assert (segment.first_frame, segment.last_frame) == (0, 0)
    assert labeler.predict(np.empty((0, 6))) == []


def test_saved_and_loaded_it_gives_the_same(labeler, tmp_path):
    labeler.save(tmp_path / 'sub' / 'labeler.npz')
    loaded = PhaseLabeler.load(tmp_path / 'sub' / 'labeler.npz')
    video, _ = make_video(10, noise=1.0)
    assert loaded.predict(video) == labeler.predict(video)
    assert loaded.model.phases == PHASES
    assert [path.name for path in (tmp_path / 'sub').iterdir()] == ['labeler.npz']


def test_numbers_of_numpy_can_be_saved(tmp_path):
    labeler = PhaseLabeler(l2_penalty=np.float32(2), switch_cost=np.float32(3))
    labeler.fit(*make_videos(range(2)), PHASES).save(tmp_path / 'labeler.npz')
    model = PhaseLabeler.load(tmp_path / 'labeler.npz').model
    assert (model.l2_penalty, model.switch_cost) == (2.0, 3.0)


def test_nan_is_unlabelled():
    videos, labels = make_videos(range(2))
    labels = [label.astype(float) for label in labels]
    negative = [label.copy() for label in labels]
    labels[0][:4], negative[0][:4] = np.nan, -1
    found = [PhaseLabeler().fit(videos, each).model for each in (labels, negative)]
    np.testing.assert_array_equal(found[0].probe.weight, found[1].probe.weight)


def test_embeddings_of_two_models_are_refused(tmp_path):
    videos, labels = make_videos(range(3), sha='aaaaaaaaaa')
    labeler = PhaseLabeler().fit(videos, labels)
    labeler.save(tmp_path / 'labeler.npz')
    foreign, its_labels = make_video(9, sha='bbbbbbbbbb')
    for fitted in (labeler, PhaseLabeler.load(tmp_path / 'labeler.npz')):
        with pytest.raises(ValueError, match=r'9\.mp4.*bbbbbbbb.*aaaaaaaa'):
            fitted.predict(foreign)
    with pytest.raises(ValueError, match=r'9\.mp4'):
        PhaseLabeler().fit([*videos, foreign], [*labels, its_labels])
    assert labeler.predict(make_video(9)[0])  # tells no model


def test_bad_input(labeler):
    video, labels = make_video(0)
    with pytest.raises(ValueError, match='not fitted'):
        PhaseLabeler().predict(video)
    with pytest.raises(ValueError, match='not fitted'):
        PhaseLabeler().save('x.npz')
    with pytest.raises(ValueError, match='label 2 is not one of the 2 phases'):
        PhaseLabeler().fit([video], [labels], PHASES[:2])
    with pytest.raises(ValueError, match='no frame of 1 videos is labelled'):
        PhaseLabeler().fit([video], [np.full(len(video), -1)])
    with pytest.raises(ValueError, match='but 3 of labels'):
        PhaseLabeler().fit([video], [[0, 1, 2]])
    with pytest.raises(ValueError, match='fitted to 12'):
        labeler.predict(np.zeros((4, 5)))
    with pytest.raises(ValueError, match='NaN'):
        labeler.predict(np.full((4, 6), np.nan))
