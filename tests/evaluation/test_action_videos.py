import numpy as np
import pytest

from carl_mm.evaluation.action_videos import (
    group_action,
    mean_of_defined,
    view_pairs,
    what_is_missing,
)
from carl_mm.evaluation.evaluated_video import MODEL, EvaluatedVideo, Place


def video(action, split, labels, frame_inds=None):
    labels = np.array(labels)
    inds = np.arange(len(labels)) if frame_inds is None else np.array(frame_inds)
    embeddings = {MODEL: np.zeros((len(labels), 2), np.float32)}
    name = f'{action}.mp4'
    return EvaluatedVideo(name, action, split, 'ego', labels, inds, 25.0, embeddings)


def grouped(videos):
    embeddings = {place: each.embeddings[MODEL] for place, each in videos.items()}
    return group_action('jump', ['a', 'b'], videos, embeddings)


def test_an_actions_videos_are_split_and_unlabelled_train_videos_left_out():
    found = grouped(
        {
            Place(0): video('jump', 'train', [0, 1]),
            Place(1): video('jump', 'train', [-1, -1]),
            Place(2): video('run', 'train', [0]),
            Place(3): video('jump', 'test', [-1, 1, 1]),
        }
    )
    assert [labels.tolist() for labels in found.train_labels] == [[0, 1]]
    assert [labels.tolist() for labels in found.test_labels] == [[-1, 1, 1]]
    assert (found.phases, found.cuts) == (['a', 'b'], {})


def test_cuts_are_grouped_by_kind_and_draw():
    videos = {
        Place(0): video('jump', 'test', [0, 0, 1]),
        Place(0, 'windowed', 10): video('jump', 'test', [1], [2]),
        Place(0, 'windowed', 9): video('jump', 'test', [0, 1], [1, 2]),
    }
    cuts = grouped(videos).cuts
    assert list(cuts) == ['windowed']
    inds = [draw.test_frame_inds[0].tolist() for draw in cuts['windowed']]
    assert inds == [[1, 2], [2]]  # draw 9 before draw 10
    assert cuts['windowed'][0].test_whole_labels[0].tolist() == [0, 0, 1]


def test_a_group_and_its_cuts_tell_the_embedding():
    videos = {
        Place(0): video('jump', 'test', [0, 1]),
        Place(0, 'windowed', 0): video('jump', 'test', [1], [1]),
    }
    assert grouped(videos).embedding == MODEL
    embeddings = {place: np.zeros((len(v.labels), 2)) for place, v in videos.items()}
    found = group_action('jump', ['a', 'b'], videos, embeddings, 'position')
    assert found.embedding == found.cuts['windowed'][0].embedding == 'position'


def test_view_pairs_need_two_different_names():
    assert view_pairs(()) == []
    assert view_pairs(('ego', 'exo')) == [('ego', 'exo'), ('exo', 'ego')]
    for views in (('ego',), ('ego', 'ego'), ('a', 'b', 'c')):
        with pytest.raises(ValueError, match='two different names'):
            view_pairs(views)


@pytest.mark.parametrize(
    ('labels', 'splits', 'needs', 'expected'),
    [
        ('--', ('test', 'test'), (), ''),
        ('--', ('test', 'test'), ('test',), 'no test video has labels'),
        ('l-', ('test', 'test'), ('test',), ''),
        ('l-', ('test', 'test'), ('train', 'test'), 'no train video has labels'),
        ('l-', ('train', 'test'), ('train', 'test'), 'no test video has labels'),
        ('ll', ('train', 'val'), ('train', 'test'), ''),
        ('ll', ('train', 'train'), (), 'there is no test video'),
        ('--', ('train', 'test'), (), 'there are no two test videos of an action'),
        ('l-', ('train', 'test'), (), ''),
        ('', (), (), 'there is no test video'),
    ],
)
def test_what_is_missing(labels, splits, needs, expected):
    frames = {'-': [-1, -1], 'l': [-1, 0]}
    videos = [
        video('jump', split, frames[each])
        for each, split in zip(labels, splits, strict=True)
    ]
    assert what_is_missing(videos, needs) == expected


def test_undefined_values_do_not_count_in_a_mean():
    assert mean_of_defined([1.0, float('nan'), 3.0]) == 2
    assert np.isnan(mean_of_defined([float('nan')]))
    assert np.isnan(mean_of_defined([]))
