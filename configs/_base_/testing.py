"""Testing on whole videos: all metrics, all controls.

A leaf that changes a step or a metric lists them anew, as in train_pictures.py:

    metrics.kendalls_tau.update(stride=2)
    test_evaluator = list(metrics.values())
"""

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

center_crop = dict(type=ClipConsistentCenterCrop, size=224)
test_steps = dict(
    open_video=dict(type=OpenVideo),
    whole_video=dict(type=WholeVideo, transforms=[center_crop]),
    evaluation_cuts=dict(type=EvaluationCuts),
    pack_inputs=dict(type=PackFramewiseInputs),
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
        pipeline=list(test_steps.values()),
    ),
)
metrics = dict(
    phase_classification=dict(type=PhaseClassification),
    phase_progression=dict(type=PhaseProgression),
    kendalls_tau=dict(type=KendallsTau),
    frame_retrieval=dict(type=FrameRetrieval),
    alignment_error=dict(type=AlignmentError),
)
test_evaluator = list(metrics.values())
train_cfg = dict(type=EpochBasedTrainLoop, max_epochs=300, val_interval=50)
val_cfg = dict(type=ValLoop)
test_cfg = dict(type=TestLoop)
