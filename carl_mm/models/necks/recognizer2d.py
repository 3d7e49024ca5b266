"""Our necks in the neck's place of mmaction2's `Recognizer2D`."""

from collections.abc import Sequence
from typing import Any

import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.model import BaseModule
from torch import Tensor


@MODELS.register_module()
class Recognizer2DNeck(BaseModule):
    """A neck of ours, such as `TemporalTransformer`, for a `Recognizer2D`.

    `Recognizer2D` gives its necks the maps of several stages, so the backbone must
    return at least two (``out_indices=(2, 3)``); the last one is used, averaged over
    each frame.

    Args:
        neck: Config of the neck; it takes ``(B, T, C)`` and valid ``(B, T)``.
        init_cfg: How mmengine's `BaseModule` initialises the weights.
    """

    def __init__(
        self, neck: dict[str, Any], init_cfg: dict[str, Any] | None = None
    ) -> None:
        super().__init__(init_cfg)
        self.neck = MODELS.build(neck)

    def forward(
        self,
        features: Sequence[Tensor],
        data_samples: Sequence[ActionDataSample] | None = None,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Embed the frames of each view by itself.

        Args:
            features: Maps of the stages, ``(B, C, V T, H, W)`` each.
            data_samples: What tells the views, see `views_of`; without them, as in
                testing, all frames of a sample are one view.

        Returns:
            Embeddings ``(B, V, T, D)``, and no further losses.
        """
        frames = features[-1].mean(dim=(3, 4)).transpose(1, 2)
        if data_samples is None:
            return self.neck(frames).unsqueeze(1), {}
        valid = views_of(data_samples, frames.device)[1]
        videos, views, length = valid.shape
        sequences = frames.reshape(videos * views, length, -1)
        embedding = self.neck(sequences, valid.flatten(0, 1))
        return torch.unflatten(embedding, 0, (videos, views)), {}


def views_of(
    data_samples: Sequence[ActionDataSample], device: torch.device
) -> tuple[Tensor, Tensor]:
    """Return what `ViewsAsClips` has written to the samples of a batch.

    Args:
        data_samples: Samples with view_inds and valid ``(V, T)`` in their metainfo.
        device: Where the result is to be.

    Returns:
        Places of the frames in their videos, ``(B, V, T)`` int64, and False on
        padding, ``(B, V, T)`` bool.

    Raises:
        ValueError: A sample lacks one of the two.
    """
    found = []
    for key, dtype in (('view_inds', torch.int64), ('valid', torch.bool)):
        arrays = [sample.get(key) for sample in data_samples]
        if any(array is None for array in arrays):
            raise ValueError(
                f"the data samples have no {key}: add 'view_inds' and 'valid' to "
                'meta_keys of PackActionInputs, and ViewsAsClips before the decoder'
            )
        tensors = [torch.as_tensor(array, dtype=dtype) for array in arrays]
        found.append(torch.stack(tensors).to(device))
    return found[0], found[1]
