import pytest
from mmaction.registry import MODELS

from carl_mm.functional.losses.d3tw import discriminative_dtw_loss, random_order
from tests.models.losses import pairs

NAME = 'DiscriminativeDTWLoss'
OPTIONS = {'gamma': 0.3, 'margin': 0.7}


@pytest.mark.parametrize('views', [1, 2])
def test_is_the_function_of_all_videos(views):
    tensors = pairs.make_batch(views=views)
    found = pairs.value_of(MODELS.build({'type': NAME, **OPTIONS}), tensors)
    embedding, _, valid, _, groups = pairs.by_view(tensors)
    expected = discriminative_dtw_loss(
        embedding, random_order(valid), groups=groups, valid=valid, **OPTIONS
    )
    assert found == pytest.approx(expected.item())


def test_building_draws_nothing():
    pairs.building_draws_nothing(NAME)


def test_twenty_steps_lower_it():
    pairs.twenty_steps_lower(NAME)


def test_a_batch_needs_two_videos_of_one_action():
    pairs.needs_two_videos_of_one_action(NAME)


def test_bad_options():
    pairs.names_bad_options(NAME, [('gamma', 0.0), ('margin', 0.0)])
