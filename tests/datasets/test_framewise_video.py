import json

import cv2
import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from torch.utils.data import DataLoader

from carl_mm.datasets import FramewiseVideoDataset

TRAIN = [
    {'type': 'OpenVideo'},
    {'type': 'DualViewTemporalCrop', 'num_frames': 8},
    {'type': 'DecodeViews'},
    {'type': 'PackFramewiseInputs'},
]
# Of 90 frames any 60 reach into the damaged middle.
LONG = [TRAIN[0], {**TRAIN[1], 'num_frames': 60}, *TRAIN[2:]]
TEST = [
    {'type': 'OpenVideo'},
    {'type': 'WholeVideo', 'transforms': []},
    {'type': 'PackFramewiseInputs'},
]


def build(folder, **kwargs):
    options = {'split': 'train', 'pipeline': TRAIN, **kwargs}
    return FramewiseVideoDataset(
        'annotations.json',
        data_root=str(folder),
        data_prefix={'video': 'videos'},
        **options,
    )


def edit(folder, change):
    path = folder / 'annotations.json'
    annotations = json.loads(path.read_text())
    change(annotations['data_list'])
    path.write_text(json.dumps(annotations))


def test_splits(make_videos):
    folder = make_videos()
    assert len(build(folder)) == 2
    assert len(build(folder, split=None)) == 4
    assert len(build(folder, split=('train', 'test'))) == 4
    with pytest.raises(ValueError, match="no video of split .*'val'"):
        build(folder, split='val')


def test_training_sees_no_label(make_videos):
    sample = build(make_videos())[0]
    assert 'gt_label' not in sample['data_samples']


def test_labels_at_test_time_and_no_unlabelled_train_video(make_videos):
    folder = make_videos()
    edit(folder, lambda entries: [entries[i].pop('phases') for i in (0, 3)])
    dataset = build(folder, split=None, pipeline=TEST, test_mode=True)
    samples = [dataset[i]['data_samples'] for i in range(len(dataset))]
    assert [sample.split for sample in samples] == ['train', 'test', 'test']
    assert (samples[2].gt_label == -1).all()
    assert (samples[0].gt_label >= 0).all()


def test_a_folder_without_labels_and_splits_can_be_embedded(make_videos):
    folder = make_videos(labelled=False, test_share=0)
    dataset = build(folder, split=None, pipeline=TEST, test_mode=True)
    assert len(dataset) == 4
    assert (dataset[0]['data_samples'].gt_label == -1).all()


def test_draws_depend_on_seed_epoch_and_sample_alone(make_videos):
    folder = make_videos(lengths=(60, 50, 40, 55), test_share=0)
    dataset = build(folder)

    def draws(seed, epoch, workers):
        dataset.set_epoch(seed, epoch)
        loader = DataLoader(dataset, batch_size=None, num_workers=workers)
        return torch.stack([sample['frame_inds'] for sample in loader])

    first = draws(1, 2, 0)
    assert torch.equal(first, draws(1, 2, 2))
    assert not torch.equal(first, draws(1, 3, 0))
    assert not torch.equal(first, draws(2, 2, 0))


def test_workers_that_outlive_an_epoch_hear_of_the_next(make_videos):
    dataset = build(make_videos(lengths=(60, 50), test_share=0))
    loader = DataLoader(
        dataset, batch_size=None, num_workers=1, persistent_workers=True
    )
    epochs = []
    for epoch in (0, 1, 0):
        dataset.set_epoch(0, epoch)
        epochs.append(torch.stack([sample['frame_inds'] for sample in loader]))
    assert torch.equal(epochs[0], epochs[2])
    assert not torch.equal(epochs[0], epochs[1])


def test_unreadable_videos_are_named_at_once_and_left_out(make_videos, caplog):
    folder = make_videos(lengths=(20,) * 8, test_share=0)
    (folder / 'videos' / 'video_1.mp4').unlink()
    (folder / 'videos' / 'video_4.mp4').write_bytes(b'')
    with pytest.raises(ValueError, match='2 of 8 videos') as error:
        build(folder)
    assert 'video_1.mp4: no such file' in str(error.value)
    assert 'video_4.mp4: cannot be decoded' in str(error.value)
    dataset = build(folder, max_unreadable_share=0.25)
    assert len(dataset) == 6


def test_folders_of_images_are_videos(make_videos):
    folder = make_videos(lengths=(20,) * 2, test_share=0)
    for index in range(2):
        images = folder / 'videos' / f'images_{index}'
        images.mkdir()
        for number in range(1, 10):
            picture = np.full((32, 32, 3), 10 * number, np.uint8)
            cv2.imwrite(str(images / f'{number:06d}.png'), picture)
    (folder / 'videos' / 'images_1' / '000004.png').unlink()
    names = ['images_0', 'images_1']
    edit(
        folder,
        lambda entries: [
            entry.update(filename=name, phases=[[0, 8, 0]])
            for entry, name in zip(entries, names, strict=True)
        ],
    )
    with pytest.raises(ValueError, match='images_1: frame 4 is missing'):
        build(folder)
    dataset = build(folder, pipeline=TEST, test_mode=True, max_unreadable_share=0.5)
    assert len(dataset) == 1
    ((frames,),) = dataset[0]['inputs'].chunks(20)
    assert frames.shape == (9, 3, 32, 32)
    assert frames[:, 0, 0, 0].tolist() == [*range(10, 100, 10)]
    assert len(dataset[0]['data_samples'].gt_label) == 9


def test_all_unreadable_is_an_error(make_videos):
    folder = make_videos(lengths=(20,), test_share=0)
    (folder / 'videos' / 'video_0.mp4').unlink()
    with pytest.raises(ValueError, match='1 of 1 videos'):
        build(folder, max_unreadable_share=1.0)


def test_a_video_that_fails_in_training_is_replaced_and_counted(
    make_videos, break_middle
):
    folder = make_videos(lengths=(90,) * 4, test_share=0)
    break_middle(folder / 'videos' / 'video_2.mp4')
    dataset = build(folder, pipeline=LONG)
    assert len(dataset) == 4
    loader = DataLoader(dataset, batch_size=None, num_workers=2)
    names = [sample['data_samples'].filename[-11:] for sample in loader]
    assert names == [f'video_{i}.mp4' for i in (0, 1, 3, 3)]
    assert [name[-11:] for name in dataset.failed_videos] == ['video_2.mp4']


def test_a_video_of_the_same_action_stands_in(make_videos, break_middle):
    """A batch of one action stays one, while another of its videos decodes."""
    folder = make_videos(lengths=(90,) * 5, test_share=0, labelled=False)
    actions = ['slide', 'jump', 'jump', 'slide', 'turn']
    edit(
        folder,
        lambda entries: [
            entry.update(action=action)
            for entry, action in zip(entries, actions, strict=True)
        ],
    )
    for index in (0, 2, 4):
        break_middle(folder / 'videos' / f'video_{index}.mp4')
    dataset = build(folder, pipeline=LONG)
    names = [dataset[i]['data_samples'].filename[-11:] for i in range(5)]
    # 'turn' has no other: the next of the list.
    assert names == [f'video_{i}.mp4' for i in (3, 1, 1, 3, 1)]


def test_no_video_left_in_training_is_an_error(make_videos, break_middle):
    folder = make_videos(lengths=(90,) * 2, test_share=0)
    for index in range(2):
        break_middle(folder / 'videos' / f'video_{index}.mp4')
    with pytest.raises(RuntimeError, match='no video can be decoded'):
        build(folder, pipeline=LONG)[0]


def test_a_video_that_fails_in_testing_has_no_frame(make_videos, break_middle):
    folder = make_videos(lengths=(90,) * 4)
    break_middle(folder / 'videos' / 'video_3.mp4')
    dataset = build(folder, split=None, pipeline=TEST, test_mode=True)
    data = [dataset[2], dataset[3]]
    assert [len(sample['inputs']) for sample in data] == [90, 90]
    good, bad = build_model().predict(*zip(*map(to_pair, data), strict=True))
    assert len(good.pred_embedding) == len(good.gt_label) == 90
    assert len(bad.pred_embedding) == len(bad.gt_label) == 0
    assert bad.filename.endswith('video_3.mp4')
    assert 'video_3.mp4: cannot be decoded' in bad.problem


def test_a_video_that_vanishes_before_testing_has_no_frame(make_videos):
    folder = make_videos(lengths=(20,) * 4)
    dataset = build(folder, split=None, pipeline=TEST, test_mode=True)
    (folder / 'videos' / 'video_3.mp4').unlink()
    sample = dataset[3]
    assert len(sample['inputs']) == 0
    (bad,) = build_model().predict(*zip(to_pair(sample), strict=True))
    assert len(bad.pred_embedding) == len(bad.gt_label) == 0


def to_pair(sample):
    return sample['inputs'], sample['data_samples']


def build_model():
    neck = dict(type='TemporalTransformer', in_channels=512, num_frames=6, num_layers=1)
    return MODELS.build(
        dict(
            type='FramewiseRecognizer',
            backbone=dict(type='mmpretrain.ResNet', depth=18),
            neck=neck,
        )
    ).eval()


def test_a_video_shorter_than_its_labels_is_named(make_videos):
    folder = make_videos()
    edit(folder, lambda entries: entries[1]['phases'].append([24, 30, 2]))
    with pytest.raises(ValueError, match=r'video_1.mp4.*30.*24'):
        build(folder)


def test_one_frame_and_short_videos_are_padded(make_videos):
    dataset = build(make_videos(lengths=(1, 5), test_share=0))
    sample = dataset[0]
    assert sample['valid'].sum(-1).tolist() == [1, 1]
    assert (sample['frame_inds'] == 0).all()
    assert dataset[1]['valid'].sum(-1).tolist() == [5, 5]


def test_a_missing_annotation_file_names_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match='make_synthetic_videos.py'):
        FramewiseVideoDataset('annotations.json', TRAIN, data_root='data/synthetic')
    with pytest.raises(FileNotFoundError, match='folder.py'):
        FramewiseVideoDataset('annotations.json', TRAIN, data_root=str(tmp_path))


def test_a_misspelt_key_is_named(make_videos):
    with pytest.raises(TypeError, match='splitt'):
        build(make_videos(), splitt='train')


def test_opening_in_the_parent_does_not_hang_the_workers(make_videos):
    dataset = build(make_videos(lengths=(40,) * 4, test_share=0))
    dataset[0]  # a reader was open in this process
    loader = DataLoader(dataset, batch_size=None, num_workers=2, timeout=60)
    assert sum(1 for _ in loader) == 4
    assert np.isfinite(len(dataset))
