import numpy as np
import pytest
import torch

from carl_mm.evaluation.evaluated_video import (
    MODEL,
    EvaluatedVideo,
    Place,
    held_embedding,
    judged_names,
    predicted_embeddings,
)


def prediction():
    """A video of four frames, and a cut of two of them."""
    return {
        'filename': 'a.mp4',
        'pred_embedding': torch.eye(4),
        'controls': {'position': torch.ones(4, 2)},
        'gt_label': torch.tensor([0, 0, 1, -1]),
        'cuts': {'warped': [np.array([0, 2])]},
        'pred_cuts': {'warped': [{'pred_embedding': torch.zeros(2, 4)}]},
    }


def test_a_whole_video_has_all_its_frames_and_names():
    video = EvaluatedVideo.from_sample(prediction())
    assert (video.filename, video.action, video.split) == ('a.mp4', '', 'test')
    assert video.labels.tolist() == [0, 0, 1, -1]
    assert video.frame_inds.tolist() == [0, 1, 2, 3]
    assert {k: v.shape for k, v in video.embeddings.items()} == {
        MODEL: (4, 4),
        'position': (4, 2),
    }


def test_a_cut_has_its_own_frames_labels_and_embeddings():
    sample = prediction()
    ((kind, draw, cut),) = EvaluatedVideo.from_sample(sample).cuts(sample)
    assert (kind, draw) == ('warped', 0)
    assert cut.labels.tolist() == [0, 1]
    assert cut.frame_inds.tolist() == [0, 2]
    assert list(cut.embeddings) == [MODEL]
    assert not cut.embeddings[MODEL].any()


def test_labels_are_as_many_as_embeddings():
    with pytest.raises(ValueError, match='a.mp4: 4 embeddings, 3 labels'):
        EvaluatedVideo.from_sample({**prediction(), 'gt_label': torch.zeros(3)})
    unlabelled = EvaluatedVideo.from_sample({**prediction(), 'gt_label': None})
    assert unlabelled.labels.tolist() == [-1] * 4


def test_embeddings_are_float32_whatever_they_were_computed_in():
    half = {'pred_embedding': torch.ones(2, 3, dtype=torch.bfloat16)}
    assert predicted_embeddings(half)[MODEL].dtype == np.float32


def test_a_cuts_place_leads_to_the_whole_video():
    assert Place(3, 'warped', 1).whole == Place(3) == Place(3).whole
    assert Place(3) != Place(3, 'warped')


def test_the_centred_backbone_is_judged_where_the_backbone_is():
    sample = prediction()
    plain = EvaluatedVideo.from_sample(sample)
    assert judged_names([plain]) == [MODEL, 'position']
    sample['controls']['backbone'] = torch.rand(4, 5)
    video = EvaluatedVideo.from_sample(sample)
    assert judged_names([plain, video]) == [MODEL, 'position', 'backbone', 'centred']
    assert 'centred' not in video.embeddings
    ((kind, draw, cut),) = video.cuts(sample)
    videos = {Place(0): video, Place(0, kind, draw): cut}
    backbone = video.embeddings['backbone']
    for name in ('backbone', 'centred'):
        assert np.array_equal(held_embedding(videos, Place(0), name), backbone)
        part = held_embedding(videos, Place(0, kind, draw), name)
        assert np.array_equal(part, backbone[[0, 2]])
