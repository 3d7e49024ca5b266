"""Embeddings that have learnt nothing, to compare the trained ones with."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from carl_mm.functional.positions import relative_time_embedding
from carl_mm.models.heads.base import normalized
from carl_mm.models.recognizers.even_parts import even_parts

CONTROLS = ('position', 'untrained', 'backbone')
UNTRAINED_SEED = 0


class ControlEmbeddings:
    """The controls of a recognizer; not a module, so no part of its state dict.

    Args:
        names: Which controls to give: 'position' (relative time alone), 'untrained'
            (the neck at its initialisation from a fixed seed), 'backbone' (pooled
            spatial features; the evaluation makes the centred control of them).
        neck: Config of the temporal network.
        max_frames: Number of frames that pass the neck at once, see
            `FramewiseRecognizer`.

    Raises:
        ValueError: A name is unknown.
    """

    def __init__(
        self,
        names: Sequence[str],
        neck: dict[str, Any],
        max_frames: int | None = None,
    ) -> None:
        if unknown := set(names) - set(CONTROLS):
            raise ValueError(f'unknown controls {sorted(unknown)}; known: {CONTROLS}')
        self.names = tuple(names)
        self._max_frames = max_frames
        self._neck_cfg = deepcopy(neck)
        self._untrained: nn.Module | None = None

    def __call__(
        self, features: Tensor, leave_out: Sequence[str] = ()
    ) -> dict[str, Tensor]:
        """Embed one video.

        Args:
            features: Spatial features of its frames, ``(T, C)`` or ``(T, C, h, w)``.
            leave_out: Names of controls that are not needed.

        Returns:
            ``(T, D')`` by name, L2-normalised, float32, on the CPU.
        """
        return {
            name: getattr(self, f'_{name}_control')(features)
            for name in self.names
            if name not in leave_out
        }

    def _position_control(self, features: Tensor) -> Tensor:
        return torch.from_numpy(relative_time_embedding(len(features)))

    def _backbone_control(self, features: Tensor) -> Tensor:
        return normalized(features if features.dim() == 2 else features.amax((2, 3)))

    def _untrained_control(self, features: Tensor) -> Tensor:
        if self._untrained is None:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(UNTRAINED_SEED)
                neck = MODELS.build(deepcopy(self._neck_cfg))
            self._untrained = neck.eval().requires_grad_(False)
        neck = self._untrained.to(features.device)
        parts = even_parts(features, self._max_frames)
        return normalized(torch.cat([neck(part[None])[0] for part in parts]))
