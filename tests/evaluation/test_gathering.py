"""Two processes gather each other's videos, and fail together."""

from dataclasses import replace

import numpy as np
import pytest
from mmaction.registry import METRICS
from torch import distributed

from carl_mm.evaluation import FramewiseMetric
from carl_mm.evaluation.evaluated_video import MODEL, EvaluatedVideo, Place
from carl_mm.evaluation.gathering import gather_videos, judged_units
from carl_mm.functional import segmentation_scores
from tests.distributed.forked import run_forked


class Counts(FramewiseMetric):
    keys = ('videos', 'order')

    def evaluate_action(self, videos):
        firsts = [embedding[0, 0] for embedding in videos.test_embeddings]
        return {'videos': len(firsts), 'order': float(firsts == sorted(firsts))}


class Fails(FramewiseMetric):
    keys = ('value',)

    def evaluate_action(self, videos):
        if videos.action == 'run':
            raise ValueError('not this one')
        return {'value': 1.0}


class Sums(FramewiseMetric):
    keys = ('sum',)
    judges_cuts = True

    def evaluate_action(self, videos):
        draws = [cut for draws in videos.cuts.values() for cut in draws]
        parts = [videos, *draws]
        return {'sum': sum(e.sum() for part in parts for e in part.test_embeddings)}


def make_video(place):
    rng = np.random.default_rng(place)
    length = 0 if place == 3 else 4 + place  # one could not be decoded
    embeddings = {
        MODEL: rng.normal(size=(length, 3)).astype(np.float32),
        'position': rng.normal(size=(length, 5)).astype(np.float32),
    }
    return EvaluatedVideo(
        filename=f'{place}.mp4',
        action=('jump', 'run')[place % 4 == 0],
        split='test',
        view='',
        labels=rng.integers(-1, 3, length),
        frame_inds=rng.integers(0, 100, length),
        fps=25.0 + place,
        embeddings=embeddings if length else {MODEL: embeddings[MODEL]},
    )


def test_one_process_keeps_each_video_once_and_in_order():
    cut = Place(0, 'windowed', 0)
    places = [Place(2), Place(0), Place(1), cut, Place(0)]
    mine = [(place, make_video(place.sample_idx)) for place in places]
    expected = [Place(0), cut, Place(1), Place(2)]
    assert [place for place, _ in gather_videos(mine)] == expected


def results_of(rank, num_processes, case):
    """A sampler repeats the first video; one process may have none."""
    if case == 'empty':
        return [(Place(i), make_video(i)) for i in (0, 2, 4, 0)] if rank == 0 else []
    indices = [*range(rank, 5, num_processes), *([0] if rank else [])]
    found = [(Place(i), make_video(i)) for i in indices]
    for place, video in list(found):  # a cut without the control: that of its whole
        cut = replace(
            video,
            labels=video.labels[1:3],
            frame_inds=np.arange(1, 3),
            embeddings={MODEL: video.embeddings[MODEL][1:3] + 1},
        )
        if len(video.labels):
            found.append((Place(place.sample_idx, 'windowed'), cut))
    return found


def gathered(case):
    rank, size = distributed.get_rank(), distributed.get_world_size()
    found = gather_videos(results_of(rank, size, case))
    held = {
        (place, name)
        for place, video in found
        for name, array in video.embeddings.items()
        if array.size and array.strides != (0, 0)  # else it takes no memory
    }
    return found, held  # told now: pickled, all take memory


@pytest.mark.parametrize(
    ('case', 'num_processes'), [('both', 2), ('empty', 2), ('both', 3)]
)
def test_embeddings_reach_those_that_judge_them(case, num_processes):
    parts = [results_of(rank, num_processes, case) for rank in range(num_processes)]
    expected = dict(sorted({p: v for part in parts for p, v in part}.items()))
    ranks = run_forked(gathered, case, num_processes=num_processes)
    moved = dict.fromkeys(
        (place, name) for place, v in expected.items() for name in v.embeddings
    )
    for rank, (found, held) in enumerate(ranks):
        assert [place for place, _ in found] == list(expected)
        units = judged_units(dict(found))
        assert units == judged_units(expected)
        share = units[rank::num_processes]
        for place, video in found:
            told = expected[place]
            assert (video.filename, video.action) == (told.filename, told.action)
            assert (video.split, video.view) == (told.split, told.view)
            assert np.array_equal(video.labels, told.labels)
            assert np.array_equal(video.frame_inds, told.frame_inds)
            assert video.embeddings.keys() == told.embeddings.keys()
            for name, values in told.embeddings.items():
                array = video.embeddings[name]
                assert array.shape == values.shape
                if (name, video.action) in share and array.size:
                    assert np.array_equal(array, values), (place, name)
                    moved[place, name] = rank
                else:
                    assert not np.any(array)
                    assert (place, name) not in held
    assert None not in [moved[p, n] for p, n in moved if len(expected[p].labels)]


def nan_in_one():
    rank = distributed.get_rank()
    results = results_of(rank, 2, 'both')
    if rank == 1:
        results[0][1].embeddings['position'][0, 0] = np.nan
    videos = [video for _, video in gather_videos(results) if len(video.labels)]
    arrays = [v.embeddings['position'] for v in videos if 'position' in v.embeddings]
    return [bool(np.isnan(array).any()) for array in arrays]


def test_all_know_which_embedding_is_not_finite():
    ranks = run_forked(nan_in_one)
    assert ranks[0] == ranks[1]
    assert sum(ranks[0]) == 1


def evaluated(kind, case):
    metric = kind()
    metric.results = results_of(
        distributed.get_rank(), distributed.get_world_size(), case
    )
    try:
        return metric.evaluate(5)
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize('num_processes', [2, 3])
def test_processes_judge_as_one(num_processes):
    metric = Sums()
    metric.results = [pair for rank in (0, 1) for pair in results_of(rank, 2, 'both')]
    expected = metric.evaluate(5)
    assert len(expected) == 2
    for found in run_forked(evaluated, Sums, 'both', num_processes=num_processes):
        assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize('case', ['both', 'empty'])
def test_an_error_of_one_is_told_to_all(case):
    assert run_forked(evaluated, Fails, case) == ['not this one'] * 2


def counted():
    counts = Counts(prefix='counts')
    firsts = (0, 2, 4) if distributed.get_rank() == 0 else (1, 3, 0)
    for first in firsts:
        sample = {'pred_embedding': np.full((3, 2), first), 'gt_label': np.zeros(3)}
        counts.process(None, [sample])
    return counts.evaluate(5)


def test_samples_without_places_were_dealt_out_in_turn_and_the_last_is_padding():
    assert run_forked(counted) == [{'counts/videos': 5, 'counts/order': 1}] * 2


TRUE = [[0, 0, 1, -1], [1, 1, 0], [0, 1, 2, 2]]
PREDICTED = [[0, 1, 1, 1], [1, 0, 0], [0, 1, 1, 2]]


def segmented():
    metric = METRICS.build({'type': 'FrameSegmentation'})
    for index in (0, 2) if distributed.get_rank() == 0 else (1, 0):
        labels = {'gt_label': TRUE[index], 'pred_frame_label': PREDICTED[index]}
        metric.process(None, [{'sample_idx': index, **labels}])
    return metric.evaluate(3)


def test_what_networks_predict_themselves_is_scored_over_all_processes():
    expected = segmentation_scores(TRUE, PREDICTED)
    for found in run_forked(segmented):
        values = {key.rpartition('/')[2]: value for key, value in found.items()}
        assert values == pytest.approx(expected)
