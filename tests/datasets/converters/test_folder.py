"""Annotations of a folder of videos."""

import csv

import cv2
import numpy as np
import pytest

from carl_mm.datasets.annotations import validate_annotations
from carl_mm.datasets.converters.folder import annotations_from_folder
from carl_mm.datasets.converters.formats.tables.frame_count import FrameCount
from carl_mm.datasets.video_io.video_writer import write_mp4


@pytest.fixture(scope='module')
def video_dir(tmp_path_factory):
    """Videos of 10, 20 and 5 frames; empty, text and hidden files beside them."""
    folder = tmp_path_factory.mktemp('videos')
    for name, length in (('a.mp4', 10), ('sub/b.MKV', 20), ('c.webm', 5)):
        made = folder.parent / f'{length}.mp4'
        write_mp4(
            made, [np.full((32, 32, 3), 9 * i, np.uint8) for i in range(length)], 10
        )
        (folder / name).parent.mkdir(exist_ok=True)
        made.rename(folder / name)
    (folder / 'empty.mp4').touch()
    (folder / 'text.mov').write_text('no video')
    (folder / '._a.mp4').touch()
    (folder / 'notes.txt').touch()
    return folder


def write_csv(path, *rows):
    with open(path, 'w', newline='', encoding='utf-8-sig') as file:
        csv.writer(file).writerows(rows)
    return path


LABELS = ['filename', 'first_frame', 'last_frame', 'phase']


def test_folder_without_labels(video_dir):
    annotations, summary = annotations_from_folder(video_dir)
    assert annotations == {
        'metainfo': {},
        'data_list': [
            {'filename': 'a.mp4', 'split': 'train', 'num_frames': 10},
            {'filename': 'c.webm', 'split': 'train', 'num_frames': 5},
            {'filename': 'sub/b.MKV', 'split': 'train', 'num_frames': 20},
        ],
    }
    validate_annotations(annotations, 'made')
    assert list(summary.left_out) == ['empty.mp4', 'text.mov']
    assert (summary.num_videos, summary.num_frames, summary.num_labelled) == (3, 35, 0)


def test_phases_are_ordered_by_relative_start(video_dir, tmp_path):
    labels = write_csv(
        tmp_path / 'labels.csv',
        LABELS,
        ['a.mp4', 5, 9, 'late'],
        ['sub/b.MKV', 10, 19, 'late'],
        ['sub/b.MKV', 8, 9, 'early'],
        ['c.webm', 0, 4, 'late'],
    )
    splits = write_csv(
        tmp_path / 'splits.csv',
        ['filename', 'split'],
        ['a.mp4', 'train'],
        ['sub/b.MKV', 'test'],
    )
    annotations, summary = annotations_from_folder(video_dir, labels, splits)
    # late: (0.5 + 0.5) / 2 over the videos that stay; early: 0.4. In frames the
    # order would be the other way round: 7.5 against 8.
    assert annotations['metainfo'] == {'phases': {'action': ['early', 'late']}}
    assert [e['filename'] for e in annotations['data_list']] == ['a.mp4', 'sub/b.MKV']
    assert annotations['data_list'][1] == {
        'filename': 'sub/b.MKV',
        'split': 'test',
        'num_frames': 20,
        'action': 'action',
        'phases': [[8, 9, 0], [10, 19, 1]],
    }
    assert 'no row in' in summary.left_out['c.webm']
    assert summary.splits == {'train': 1, 'test': 1}
    validate_annotations(annotations, 'made')

    given, _ = annotations_from_folder(
        video_dir, labels, splits, phases=['late', 'early'], action='pour'
    )
    assert given['metainfo'] == {'phases': {'pour': ['late', 'early']}}
    assert given['data_list'][0]['phases'] == [[5, 9, 0]]


def test_a_column_of_actions(video_dir, tmp_path):
    labels = write_csv(
        tmp_path / 'labels.csv',
        [*LABELS, 'action'],
        ['a.mp4', 0, 4, 'one', 'pour'],
        ['c.webm', 0, 4, 'two', 'stir'],
    )
    annotations, summary = annotations_from_folder(video_dir, labels)
    assert summary.phases == {'pour': ['one'], 'stir': ['two']}
    actions = [e.get('action') for e in annotations['data_list']]
    assert actions == ['pour', 'stir', None]
    with pytest.raises(ValueError, match='has a column action'):
        annotations_from_folder(video_dir, labels, action='pour')


@pytest.mark.parametrize(
    ('row', 'message'),
    [
        (
            ['a.mp4', 3, 10, 'x'],
            'line 3: a.mp4: last frame 10 is past .* has 10 frames',
        ),
        (['a.mp4', 2, 4, 'x'], r'a.mp4: line 3 \(2 to 4\) overlaps line 2 \(0 to 2\)'),
        (['a.mp4', 5, 4, 'x'], 'line 3: a.mp4: first frame 5 is after last frame 4'),
        (['a.mp4', -1, 4, 'x'], 'line 3: a.mp4: first frame -1 is negative'),
        (
            ['a.mp4', '3.5', 4, 'x'],
            "line 3: a.mp4: first_frame must be an integer .*, got '3.5'",
        ),
        (['z.mp4', 3, 4, 'x'], "line 3: unknown file 'z.mp4'"),
        (['a.mp4', 3, 4, 'y'], "line 3: a.mp4: unknown phase 'y'; known: x"),
        (['a.mp4', 3, 4], 'line 3: expected 4 fields'),
    ],
)
def test_bad_label_rows_are_refused(video_dir, tmp_path, row, message):
    labels = write_csv(tmp_path / 'labels.csv', LABELS, ['a.mp4', 0, 2, 'x'], row)
    with pytest.raises(ValueError, match=message) as error:
        annotations_from_folder(video_dir, labels, phases=['x'])
    assert str(labels) in str(error.value)


def test_rows_of_an_unreadable_video_go_with_it(video_dir, tmp_path):
    labels = write_csv(
        tmp_path / 'l.csv', LABELS, ['a.mp4', 0, 2, 'x'], ['empty.mp4', 0, 99, 'gone']
    )
    annotations, summary = annotations_from_folder(video_dir, labels)
    assert annotations['metainfo']['phases'] == {'action': ['x']}
    assert 'empty.mp4' in summary.left_out


def test_a_folder_with_nothing_to_read(tmp_path):
    with pytest.raises(FileNotFoundError, match='absent'):
        annotations_from_folder(tmp_path / 'absent')
    with pytest.raises(ValueError, match='contains no video'):
        annotations_from_folder(tmp_path)
    (tmp_path / 'empty.mp4').touch()
    with pytest.raises(ValueError, match=r'no video is left: empty\.mp4: '):
        annotations_from_folder(tmp_path)


def test_links_are_followed_and_folders_of_images_are_videos(video_dir, tmp_path):
    clips = tmp_path / 'clips'
    (clips / 'sub').mkdir(parents=True)
    for name in ('one', 'sub/two'):
        (clips / name).mkdir()
        for number in range(3):
            picture = np.full((8, 8, 3), 50 * number, np.uint8)
            assert cv2.imwrite(f'{clips / name}/{number:03}.png', picture)
    (clips / 'sub' / 'loop').symlink_to(clips, target_is_directory=True)
    annotations, _ = annotations_from_folder(clips)
    entries = [(e['filename'], e['num_frames']) for e in annotations['data_list']]
    assert entries == [('one', 3), ('sub/two', 3)]
    with pytest.raises(ValueError, match='one video, a folder of images; give the'):
        annotations_from_folder(clips / 'one')

    (clips / 'linked').symlink_to(video_dir, target_is_directory=True)
    annotations, summary = annotations_from_folder(clips)
    names = [entry['filename'] for entry in annotations['data_list']]
    assert names == ['linked/a.mp4', 'linked/c.webm', 'linked/sub/b.MKV']
    assert {'one', 'sub/two'} < summary.left_out.keys()
    assert 'images beside video files' in summary.left_out['one']


@pytest.fixture(scope='module')
def varied(tmp_path_factory):
    """A video whose frames last 0.1 s, but for the fourth, which lasts 1 s."""
    folder = tmp_path_factory.mktemp('varied')
    pictures = [np.full((32, 32, 3), 9 * i, np.uint8) for i in range(10)]
    times = np.cumsum([0, 0.1, 0.1, 0.1, 1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    write_mp4(folder / 'é.mp4', pictures, 10, times=times)
    return folder


@pytest.mark.parametrize(
    'text',
    [
        'filename,start_s,end_s,phase\né.mp4,0,1.3,up\né.mp4,1.3,1.9,down\n',
        'Filename;Start s;End s;Phase\n.\\é.mp4;0;1,3;up\né.mp4;1,3;1,9;down\n',
        'filename\tstart_s\tend_s\tphase\né.mp4\t0:00\t0:01.3\tup\n'
        'é.mp4\t0:00:01.300\t00:00:01.900\tdown\n',
        # Times of the first and the last frame of each phase.
        'filename,start_s,end_s,phase\né.mp4,0,0.3,up\né.mp4,1.3,1.8,down\n',
    ],
)
@pytest.mark.parametrize('encoding', ['utf-8', 'utf-16'])
def test_labels_by_the_time_stamps_of_a_variable_rate(varied, tmp_path, text, encoding):
    (tmp_path / 'l.csv').write_bytes(text.encode(encoding))
    annotations, summary = annotations_from_folder(varied, tmp_path / 'l.csv')
    assert annotations['metainfo'] == {'phases': {'action': ['up', 'down']}}
    assert annotations['data_list'][0]['phases'] == [[0, 3, 0], [4, 9, 1]]
    assert all('l.csv: one frame lies' in said for said in summary.warnings[1:])


@pytest.mark.parametrize(
    ('rows', 'count'),
    [
        (['é.mp4,1,4,up', 'é.mp4,5,10,down'], FrameCount(1)),
        (['é.mp4,0,4,up', 'é.mp4,4,10,down'], FrameCount(0, exclusive_end=True)),
        (['é.mp4,1,5,up', 'é.mp4,5,11,down'], FrameCount(1, exclusive_end=True)),
    ],
)
def test_labels_counted_in_another_way(varied, tmp_path, rows, count):
    (tmp_path / 'l.csv').write_text('\n'.join([','.join(LABELS), *rows]))
    with pytest.raises(ValueError, match=r'say so \(--'):
        annotations_from_folder(varied, tmp_path / 'l.csv')
    annotations, _ = annotations_from_folder(varied, tmp_path / 'l.csv', count=count)
    assert annotations['data_list'][0]['phases'] == [[0, 3, 0], [4, 9, 1]]


def test_what_may_not_be_meant_is_among_the_warnings(varied, tmp_path):
    path = tmp_path / 'l.csv'
    path.write_text(f'{",".join(LABELS)},note\né.mp4,1,3,up,\né.mp4,4,5,Up,\n')
    _, summary = annotations_from_folder(varied, path)
    assert [said for said in summary.warnings if str(path) in said] == [
        f"{path}: not read: 'note'",
        f"{path}: 'Up' and 'up' are phases of their own",
        f'{path}: the first row of every video starts at frame 1: if frames count from '
        '1, say so (--first-frame 1)',
    ]
