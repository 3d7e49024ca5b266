from collections import Counter

import pytest

from carl_mm.datasets import FramewiseVideoDataset, RepeatingSampler


def samples(num_videos, min_samples=20, epoch=0, rank=0, world_size=1, **options):
    sampler = RepeatingSampler(range(num_videos), min_samples, seed=5, **options)
    sampler.rank, sampler.world_size = rank, world_size
    sampler.num_samples = -(-num_videos * sampler.num_passes // world_size)
    sampler.set_epoch(epoch)
    drawn = list(sampler)
    assert len(drawn) == len(sampler)
    if world_size == 1:
        assert len(set(drawn)) == len(drawn), 'a pass would repeat the draws of another'
    return [index % num_videos for index in drawn]


@pytest.mark.parametrize(
    ('num_videos', 'times'), [(1, 20), (3, 7), (10, 2), (19, 2), (20, 1), (50, 1)]
)
def test_every_video_comes_equally_often(num_videos, times):
    drawn = samples(num_videos)
    assert Counter(drawn) == dict.fromkeys(range(num_videos), times)
    for start in range(0, len(drawn), num_videos):  # pass by pass
        assert sorted(drawn[start : start + num_videos]) == list(range(num_videos))


def test_orders_differ_between_passes_and_epochs_and_repeat_by_seed():
    drawn = samples(10)
    assert drawn[:10] != drawn[10:]
    assert drawn == samples(10)
    assert drawn != samples(10, epoch=1)
    assert samples(10, shuffle=False) == [*range(10), *range(10)]


@pytest.mark.parametrize('world_size', [2, 3, 8])
def test_processes_share_an_epoch_alike(world_size):
    parts = [samples(7, rank=r, world_size=world_size) for r in range(world_size)]
    assert len({len(part) for part in parts}) == 1
    joined = sum(parts, [])
    assert 21 <= len(joined) < 21 + world_size
    assert min(Counter(joined).values()) == 3


@pytest.mark.parametrize(('num_videos', 'min_samples'), [(0, 5), (5, 0)])
def test_nothing_to_draw_is_an_error(num_videos, min_samples):
    with pytest.raises(ValueError, match=f'{min_samples} and {num_videos} videos'):
        RepeatingSampler(range(num_videos), min_samples)


def test_each_pass_has_draws_of_its_own(make_videos):
    folder = make_videos()
    dataset = FramewiseVideoDataset(
        ann_file='annotations.json',
        data_root=str(folder),
        data_prefix={'video': 'videos'},
        pipeline=[],
        split='train',
    )
    dataset.set_epoch(1, 2)
    first, again = (dataset.get_data_info(i) for i in (0, len(dataset)))
    assert first['name'] == again['name']
    assert first['sample_idx'] == again['sample_idx']
    assert first['rng'].integers(10**9) != again['rng'].integers(10**9)
