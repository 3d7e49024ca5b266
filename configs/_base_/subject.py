"""Features that tell where things are and which way they move, of the moving subject.

    with read_base():
        from ._base_.lite0_frozen import *
        from ._base_.subject import crop_to_subject, subject_features

    model.merge(subject_features)

and `crop_to_subject` behind open_video in the steps of caching and testing, as in
carl_folder.py.

The last layer of a classifier, pooled over the picture, tells what there is, but not
where; no single frame tells up from down. For each frame there are 112 channels of
EfficientNet-Lite0's fifth stage in 4 x 4 cells, 1280 of its last layer, and optical
flow in 4 x 4 cells. Each of the three is centred and scaled by video, so that what
differs between videos does not keep the same moments apart.

Each of these takes one line more, behind that of subject_features, and several of them
go together; widths follow:

    model.merge(with_pose)   # for people: landmarks of the body beside the pictures
    model.merge(fine_tuned)  # the last stage of the backbone learns
    model.merge(lite2)  # a larger backbone, from backbones.py

`with_pose` needs `pip install ai-edge-litert` and `npm install @mediapipe/pose`, or the
package's file as `model_file`, and takes 29 ms a frame on one thread.

With `fine_tuned` the seventh and last stage and the layer after it learn; what is
cached is the sixth stage's maps, 35 kB a frame and copy at 192 pixels, in place of 12.
With `two_stages_tuned` the sixth stage learns, too: 65 kB. Both also want
`optim_wrapper.merge(stages_learn_slowly)`; see carl_folder_fine_tuned.py.
"""

from carl_mm.datasets import CropToSubject
from carl_mm.models import LearntStages, OpticalFlowGrid, PoseLandmarks

crop_to_subject = dict(type=CropToSubject)
subject_features = dict(
    backbone=dict(out_indices=(4, 7)),
    spatial_pooling=('grid', 'max'),
    extra_features=[dict(type=OpticalFlowGrid, size=128, grid=4)],
    feature_parts=(16 * 112, 1280, 48),
    keep_frame_features=True,
    neck=dict(in_channels=16 * 112 + 1280 + 48, position='rotary'),
)
# So that several of the following, and `lite2` of backbones.py, can be merged.
widths_follow = dict(feature_parts='each', neck=dict(in_channels=None))
with_pose = dict(
    extra_features=[
        dict(type=OpticalFlowGrid, size=128, grid=4),
        dict(type=PoseLandmarks),
    ],
    **widths_follow,
)
fine_tuned = dict(
    backbone=dict(out_indices=(4, 5)),
    spatial_pooling=('grid', 'flat'),
    learnt_stages=dict(type=LearntStages),
    **widths_follow,
)
two_stages_tuned = dict(
    backbone=dict(out_indices=(4,)),
    spatial_pooling='flat',
    learnt_stages=dict(
        type=LearntStages, out_indices=(4, 7), spatial_pooling=('grid', 'max')
    ),
    **widths_follow,
)
stages_learn_slowly = dict(
    paramwise_cfg=dict(custom_keys=dict(learnt_stages=dict(lr_mult=0.1)))
)
