import pytest
from mmaction.registry import MODELS

from carl_mm.functional.losses.lav import alignment_in_time_loss
from tests.models.losses import pairs

NAME = 'AlignmentInTimeLoss'
OPTIONS = {
    'gamma': 0.3,
    'regularisation': 0.2,
    'window': 4.0,
    'margin': 1.5,
    'divergence': True,
}


@pytest.mark.parametrize('views', [1, 2])
def test_is_the_function_of_all_videos(views):
    tensors = pairs.make_batch(views=views)
    found = pairs.value_of(MODELS.build({'type': NAME, **OPTIONS}), tensors)
    embedding, frame_inds, valid, lengths, groups = pairs.by_view(tensors)
    expected = alignment_in_time_loss(
        embedding, frame_inds, lengths, groups=groups, valid=valid, **OPTIONS
    )
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
        [('gamma', 0.0), ('regularisation', -1.0), ('window', -1.0), ('margin', 0.0)],
    )
