"""CARL on ActivityNet v1.3, for temporal localisation (paper, Table 12).

    python tools/dataset_converters/folder.py data/activitynet/videos \
        data/activitynet/annotations.json --splits data/activitynet/splits.csv
    bash tools/dist_train.sh configs/carl_activitynet.py 4
    python tools/export_localization.py configs/carl_activitynet.py CHECKPOINT \
        data/activitynet/localization --truth activity_net.v1-3.min.json
    bash tools/dist_train.sh configs/bmn/bmn_carl_activitynet.py 2

Data: unlabelled videos named v_ID.mp4. In splits.csv the training videos are 'train',
the validation videos 'val', but about twenty of these, all of one activity, are 'test':
Kendall's tau between them monitors training. Between all 4,926 validation videos it
would take 24 million pairs, most of unlike activities. The export embeds all three
splits. Cost: 100 epochs of 10,024 videos; not run. Target (the paper's, with G-TAD on
the frozen features): mAP 51.22 / 35.19 / 8.54 at IoU 0.5 / 0.75 / 0.95, 34.46 averaged
over ten thresholds.

Without a network: see configs/_base_/carl_r50.py.
"""

from mmengine.config import read_base

from carl_mm.evaluation import KendallsTau

with read_base():
    from ._base_.carl_r50 import *
    from ._base_.knobs import carl_knobs, picture_knobs, window_knobs
    from ._base_.runtime import *
    from ._base_.testing import *
    from ._base_.train_pictures import *

num_frames = 240
max_epochs = 100  # the paper gives none; as many steps as FineGym's 300 epochs
data_root = 'data/activitynet'

model.neck.update(num_frames=num_frames)
train_steps.temporal_crop.update(num_frames=num_frames)
train_dataloader.dataset.update(
    data_root=data_root, pipeline=list(train_steps.values())
)
train_cfg.update(max_epochs=max_epochs, val_interval=10)
test_dataloader.dataset.update(data_root=data_root, split='test')
test_evaluator = [dict(type=KendallsTau, stride=30)]  # about a frame a second
val_dataloader = test_dataloader
val_evaluator = test_evaluator
knobs = dict(**picture_knobs, **carl_knobs, **window_knobs)
