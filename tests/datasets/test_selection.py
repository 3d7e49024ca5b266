"""Which videos of an annotation file a dataset takes, and with what."""

import json

import pytest

from carl_mm.datasets import FramewiseVideoDataset
from carl_mm.datasets.selection import select_videos, videos_to_show

ENTRIES = [
    {'filename': f'{i}.mp4', 'split': split, 'action': action}
    for i, (split, action) in enumerate(
        [('test', 'run'), *[('train', 'run')] * 5, *[('train', 'jump')] * 3]
    )
]


def names(*args):
    return [entry['filename'][0] for entry in select_videos(ENTRIES, *args, 'a.json')]


def test_by_split_action_and_share():
    assert names(None, None, 1.0) == list('123456780')
    assert names(('train',), None, 1.0) == list('12345678')
    assert names(('train',), 'jump', 1.0) == list('678')
    assert names(('train', 'test'), 'run', 0.5) == list('120')
    assert names(('train',), 'jump', 0.01) == ['6']


def test_what_leaves_nothing_is_named():
    with pytest.raises(
        ValueError, match=r"a\.json: has no video of action 'jmp'; .*'jump'"
    ):
        names(None, 'jmp', 1.0)
    with pytest.raises(ValueError, match=r"\('test',\) and action 'jump'"):
        names(('test',), 'jump', 1.0)
    with pytest.raises(ValueError, match='no video of split'):
        names(('val',), None, 1.0)


def test_labels_reach_training_only_when_asked_for(make_videos):
    folder = make_videos(lengths=(12, 10), test_share=0.0)
    steps = [
        dict(type='OpenVideo'),
        dict(type='DualViewTemporalCrop', num_frames=4),
        dict(type='DecodeViews'),
        dict(type='PackFramewiseInputs'),
    ]
    options = dict(ann_file='annotations.json', data_root=str(folder), pipeline=steps)
    options['data_prefix'] = dict(video='videos')
    plain = FramewiseVideoDataset(**options)[0]
    assert 'gt_label' not in plain['data_samples']
    labelled = FramewiseVideoDataset(**options, with_labels=True)[0]
    assert len(labelled['data_samples'].gt_label) == 12
    entry = json.loads((folder / 'annotations.json').read_text())['data_list'][0]
    first, last, label = entry['phases'][0]
    assert set(labelled['data_samples'].gt_label[first : last + 1].tolist()) == {label}


def test_a_share_out_of_range():
    with pytest.raises(ValueError, match=r'video_share must be in \(0, 1\], got 0'):
        FramewiseVideoDataset('a.json', [], video_share=0)


def test_videos_to_show_are_of_the_first_action_that_has_two():
    def shown(*args):
        return [entry['filename'][0] for entry in videos_to_show(*args)]

    assert shown(ENTRIES, 6) == list('678')
    assert shown(ENTRIES[::-1], 2) == list('67')
    assert shown(ENTRIES, 3, 'run') == list('012')
    assert shown(ENTRIES, 3, 'swim') == []
    assert shown(ENTRIES[:2] + ENTRIES[-1:], 6) == list('01')
    assert shown(ENTRIES[:1], 6) == shown([], 6) == []
    assert shown([{'filename': 'b'}, {'filename': 'a', 'action': None}], 6) == [
        'a',
        'b',
    ]


@pytest.mark.parametrize(
    ('test_share', 'limit', 'expected'),
    [(0, None, 4), (0, 2, 2), (0, 9, 4), (0.5, 1, 2)],
)
def test_where_none_is_judged_a_few_are_enough(
    make_videos, test_share, limit, expected
):
    """Unlabelled train videos are tested only where there is no other."""
    folder = make_videos(labelled=False, test_share=test_share)
    dataset = FramewiseVideoDataset(
        'annotations.json',
        [],
        data_root=str(folder),
        data_prefix={'video': 'videos'},
        test_mode=True,
        max_unjudged=limit,
    )
    assert len(dataset) == expected
