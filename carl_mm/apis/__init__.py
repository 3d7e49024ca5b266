"""What a user calls from Python."""

from carl_mm.apis.inferencer import FramewiseInferencer
from carl_mm.apis.video_embedding import VideoEmbedding

__all__ = ['FramewiseInferencer', 'VideoEmbedding']
