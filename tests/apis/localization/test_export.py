"""Export, and BMN trained on what was exported, with an untrained small model."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmaction.registry import DATASETS
from mmengine.dataset import pseudo_collate

from tests.apis.localization.exported import READ, read_back, times

ROOT = Path(__file__).parents[3]


def test_mmaction2_reads_features_and_segments_back(export, make_videos):
    folder = make_videos(lengths=(30, 24, 36, 9))
    runners = []
    summary = export(folder, runners.append)
    assert (summary.num_written, summary.num_kept, summary.failed) == (4, 0, {})
    train, test = read_back(folder, 'train'), read_back(folder, 'test')
    assert [len(train), len(test)] == [2, 2]
    (runner,) = runners
    video = DATASETS.build(runner.cfg.test_dataloader.dataset)[0]
    (embedded,) = runner.model.test_step(pseudo_collate([video]))
    by_torch = torch.nn.functional.interpolate(
        embedded.pred_embedding.T[None], size=10, mode='linear'
    )
    sample = train[0]
    assert sample['inputs'].shape == (16, 10)
    torch.testing.assert_close(sample['inputs'], by_torch[0], atol=1e-5, rtol=0)
    # Rows 0-6, 7-14, 15-29 of 30 frames, as shares of the video.
    boxes = sample['data_samples'].gt_instances['gt_bbox']
    expected = torch.tensor([[0, 7], [7, 15], [15, 30]]) / 30
    torch.testing.assert_close(boxes.float(), expected)
    info = train.get_data_info(0)
    assert (info['duration_frame'], info['fps']) == (30, 25.0)
    assert info['duration_second'] == pytest.approx(30 / 25)


def test_unlabelled_videos_take_their_segments_from_the_truth(export, make_videos):
    folder = make_videos(lengths=(20, 20, 20), labelled=False)
    row = {'segment': [0.2, 0.6], 'label': 'Diving'}
    database = {
        'video_0': {'subset': 'training', 'annotations': [row]},
        'video_1': {'subset': 'validation', 'annotations': [row, row]},
        'video_2': {'subset': 'testing', 'annotations': []},
    }
    truth = folder / 'truth.json'
    truth.write_text(json.dumps({'database': database}))
    # Labels and splits do not choose what is exported: all three have features.
    summary = export(folder, truth_file=str(truth))
    assert len(times(folder)) == 3
    assert summary.num_unlisted == 1
    names = [file.name for file in summary.files]
    assert names == ['anet_anno_train.json', 'anet_anno_val.json']
    boxes = read_back(folder, 'val')[0]['data_samples'].gt_instances['gt_bbox']
    np.testing.assert_allclose(boxes, [[0.25, 0.75]] * 2)
    del database['video_1']
    truth.write_text(json.dumps({'database': database}))
    with pytest.raises(ValueError, match=r"video_1\.mp4: no video 'video_1'"):
        export(folder, truth_file=str(truth))


def test_gtad_gets_arrays_and_one_annotation_file(export, make_videos):
    folder = make_videos(lengths=(30, 24))
    export(folder)
    summary = export(folder, form='gtad')
    assert [file.name for file in summary.files] == [
        'anet_anno_action.json',
        'video_info_new.csv',
    ]
    csv_rows = read_back(folder, 'train', READ[:1])[0]['raw_feature'].T
    array = np.load(folder / 'out' / 'features' / 'v_video_0.npy')
    np.testing.assert_array_equal(array, csv_rows)
    again = export(folder)  # one form does not undo the other
    assert (again.num_written, again.num_kept) == (0, 2)


def test_bad_videos_are_named_and_the_others_written(export, make_videos, break_middle):
    folder = make_videos(lengths=(90, 90, 20, 20))
    break_middle(folder / 'videos' / 'video_1.mp4')
    (folder / 'videos' / 'video_2.mp4').unlink()
    summary = export(folder)
    assert summary.failed.keys() == {'video_1.mp4', 'video_2.mp4'}
    assert 'video_1.mp4: cannot be decoded' in summary.failed['video_1.mp4']
    assert 'no such file' in summary.failed['video_2.mp4']
    assert times(folder).keys() == {'v_video_0.csv', 'v_video_3.csv'}
    assert [len(read_back(folder, 'train')), len(read_back(folder, 'test'))] == [1, 1]


def test_a_diverged_checkpoint_is_refused(export, make_videos):
    def diverge(runner):
        torch.nn.init.constant_(runner.model.neck.to_out.weight, float('nan'))

    with pytest.raises(ValueError, match=r'video_0\.mp4: .* NaN'):
        export(make_videos(lengths=(12, 14)), diverge)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'form': 'h5'}, r"form must be one of \('bmn', 'gtad'\), got 'h5'"),
        ({'num_snippets': 1}, 'num_snippets must be at least 2, got 1'),
    ],
)
def test_bad_options_are_refused(export, make_videos, options, message):
    with pytest.raises(ValueError, match=message):
        export(make_videos(lengths=(8, 8)), **options)


def test_phase_rows_past_the_end_are_named(export, make_videos):
    folder = make_videos(lengths=(12, 14))
    path = folder / 'annotations.json'
    annotations = json.loads(path.read_text())
    annotations['data_list'][1]['phases'][-1][1] = 14
    path.write_text(json.dumps(annotations))
    with pytest.raises(ValueError, match=r'video_1\.mp4: .*14 is past the end'):
        export(folder)
