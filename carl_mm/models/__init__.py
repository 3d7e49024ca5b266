"""Networks, losses and preprocessing, registered in mmaction's MODELS."""

from carl_mm.functional.photometric import PhotometricAugmentation
from carl_mm.models.backbones.cvrl_resnet3d import CVRLResNet3d
from carl_mm.models.backbones.efficientnet_lite import (
    EfficientNetLite0,
    EfficientNetLite2,
)
from carl_mm.models.backbones.optical_flow_grid import OpticalFlowGrid
from carl_mm.models.backbones.pose_landmarks import PoseLandmarks
from carl_mm.models.backbones.timm_vit import TimmViT
from carl_mm.models.data_preprocessors.framewise import FramewiseDataPreprocessor
from carl_mm.models.heads.base import FramewiseHead
from carl_mm.models.heads.clips import ClipContrastiveHead, ClipLinearHead
from carl_mm.models.heads.framewise import FramewiseLossHead
from carl_mm.models.heads.framewise_classification import FramewiseClassificationHead
from carl_mm.models.heads.recognizer2d import Recognizer2DHead
from carl_mm.models.heads.sequence_contrastive import SequenceContrastiveHead
from carl_mm.models.losses.base import FramewiseLoss
from carl_mm.models.losses.cycle_consistency import CycleConsistencyLoss
from carl_mm.models.losses.d3tw import DiscriminativeDTWLoss
from carl_mm.models.losses.frame_batch import FrameBatch
from carl_mm.models.losses.gta import GlobalAlignmentLoss
from carl_mm.models.losses.lav import AlignmentInTimeLoss
from carl_mm.models.losses.n_pairs import NPairsLoss
from carl_mm.models.losses.nearest_frame_contrast import NearestFrameContrastiveLoss
from carl_mm.models.losses.nt_xent import NTXentLoss
from carl_mm.models.losses.sequence_contrastive import SequenceContrastiveLoss
from carl_mm.models.losses.shuffle_and_learn import ShuffleAndLearnLoss
from carl_mm.models.losses.speediness import SpeedinessLoss
from carl_mm.models.necks.frame_projection import FrameProjection
from carl_mm.models.necks.recognizer2d import Recognizer2DNeck
from carl_mm.models.necks.temporal_ablations import FramewiseMLP, TemporalConv3d
from carl_mm.models.necks.temporal_transformer import TemporalTransformer
from carl_mm.models.recognizers.clip_recognizer import ClipRecognizer
from carl_mm.models.recognizers.controls import ControlEmbeddings
from carl_mm.models.recognizers.framewise_recognizer import FramewiseRecognizer
from carl_mm.models.recognizers.learnt_stages import LearntStages

__all__ = [
    'AlignmentInTimeLoss',
    'CVRLResNet3d',
    'ClipContrastiveHead',
    'ClipLinearHead',
    'ClipRecognizer',
    'ControlEmbeddings',
    'CycleConsistencyLoss',
    'DiscriminativeDTWLoss',
    'EfficientNetLite0',
    'EfficientNetLite2',
    'FrameBatch',
    'FramewiseClassificationHead',
    'FramewiseDataPreprocessor',
    'FramewiseHead',
    'FramewiseLoss',
    'FramewiseLossHead',
    'FrameProjection',
    'FramewiseMLP',
    'FramewiseRecognizer',
    'GlobalAlignmentLoss',
    'LearntStages',
    'NPairsLoss',
    'NTXentLoss',
    'NearestFrameContrastiveLoss',
    'OpticalFlowGrid',
    'PhotometricAugmentation',
    'PoseLandmarks',
    'Recognizer2DHead',
    'Recognizer2DNeck',
    'SequenceContrastiveHead',
    'SequenceContrastiveLoss',
    'ShuffleAndLearnLoss',
    'SpeedinessLoss',
    'TemporalConv3d',
    'TemporalTransformer',
    'TimmViT',
]
