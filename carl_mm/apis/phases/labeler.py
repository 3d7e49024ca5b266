"""Phases of new videos from a few labelled ones."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from carl_mm.apis.embedding.same_model import check_same_model
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.apis.phases.phase_model import PhaseModel
from carl_mm.apis.phases.segments import PhaseSegment
from carl_mm.functional._inputs import to_labels
from carl_mm.functional.phases.probe import fit_phase_probe, with_change
from carl_mm.functional.phases.probe_selection import choose_strengths
from carl_mm.functional.phases.segmentation import most_likely_segments


class PhaseLabeler:
    """Label phases by a linear probe of each frame and the likeliest segments in time.

    The probe is a logistic regression. Its log-probabilities, with all phases taken as
    equally likely, are summed along a labelling of the video, and each change of phase
    costs ``switch_cost``. The best labelling is found exactly.

    Args:
        l2_penalty: Penalty of the probe; None chooses it on the labelled videos, each
            of which is held out once.
        switch_cost: Cost of a change of phase, in nats; None chooses it in the same
            way.
        ordered: Whether phases come in their order, though some may be missing; None
            looks whether they do so in every labelled video.
        delta: Number of frames before and after over which the probe also sees how the
            embedding changes; with 0 it sees the frame alone.

    Attributes:
        model: What was fitted and chosen; None before `fit`.

    Example:
        >>> import numpy as np
        >>> from carl_mm.apis import PhaseLabeler
        >>> labels = np.repeat([0, 1], [8, 12])
        >>> video = np.eye(2)[labels]
        >>> labeler = PhaseLabeler().fit([video] * 3, [labels] * 3, ['reach', 'pour'])
        >>> [(s.phase, s.first_frame, s.last_frame) for s in labeler.predict(video)]
        [('reach', 0, 7), ('pour', 8, 19)]
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
            videos: `VideoEmbedding`s, or embeddings ``(T_i, D)``.
            labels: Label of each frame of each video, ``(T_i,)`` integers; a frame with
                a negative label or NaN is unlabelled.
            phases: Names of the phases in temporal order; by default 'phase 0' and so
                on.

        Returns:
            The labeller itself.

        Raises:
            ValueError: No frame is labelled, lengths differ, a label has no name,
                embeddings are NaN, or videos were embedded by different models.
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
        # What the user sets leaves nothing to choose from.
        grids: dict[str, tuple[float, ...]] = {}
        if self.l2_penalty is not None:
            grids['l2_penalties'] = (self.l2_penalty,)
        if self.switch_cost is not None:
            grids['switch_costs'] = (self.switch_cost,)
        chosen = choose_strengths(frames, values, ordered, **grids)
        penalty, cost = map(float, chosen)  # a file can hold floats
        probe = fit_phase_probe(frames, values, penalty)
        self.model = PhaseModel(
            probe, names, penalty, cost, self.delta, ordered, provenance
        )
        return self

    def predict(self, video: Any) -> list[PhaseSegment]:
        """Return segments that cover a video.

        Args:
            video: A `VideoEmbedding`, or embeddings ``(T, D)``.

        Raises:
            ValueError: Nothing has been fitted, or the embeddings are NaN, of another D
                or of another model than those fitted to.
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
        """Write a file, without pickle, which appears only when it is whole.

        Raises:
            ValueError: Nothing has been fitted.
            OSError: The file cannot be written; names it.
        """
        self._fitted().save(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> 'PhaseLabeler':
        """Read a file that `save` wrote.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The file is of another form, or broken.
        """
        labeler = cls()
        labeler.model = PhaseModel.load(path)
        return labeler

    def _fitted(self) -> PhaseModel:
        if self.model is None:
            raise ValueError('the labeller is not fitted: call fit or load first')
        return self.model


def _embeddings(video: Any) -> Any:
    return video.embeddings if isinstance(video, VideoEmbedding) else video


def _name_phases(
    labels: Sequence[np.ndarray], phases: Sequence[str] | None
) -> list[str]:
    highest = max((int(value.max(initial=-1)) for value in labels), default=-1)
    if phases is None:
        return [f'phase {index}' for index in range(highest + 1)]
    if highest >= len(phases):
        raise ValueError(f'label {highest} is not one of the {len(phases)} phases')
    return list(phases)
