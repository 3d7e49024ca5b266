"""The testing half of frame-wise recognizers: from whole videos to embeddings."""

import torch
from mmaction.structures import ActionDataSample
from torch import Tensor

from carl_mm.functional.frame_features import frame_features
from carl_mm.models.heads.base import FramewiseHead, normalized
from carl_mm.models.recognizers.base import Video
from carl_mm.models.recognizers.controls import ControlEmbeddings
from carl_mm.models.recognizers.even_parts import even_parts
from carl_mm.models.recognizers.spatial import SpatialRecognizer


class EmbeddingRecognizer(SpatialRecognizer):
    """Base class of recognizers that embed each frame in the light of all others.

    A subclass sets the attributes, whose meaning `FramewiseRecognizer` tells.
    """

    max_frames: int | None
    keep_frame_features: bool
    controls: ControlEmbeddings

    @property
    def head(self) -> FramewiseHead:
        """The head; without one, what normalises the embeddings."""
        found: FramewiseHead = self.cls_head if self.with_cls_head else FramewiseHead()
        return found

    def predict_video(self, video: Video, sample: ActionDataSample) -> None:
        """Embed all frames of a video of any length.

        Args:
            video: A `FrameStream`, frames ``(T, 3, H, W)``, normalised or uint8, or
                their cached features ``(T, C)``.
            sample: Gets pred_embedding ``(T, D)`` and controls, a dict of name to
                ``(T, D')``: L2-normalised float32 on the CPU; frame_features ``(T, F)``
                (`carl_mm.functional.frame_features`); pred_cuts, for each kind of its
                ``cuts`` a list of dicts: a cut's pred_embedding, and its controls but
                the backbone's; if the head classifies, pred_frame_label ``(T,)`` int64.
        """
        features = self.after_learnt_stages(self.all_features(video)[None])[0]
        seen = self.standardized(features[None])[0]
        embedding = self._through_neck(seen)
        sample.frame_features = frame_features(seen)
        sample.pred_embedding = self._predicted(embedding, seen)
        sample.controls = self.controls(seen)
        sample.pred_cuts = {}
        for kind, draws in sample.get('cuts', {}).items():
            cuts = [features[torch.as_tensor(i).to(features.device)] for i in draws]
            parts = [self.standardized(cut[None])[0] for cut in cuts]
            # The backbone's features are the whole video's at these frames.
            sample.pred_cuts[kind] = [
                {
                    'pred_embedding': self._predicted(self._through_neck(part), part),
                    'controls': self.controls(part, leave_out=['backbone']),
                }
                for part in parts
            ]
        labels = self.head.classify(embedding)
        if labels is not None:
            sample.pred_frame_label = labels

    @torch.no_grad()
    def embed_features(self, features: Tensor) -> Tensor:
        """Embed a whole video, or a part of it, whose features are known.

        Args:
            features: Features of its frames, ``(T, C)``, see `video_features`.

        Returns:
            ``(T, D)`` float32, L2-normalised, on the CPU; as pred_embedding.
        """
        seen = self.standardized(self.after_learnt_stages(features[None]))[0]
        return self._predicted(self._through_neck(seen), seen)

    def _predicted(self, embedding: Tensor, features: Tensor) -> Tensor:
        found = self.head.predict(embedding)
        if not self.keep_frame_features:
            return found
        return normalized(torch.cat((found, normalized(frame_features(features))), 1))

    def _through_neck(self, features: Tensor) -> Tensor:
        parts = even_parts(features, self.max_frames)
        return torch.cat([self.neck(part[None])[0] for part in parts])
