import numpy as np
import pytest

from carl_mm.functional import choose_strengths, fit_phase_probe, most_likely_segments
from carl_mm.functional.phases.segmentation import segment_labels
from tests.functional.phases.videos import make_videos


def slow_choice(videos, labels, penalties, costs):
    """Leave each video out, in loops."""
    fits, hits = {}, {}
    for penalty in penalties:
        values = []
        for out in range(len(videos)):
            rest = [i for i in range(len(videos)) if i != out]
            probe = fit_phase_probe(
                [videos[i] for i in rest], [labels[i] for i in rest], penalty
            )
            log_probs = probe.log_probs(videos[out])
            for cost in costs:
                segments = most_likely_segments(log_probs, cost, True)
                found = probe.classes[segment_labels(segments)]
                for guess, truth in zip(found, labels[out], strict=True):
                    if truth in probe.classes:
                        hits.setdefault((penalty, cost), []).append(guess == truth)
            for row, truth in zip(log_probs, labels[out], strict=True):
                if truth in probe.classes:
                    values.append(row[probe.classes.tolist().index(truth)])
        fits[penalty] = np.mean(values)
    chosen = max(penalties, key=lambda penalty: fits[penalty])
    return chosen, max(costs, key=lambda cost: np.mean(hits[chosen, cost]))


@pytest.mark.parametrize('noise', [0.1, 1.0, 3.0])
def test_strengths_are_chosen_on_videos_held_out(noise):
    videos, labels = make_videos(4, noise)
    labels[0] = np.where(labels[0] == 1, -1, labels[0])
    labels[1] = np.where(labels[1] == 2, 7, labels[1])  # a class that one video has
    penalties, costs = (10.0, 1.0, 0.1, 0.01), (0.1, 1.0, 5.0)
    found = choose_strengths(videos, labels, True, penalties, costs)
    assert found == slow_choice(videos, labels, penalties, costs)


def test_noise_asks_for_a_stronger_penalty():
    clean = choose_strengths(*make_videos(4, 0.1), True)[0]
    noisy = choose_strengths(*make_videos(4, 3.0), True)[0]
    assert clean < noisy


def test_nothing_to_hold_out():
    videos, labels = make_videos(2)
    labels[1][:] = -1
    assert choose_strengths(videos, labels) == (1.0, 1.0)
    # No class in common.
    labels = [np.zeros_like(labels[0]), np.ones_like(labels[1])]
    assert choose_strengths(videos, labels, switch_costs=(3.0,)) == (1.0, 3.0)


def test_of_many_videos_a_tenth_is_held_out():
    videos, labels = make_videos(23, 0.5)
    penalty, cost = choose_strengths(videos, labels, True, (1.0, 0.1), (1.0,))
    assert penalty in (1.0, 0.1) and cost == 1.0
