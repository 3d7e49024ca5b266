import pytest
from mmaction.registry import MODELS

from carl_mm.functional.losses.gta import global_alignment_loss
from tests.models.losses import pairs

NAME = 'GlobalAlignmentLoss'
OPTIONS = {
    'gamma': 0.3,
    'temperature': 0.2,
    'alignment_weight': 0.3,
    'cycle_weight': 0.4,
    'label_smoothing': 0.2,
}


@pytest.mark.parametrize('views', [1, 2])
def test_is_the_function_of_all_videos(views):
    tensors = pairs.make_batch(views=views)
    found = pairs.value_of(MODELS.build({'type': NAME, **OPTIONS}), tensors)
    embedding, _, valid, _, groups = pairs.by_view(tensors)
    expected = global_alignment_loss(embedding, groups=groups, valid=valid, **OPTIONS)
    assert found == pytest.approx(expected.item())


def test_building_draws_nothing():
    pairs.building_draws_nothing(NAME)


def test_twenty_steps_lower_it():
    pairs.twenty_steps_lower(NAME)


def test_a_batch_needs_two_videos_of_one_action():
    pairs.needs_two_videos_of_one_action(NAME)


def test_bad_options():
    pairs.names_bad_options(
        NAME,
        [
            ('gamma', 0.0),
            ('temperature', 0.0),
            ('alignment_weight', -1.0),
            ('label_smoothing', 1.0),
        ],
    )
