"""What a phase labeller has learnt, and its file."""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from carl_mm.apis.array_file import load_arrays, save_arrays
from carl_mm.functional.phases.probe import PhaseProbe

FORM = 'carl_mm phase labeller 1'


@dataclass(frozen=True, eq=False)
class PhaseModel:
    """What `PhaseLabeler` fits and chooses.

    Attributes:
        probe: Probe of the phases that were labelled.
        phases: Names of all phases, in temporal order.
        l2_penalty: Penalty that the probe was fitted with.
        switch_cost: Cost of a change of phase, in nats.
        delta: Number of frames over which the probe sees a change, see `PhaseLabeler`.
        ordered: Whether phases come in their order.
        provenance: What made the embeddings it was fitted to; may be empty.
    """

    probe: PhaseProbe
    phases: list[str]
    l2_penalty: float
    switch_cost: float
    delta: int
    ordered: bool
    provenance: dict[str, str]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a file, without pickle, which appears only when it is whole.

        Raises:
            OSError: The file cannot be written; names it.
        """
        header = dict(vars(self))
        probe = header.pop('probe')
        save_arrays(path, FORM, header, vars(probe))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> 'PhaseModel':
        """Read a file that `save` wrote.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The file is of another form, or broken.
        """
        return load_arrays(path, FORM, cls._build)

    @classmethod
    def _build(
        cls, header: dict[str, Any], arrays: dict[str, np.ndarray]
    ) -> 'PhaseModel':
        header.pop('form')
        model = cls(probe=PhaseProbe(**arrays), **header)
        classes, weight, bias = (
            model.probe.classes,
            model.probe.weight,
            model.probe.bias,
        )
        if weight.ndim != 2 or not classes.shape == bias.shape == weight.shape[:1]:
            raise ValueError(f'{weight.shape} weights of {len(classes)} classes')
        if not 0 <= classes.min() <= classes.max() < len(model.phases):
            raise ValueError(f'classes {classes} of {len(model.phases)} phases')
        return model
