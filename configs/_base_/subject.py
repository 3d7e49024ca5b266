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
"""

from carl_mm.datasets import CropToSubject
from carl_mm.models import OpticalFlowGrid

crop_to_subject = dict(type=CropToSubject)
subject_features = dict(
    backbone=dict(out_indices=(4, 7)),
    spatial_pooling=('grid', 'max'),
    extra_features=[dict(type=OpticalFlowGrid, size=128, grid=4)],
    feature_parts=(16 * 112, 1280, 48),
    keep_frame_features=True,
    neck=dict(in_channels=16 * 112 + 1280 + 48, position='rotary'),
)
