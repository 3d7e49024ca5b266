"""Testing on whole videos: all metrics, all controls."""

from mmengine.dataset import DefaultSampler, pseudo_collate
from mmengine.runner import EpochBasedTrainLoop, TestLoop, ValLoop

from carl_mm.datasets import (
    ClipConsistentCenterCrop,
    EvaluationCuts,
    FramewiseVideoDataset,
    OpenVideo,
    PackFramewiseInputs,
    WholeVideo,
)
from carl_mm.evaluation import (
    AlignmentError,
    FrameRetrieval,
    KendallsTau,
    PhaseClassification,
    PhaseProgression,
)

test_dataloader = dict(
    batch_size=1,
    num_workers=0,  # whole videos would wait in shared memory
    sampler=dict(type=DefaultSampler, shuffle=False),
    collate_fn=dict(type=pseudo_collate),
    dataset=dict(
        type=FramewiseVideoDataset,
        ann_file='annotations.json',
        data_root=None,
        data_prefix=dict(video='videos'),
        split=('train', 'test'),  # probes are fitted on train, judged on test
        test_mode=True,
        pipeline=[
            dict(type=OpenVideo),
            dict(
                type=WholeVideo,
                transforms=[dict(type=ClipConsistentCenterCrop, size=224)],
            ),
            dict(type=EvaluationCuts),
            dict(type=PackFramewiseInputs),
        ],
    ),
)
test_evaluator = [
    dict(type=PhaseClassification),
    dict(type=PhaseProgression),
    dict(type=KendallsTau),
    dict(type=FrameRetrieval),
    dict(type=AlignmentError),
]
train_cfg = dict(type=EpochBasedTrainLoop, max_epochs=300, val_interval=50)
val_cfg = dict(type=ValLoop)
test_cfg = dict(type=TestLoop)
