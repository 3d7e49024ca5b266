"""Phases of new videos from a few labelled ones."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from carl_mm.apis.array_file import load_arrays, save_arrays
from carl_mm.apis.embedding.same_model import check_same_model
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.apis.phases.segments import PhaseSegment
from carl_mm.functional._inputs import to_labels
from carl_mm.functional.phases.probe import PhaseProbe, fit_phase_probe, with_change
from carl_mm.functional.phases.probe_selection import choose_strengths
from carl_mm.functional.phases.segmentation import most_likely_segments

FORM = 'carl_mm phase labeller 1'


@dataclass(frozen=True, eq=False)
class PhaseModel:
    """What `PhaseLabeler` fits and chooses.

    Attributes:
        probe: Of the phases that were labelled.
        phases: All names, in temporal order.
        l2_penalty: Of the probe.
        switch_cost: Of a change of phase, in nats.
        delta: In frames, see `PhaseLabeler`.
        ordered: Whether phases come in their order.
        provenance: Of the embeddings it was fitted to; may be empty.
    """

    probe: PhaseProbe
    phases: list[str]
    l2_penalty: float
    switch_cost: float
    delta: int
    ordered: bool
    provenance: dict[str, str]


class PhaseLabeler:
    """A linear probe of each frame, and the likeliest segments over time.

    The probe is a logistic regression. Its log-probabilities, with the phases made
    equally likely, are summed along a labelling of the video; each change of phase
    costs ``switch_cost``; the best labelling is found exactly.

    Args:
        l2_penalty: Of the probe; None: chosen on the labelled videos, each held out
            once.
        switch_cost: In nats; None: chosen likewise.
        ordered: Phases come in their order, some perhaps not at all; None: if they do
            so in every labelled video.
        delta: The probe sees the embedding's change over as many frames before and
            after, too; 0: the frame alone.

    Attributes:
        model: What was fitted and chosen; None before.
    """

    def __init__(
        self,
        l2_penalty: float | None = None,
        switch_cost: float | None = None,
        ordered: bool | None = None,
        delta: int = 3,
    ) -> None:
        self.l2_penalty = l2_penalty
        self.switch_cost = switch_cost
        self.ordered = ordered
        self.delta = delta
        self.model: PhaseModel | None = None

    def fit(
        self,
        videos: Sequence[Any],
        labels: Sequence[Any],
        phases: Sequence[str] | None = None,
    ) -> 'PhaseLabeler':
        """Fit to labelled videos.

        Args:
            videos: `VideoEmbedding`s, or arrays or tensors ``(T_i, D)``.
            labels: Of each video ``(T_i,)`` integers; negative or NaN: unlabelled.
            phases: Names in temporal order; 'phase 0' and so on by default.

        Returns:
            Itself.

        Raises:
            ValueError: No labelled frame, lengths that differ, a label without a
                name, NaN embeddings, or videos embedded by different models.
        """
        provenance = check_same_model(videos)
        frames = [with_change(_embeddings(video), self.delta) for video in videos]
        values = [
            to_labels(label, f'labels of video {index}')
            for index, label in enumerate(labels)
        ]
        names = _name_phases(values, phases)
        ordered = self.ordered
        if ordered is None:
            known = [value[value >= 0] for value in values]
            ordered = all((np.diff(value) >= 0).all() for value in known)
        # Of what the user sets there is one to choose from.
        grids: dict[str, tuple[float, ...]] = {}
        if self.l2_penalty is not None:
            grids['l2_penalties'] = (self.l2_penalty,)
        if self.switch_cost is not None:
            grids['switch_costs'] = (self.switch_cost,)
        chosen = choose_strengths(frames, values, ordered, **grids)
        penalty, cost = map(float, chosen)  # which a file can hold
        probe = fit_phase_probe(frames, values, penalty)
        self.model = PhaseModel(
            probe, names, penalty, cost, self.delta, ordered, provenance
        )
        return self

    def predict(self, video: Any) -> list[PhaseSegment]:
        """Segments of a video, which cover it.

        Args:
            video: A `VideoEmbedding`, or an array or tensor ``(T, D)``.

        Raises:
            ValueError: Not fitted, another D, NaN embeddings, or a video embedded by
                another model than those fitted to.
        """
        model = self._fitted()
        check_same_model([video], model.provenance)
        frames = with_change(_embeddings(video), model.delta)
        log_probs = model.probe.log_probs(frames)
        segments = []
        rows = most_likely_segments(log_probs, model.switch_cost, model.ordered)
        for first, last, column in rows.tolist():
            label = int(model.probe.classes[column])
            confidence = float(np.exp(log_probs[first : last + 1, column]).mean())
            start = end = None
            if isinstance(video, VideoEmbedding):
                start, end = video.span_s(first, last)
            name = model.phases[label]
            segments.append(
                PhaseSegment(first, last, name, label, confidence, start, end)
            )
        return segments

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a file, without pickle, which appears only when whole.

        Raises:
            ValueError: Not fitted.
            OSError: The disk is full, say; names the file.
        """
        header = dict(vars(self._fitted()))
        probe = header.pop('probe')
        save_arrays(path, FORM, header, vars(probe))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> 'PhaseLabeler':
        """Read a file of `save`.

        Raises:
            FileNotFoundError: No such file.
            ValueError: A file of another form, or a broken one.
        """
        labeler = cls()
        labeler.model = load_arrays(path, FORM, _build)
        return labeler

    def _fitted(self) -> PhaseModel:
        if self.model is None:
            raise ValueError('the labeller is not fitted: call fit or load first')
        return self.model


def _build(header: dict[str, Any], arrays: dict[str, np.ndarray]) -> PhaseModel:
    header.pop('form')
    model = PhaseModel(probe=PhaseProbe(**arrays), **header)
    classes, weight, bias = model.probe.classes, model.probe.weight, model.probe.bias
    if weight.ndim != 2 or not classes.shape == bias.shape == weight.shape[:1]:
        raise ValueError(f'{weight.shape} weights of {len(classes)} classes')
    if not 0 <= classes.min() <= classes.max() < len(model.phases):
        raise ValueError(f'classes {classes} of {len(model.phases)} phases')
    return model


def _embeddings(video: Any) -> Any:
    return video.embeddings if isinstance(video, VideoEmbedding) else video


def _name_phases(
    labels: Sequence[np.ndarray], phases: Sequence[str] | None
) -> list[str]:
    highest = max((int(value.max(initial=-1)) for value in labels), default=-1)
    if phases is None:
        return [f'phase {index}' for index in range(highest + 1)]
    if highest >= len(phases):
        raise ValueError(f'label {highest} is none of the {len(phases)} phases')
    return list(phases)
