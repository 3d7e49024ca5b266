from collections import Counter

import numpy as np
import pytest
from mmengine.dataset import DefaultSampler
from mmengine.registry import DATA_SAMPLERS
from mmengine.runner import Runner
from torch.utils.data import Dataset

from carl_mm.datasets import SameActionBatchSampler


class Videos(Dataset):
    ann_file = 'annotations.json'

    def __init__(self, actions):
        self.actions = actions

    def __len__(self):
        return len(self.actions)

    def get_data_info(self, index):
        return {'action': self.actions[index]}

    def __getitem__(self, index):
        return index


ACTIONS = ['pour'] * 7 + ['squat'] * 4 + ['bowl'] * 2


def batches(actions=ACTIONS, batch_size=3, epoch=0, rank=0, world_size=1, seed=5):
    sampler = DefaultSampler(Videos(actions), shuffle=True, seed=seed)
    sampler.rank, sampler.world_size = rank, world_size
    sampler.set_epoch(epoch)
    out = SameActionBatchSampler(sampler, batch_size)
    assert len(list(out)) == len(out)
    return list(out)


@pytest.mark.parametrize('batch_size', [2, 3, 4, 8])
@pytest.mark.parametrize('actions', [ACTIONS, [None] * 9, [None, 'a', None, 'a']])
def test_a_batch_is_distinct_videos_of_one_action(actions, batch_size):
    drawn = batches(actions, batch_size)
    sizes = Counter(actions)
    for batch in drawn:
        (action,) = {actions[index] for index in batch}
        assert len(batch) == len(set(batch)) == min(batch_size, sizes[action])
    assert set(sum(drawn, [])) == set(range(len(actions)))
    assert len(drawn) == sum(-(-size // batch_size) for size in sizes.values())


def test_a_seed_and_an_epoch_decide():
    first = batches(epoch=3)
    assert first == batches(epoch=3)
    assert first != batches(epoch=4)
    assert first != batches(epoch=3, seed=6)


@pytest.mark.parametrize('world_size', [2, 3, 4])
def test_processes_share_an_epoch_alike(world_size):
    """7, 4 and 2 videos in batches of 3 are 6 batches."""
    parts = [batches(rank=r, world_size=world_size) for r in range(world_size)]
    assert len({len(part) for part in parts}) == 1, 'a process would wait for ever'
    joined = [tuple(batch) for part in parts for batch in part]
    whole = [tuple(batch) for batch in batches()]
    assert set(joined) == set(whole)
    assert len(joined) - len(whole) < world_size


def test_more_processes_than_batches():
    parts = [batches(['a'] * 2, 2, rank=r, world_size=4) for r in range(4)]
    assert [len(part) for part in parts] == [1] * 4


def test_without_shuffling_the_order_stays():
    sampler = DefaultSampler(Videos(['a'] * 4), shuffle=False, seed=0)
    assert list(SameActionBatchSampler(sampler, 2)) == [[0, 1], [2, 3]]


def test_what_is_missing_is_said():
    with pytest.raises(ValueError, match='at least 2 in a batch, got .*batch_size = 1'):
        batches(batch_size=1)
    with pytest.raises(ValueError, match=r'annotations\.json: .* 1 of squat\.'):
        batches(['bowl', 'squat', 'bowl'])
    with pytest.raises(ValueError, match=r'1 of None'):
        batches(['bowl', None, 'bowl'])


def test_a_config_builds_it():
    assert DATA_SAMPLERS.get('SameActionBatchSampler') is SameActionBatchSampler
    loader = Runner.build_dataloader(
        dict(
            batch_size=2,
            num_workers=0,
            dataset=Videos(['a'] * 4),
            sampler=dict(type='DefaultSampler', shuffle=True),
            batch_sampler=dict(type='SameActionBatchSampler'),
        ),
        seed=3,
    )
    first = [np.array(batch).tolist() for batch in loader]
    loader.batch_sampler.sampler.set_epoch(1)
    assert len(loader) == len(first) == 2
    assert [np.array(batch).tolist() for batch in loader] != first
