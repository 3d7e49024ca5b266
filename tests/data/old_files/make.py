"""Make the files of this folder with the code of a former release; see README.md.

cd OLD_TREE && PYTHONPATH=. python NEW_TREE/tests/data/old_files/make.py OUT
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config

import carl_mm  # noqa: F401
from carl_mm.apis import (
    FrameIndex,
    FramewiseInferencer,
    PhaseLabeler,
    align,
    deviations,
)

LENGTHS = {'a': 24, 'b': 18, 'c': 30}
STEPS = [
    dict(type='OpenVideo'),
    dict(
        type='WholeVideo', transforms=[dict(type='ClipConsistentCenterCrop', size=32)]
    ),
    dict(type='EvaluationCuts'),
    dict(type='PackFramewiseInputs'),
]
METRICS = ('KendallsTau', 'FrameRetrieval', 'AlignmentError')


def write_videos() -> None:
    """Write three videos of a square that moves right, and their annotations."""
    # Not above: the module has another place in other releases.
    from carl_mm.datasets.video_writer import write_mp4

    entries = []
    for seed, (name, length) in enumerate(LENGTHS.items()):
        rng = np.random.default_rng(seed)
        frames = np.full((length, 32, 32, 3), rng.integers(60, 120, 3), np.uint8)
        for index, frame in enumerate(frames):
            left = index * 24 // length
            frame[10:18, left : left + 8] = 230
        write_mp4(Path('videos') / f'{name}.mp4', frames, 25)
        phases = [[0, length // 3, 0], [length // 3 + 1, length - 1, 1]]
        entry = {'filename': f'{name}.mp4', 'action': 'slide', 'phases': phases}
        entries.append(entry | {'split': 'train' if name == 'c' else 'test'})
    metainfo = {'phases': {'slide': ['left', 'right']}}
    text = json.dumps({'metainfo': metainfo, 'data_list': entries}, indent=1)
    Path('annotations.json').write_text(text)


def make_config() -> Config:
    """Return a text-style config of a tiny network, all types by registered names."""
    dataset = dict(
        type='FramewiseVideoDataset',
        ann_file='annotations.json',
        data_prefix=dict(video='videos'),
    )
    views = [
        dict(type='OpenVideo'),
        dict(type='DualViewTemporalCrop', num_frames=8, window='share'),
        dict(type='DecodeViews'),
        dict(type='ClipConsistentResizedCrop', size=32),
        dict(type='ClipConsistentFlip'),
        dict(type='PackFramewiseInputs'),
    ]
    return Config(
        dict(
            default_scope='mmaction',
            custom_imports=dict(imports=['carl_mm'], allow_failed_imports=False),
            model=dict(
                type='FramewiseRecognizer',
                backbone=dict(
                    type='mmpretrain.ResNet', depth=18, stem_channels=8, base_channels=2
                ),
                freeze_backbone=True,
                neck=dict(
                    type='TemporalTransformer',
                    in_channels=16,
                    num_frames=8,
                    num_layers=1,
                    hidden_channels=16,
                    embed_channels=8,
                    out_channels=16,
                    num_heads=2,
                    feedforward_channels=16,
                ),
                cls_head=dict(
                    type='SequenceContrastiveHead',
                    in_channels=16,
                    hidden_channels=16,
                    out_channels=16,
                    loss=dict(type='SequenceContrastiveLoss', variance=10.0),
                ),
                data_preprocessor=dict(
                    type='FramewiseDataPreprocessor', augmentation={}
                ),
            ),
            train_dataloader=dict(
                batch_size=1,
                num_workers=0,
                sampler=dict(type='DefaultSampler', shuffle=True),
                collate_fn=dict(type='default_collate'),
                dataset=dict(split='train', pipeline=views) | dataset,
            ),
            test_dataloader=dict(
                batch_size=1,
                num_workers=0,
                sampler=dict(type='DefaultSampler', shuffle=False),
                collate_fn=dict(type='pseudo_collate'),
                dataset=dict(test_mode=True, pipeline=STEPS) | dataset,
            ),
            test_evaluator=[dict(type=name) for name in METRICS],
            test_cfg=dict(type='TestLoop'),
            train_cfg=dict(type='EpochBasedTrainLoop', max_epochs=1),
            optim_wrapper=dict(
                type='AutocastOptimWrapper', optimizer=dict(type='Adam', lr=1e-3)
            ),
            default_hooks=dict(checkpoint=dict(type='CheckpointHook', interval=1)),
            custom_hooks=[dict(type='EpochSeedHook'), dict(type='DecodeFailureHook')],
            randomness=dict(seed=0),
            work_dir='work',
        )
    )


def run(*command: str) -> None:
    """Run a tool of the old tree."""
    tool, *rest = command
    subprocess.run([sys.executable, f'{OLD}/tools/{tool}.py', *rest], check=True)


def use() -> dict[str, object]:
    """Embed, and use the embeddings in every way; return what came of it."""
    run('embed', 'work', 'videos', '--out', 'npz', '--device', 'cpu')
    inferencer = FramewiseInferencer('work', device='cpu')
    videos = list(inferencer.stream([f'videos/{name}.mp4' for name in LENGTHS]))
    for video, form in zip(videos, ('npz', 'parquet', 'npz'), strict=True):
        video.save(f'embeddings/{Path(video.filename).stem}.{form}')
    a, b, c = videos
    labels = [np.repeat([0, 1], [n // 3 + 1, n - n // 3 - 1]) for n in (24, 18)]
    labeler = PhaseLabeler().fit([a, b], labels, ['left', 'right'])
    labeler.save('labeler.npz')
    index = FrameIndex(videos)
    index.save('index.npz')
    found = align(a, b)
    return {
        'provenance': inferencer.provenance,
        'path': found.path.tolist(),
        'score': found.score,
        'segments': [vars(segment) for segment in labeler.predict(c)],
        'hits': [vars(hit) for hit in index.query('videos/a.mp4', 5, k=4)],
        'deviations': deviations([a, b], c).scores.tolist(),
    }


if __name__ == '__main__':
    OLD = os.getcwd()
    os.environ['PYTHONPATH'] = OLD
    torch.set_num_threads(1)
    os.makedirs(sys.argv[1], exist_ok=True)
    os.chdir(sys.argv[1])
    write_videos()
    make_config().dump('config.py')
    run('train', 'config.py', '--no-validate')
    run('test', 'config.py', 'work/epoch_1.pth', '--out', 'metrics.json')
    for path in Path('work').iterdir():  # logs
        if path.is_dir():
            shutil.rmtree(path)
    Path('expected.json').write_text(json.dumps(use(), indent=1))
    shutil.rmtree('npz')
