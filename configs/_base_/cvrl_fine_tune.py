"""What fine-tuning changes in cvrl_classify.py: all layers learn, with dropout.

CVRL's released code does not have its settings; these are common ones.
"""

fine_tune = dict(
    backbone=dict(frozen_stages=-1, norm_eval=False),
    cls_head=dict(normalize=False, dropout_ratio=0.5),
)
fine_tune_optimizer = dict(type='SGD', lr=0.16, momentum=0.9, weight_decay=1e-4)
