"""Predictions of a test, as a recognizer gives them, and their evaluation."""

import numpy as np
import torch
from mmaction.registry import METRICS
from mmaction.structures import ActionDataSample

NAMES = (
    'PhaseClassification',
    'PhaseProgression',
    'KendallsTau',
    'FrameRetrieval',
    'AlignmentError',
    'PhaseSegmentation',
)
PHASES = {'jump': ['a', 'b', 'c'], 'run': ['x', 'y']}


def sample(index, action, split, length, num_phases, seed, controls=('position',)):
    rng = np.random.default_rng([seed, index])
    labels = np.minimum(np.arange(length) * num_phases // length, num_phases - 1)
    labels[rng.integers(length)] = -1
    embedding = rng.normal(size=(length, 6)) + 2 * np.eye(6)[labels]
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    data = ActionDataSample(
        metainfo={'sample_idx': index, 'action': action, 'split': split}
        | {'filename': f'{index}.mp4'}
    )
    data.gt_label = torch.from_numpy(labels)
    data.pred_embedding = torch.from_numpy(embedding).float()
    data.controls = {
        name: torch.from_numpy(rng.normal(size=(length, 4))).float()
        for name in controls
    }
    return data


def samples(seed=0):
    plan = [('jump', 'train', 3)] * 3 + [('jump', 'test', 3)] * 3
    plan += [('run', 'train', 2)] * 2 + [('run', 'test', 2)] * 2
    return [
        sample(index, action, split, 12 + index, phases, seed)
        for index, (action, split, phases) in enumerate(plan)
    ]


def viewed_samples():
    """Six train and four test videos of one action, of two views in turn."""
    data = []
    for index, split in enumerate(['train'] * 6 + ['test'] * 4):
        item = sample(index, 'jump', split, 12 + index, 3, seed=1)
        item.set_metainfo({'view': ('ego', 'exo')[index % 2]})
        data.append(item)
    return data


def with_cuts(data, draws=2):
    """Add cuts whose embeddings differ from the whole video's, as a network's do."""
    rng = np.random.default_rng(5)
    for item in data:
        if item.split == 'train':
            continue
        length = len(item.gt_label)
        cuts = {
            'windowed': [np.arange(1 + i, length) for i in range(draws)],
            'warped': [np.arange(0, length, 1 + i) for i in range(draws)],
        }
        item.set_metainfo({'cuts': cuts})
        item.pred_cuts = {}
        for kind, inds in cuts.items():
            item.pred_cuts[kind] = []
            for cut in inds:
                moved = item.pred_embedding[cut] + 0.3 * torch.from_numpy(
                    rng.normal(size=(len(cut), 6))
                )
                position = torch.from_numpy(rng.normal(size=(len(cut), 4))).float()
                item.pred_cuts[kind].append(
                    {
                        'pred_embedding': moved.float(),
                        'controls': {'position': position},
                    }
                )
    return data


def evaluate(name, data, **kwargs):
    metric = METRICS.build({'type': name, **kwargs})
    metric.dataset_meta = {'phases': PHASES}
    metric.process(None, [item.to_dict() for item in data])
    return metric.evaluate(len(data))


def arrays(data, action, split):
    chosen = [s for s in data if s.action == action and s.split == split]
    embeddings = [s.pred_embedding.numpy() for s in chosen]
    return embeddings, [s.gt_label.numpy() for s in chosen]


def take(data, split, view=None, picked=None):
    chosen = [s for s in data if s.split == split and view in (None, s.view)]
    chosen = chosen if picked is None else [chosen[i] for i in picked]
    return (
        [s.pred_embedding.numpy() for s in chosen],
        [s.gt_label.numpy() for s in chosen],
    )
