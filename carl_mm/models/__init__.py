"""Networks, losses and preprocessing, registered in mmaction's MODELS."""

from carl_mm.functional.photometric import PhotometricAugmentation
from carl_mm.models.alignment_losses import (
    AlignmentInTimeLoss,
    DiscriminativeDTWLoss,
    GlobalAlignmentLoss,
)
from carl_mm.models.baseline_losses import (
    CycleConsistencyLoss,
    NearestFrameContrastiveLoss,
    NPairsLoss,
)
from carl_mm.models.clip_recognizer import ClipRecognizer
from carl_mm.models.controls import ControlEmbeddings
from carl_mm.models.cvrl_heads import ClipContrastiveHead, ClipLinearHead
from carl_mm.models.cvrl_loss import NTXentLoss
from carl_mm.models.data_preprocessor import FramewiseDataPreprocessor
from carl_mm.models.efficientnet_lite import EfficientNetLite0
from carl_mm.models.frame_batch import FrameBatch
from carl_mm.models.framewise_loss_head import FramewiseLossHead
from carl_mm.models.heads import SequenceContrastiveHead
from carl_mm.models.losses import SequenceContrastiveLoss
from carl_mm.models.pretext_losses import ShuffleAndLearnLoss, SpeedinessLoss
from carl_mm.models.recognizer import FramewiseRecognizer
from carl_mm.models.supervised import FramewiseClassificationHead
from carl_mm.models.temporal_ablations import FramewiseMLP, TemporalConv3d
from carl_mm.models.temporal_transformer import TemporalTransformer
from carl_mm.models.timm_vit import TimmViT

__all__ = [
    'AlignmentInTimeLoss',
    'ClipContrastiveHead',
    'ClipLinearHead',
    'ClipRecognizer',
    'ControlEmbeddings',
    'CycleConsistencyLoss',
    'DiscriminativeDTWLoss',
    'EfficientNetLite0',
    'FrameBatch',
    'FramewiseClassificationHead',
    'FramewiseDataPreprocessor',
    'FramewiseLossHead',
    'FramewiseMLP',
    'FramewiseRecognizer',
    'GlobalAlignmentLoss',
    'NPairsLoss',
    'NTXentLoss',
    'NearestFrameContrastiveLoss',
    'PhotometricAugmentation',
    'SequenceContrastiveHead',
    'SequenceContrastiveLoss',
    'ShuffleAndLearnLoss',
    'SpeedinessLoss',
    'TemporalConv3d',
    'TemporalTransformer',
    'TimmViT',
]
