import json
import random
from collections import Counter

import numpy as np
import pytest
from mmaction.registry import DATASETS
from mmengine.registry import init_default_scope

from carl_mm.datasets.video_io.open_video import VideoDecodeError

PIPELINE = [
    dict(type='OpenVideo'),
    dict(type='SampleFrames', clip_len=4, frame_interval=1, num_clips=1),
    dict(type='DecodeClips'),
    dict(type='RandomResizedCrop', area_range=(0.3, 1.0)),
    dict(type='Resize', scale=(16, 16), keep_ratio=False),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]


@pytest.fixture(autouse=True)
def scope():
    init_default_scope('mmaction')


@pytest.fixture
def folder(make_videos):
    """Six videos of three classes, of which the test videos show two."""
    folder = make_videos(lengths=(12,) * 6, test_share=0.34, labelled=False)
    path = folder / 'annotations.json'
    annotations = json.loads(path.read_text())
    actions = ['run', 'jump', 'run', 'swim', 'run', 'jump']
    for entry, action in zip(annotations['data_list'], actions, strict=True):
        entry['action'] = action
    path.write_text(json.dumps(annotations))
    return folder


def build(folder, **options):
    defaults = dict(
        type='ClipVideoDataset',
        num_classes=3,
        ann_file='annotations.json',
        data_root=str(folder),
        data_prefix=dict(video='videos'),
        pipeline=PIPELINE,
    )
    return DATASETS.build(defaults | options)


def labels(dataset):
    return [dataset.get_data_info(i)['label'] for i in range(len(dataset))]


def test_classes_are_numbered_over_all_splits(folder):
    train, test = (build(folder, split=split) for split in ('train', 'test'))
    assert train.metainfo['classes'] == test.metainfo['classes']
    assert train.metainfo['classes'] == ('jump', 'run', 'swim')
    assert labels(train) == [1, 0, 1, 2]
    assert labels(test) == [1, 0]
    sample = train[3]
    assert sample['data_samples'].gt_label.tolist() == [2]
    assert sample['inputs'].shape == (1, 3, 4, 16, 16)


def test_a_share_of_the_labels_is_the_same_of_every_class(folder):
    path = folder / 'annotations.json'
    annotations = json.loads(path.read_text())
    annotations['data_list'] = [
        dict(filename=f'{i}.mp4', split='train', action='abc'[i % 3])
        for i in range(300)
    ]
    path.write_text(json.dumps(annotations))
    share = build(folder, label_share=0.1, check_videos=False)
    assert Counter(labels(share)) == {0: 10, 1: 10, 2: 10}
    least = build(folder, label_share=0.01, check_videos=False)
    assert sorted(labels(least)) == [0, 1, 2]
    names = [share.get_data_info(i)['name'] for i in range(30)]
    again = build(folder, label_share=0.1, check_videos=False)
    assert [again.get_data_info(i)['name'] for i in range(30)] == names
    other = build(folder, label_share=0.1, label_seed=1, check_videos=False)
    assert [other.get_data_info(i)['name'] for i in range(30)] != names


def test_draws_of_mmaction2s_transforms_follow_the_epoch_and_the_sample(folder):
    dataset = build(folder, split='train')

    def draw(epoch, index):
        dataset.set_epoch(5, epoch)
        np.random.random(7)  # whatever was drawn before
        random.random()
        return dataset[index]['inputs'].numpy()

    first = draw(0, 1)
    np.testing.assert_array_equal(draw(0, 1), first)
    assert any(not np.array_equal(draw(epoch, 1), first) for epoch in (1, 2))


def test_a_video_that_fails_is_replaced_in_training_and_named_in_testing(
    folder, break_middle
):
    break_middle(folder / 'videos' / 'video_0.mp4')
    train = build(folder, split='train')
    own = build(folder, split='train', check_videos=False).get_data_info(0)['label']
    # The next video of its action stands in.
    assert train[0]['data_samples'].gt_label.tolist() == [own]
    assert [name.split('/')[-1] for name in train.failed_videos] == ['video_0.mp4']
    test = build(folder, split='train', test_mode=True)
    with pytest.raises(VideoDecodeError, match=r'video_0.mp4: .* would change'):
        test[0]


def test_bad_input_is_named(folder):
    with pytest.raises(ValueError, match='has 3 actions, but num_classes is 400'):
        build(folder, num_classes=400)
    with pytest.raises(ValueError, match='1.5'):
        build(folder, label_share=1.5)
    with pytest.raises(TypeError, match='label_shar'):
        build(folder, label_shar=0.5)
    path = folder / 'annotations.json'
    annotations = json.loads(path.read_text())
    del annotations['data_list'][4]['action']
    path.write_text(json.dumps(annotations))
    with pytest.raises(ValueError, match=r'1 videos have no action.*video_4.mp4'):
        build(folder)
