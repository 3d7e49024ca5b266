"""Whether a video shows the setting of the references, from beginning to end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.deviation.scene_cuts import scene_cuts, usual_break

NUM_NEAREST = 3  # references whose likeness to a video is averaged
MIN_REFERENCES = 4  # fewer say little of how alike good videos are
MARGIN = 0.5  # of what lies between the lowest and the median likeness


def path_likeness(video: Floats, reference: Floats, path: Ints) -> float:
    """Average the cosine similarity of matched frames.

    It is higher for the same view, scene and person: of 45 real clips of five actions,
    85% have one of their own subject first.

    Args:
        video: Embeddings of unit length, ``(T, D)``.
        reference: Embeddings of unit length, ``(S, D)``.
        path: Matched frames (of the video, of the reference), ``(L, 2)``.
    """
    products = np.einsum('ld,ld->l', video[path[:, 0]], reference[path[:, 1]])
    return float(products.mean())


def nearest_likeness(likeness: Sequence[float]) -> float:
    """Average the likeness to the three references that are most like a video."""
    return float(np.sort(likeness)[::-1][:NUM_NEAREST].mean())


@dataclass(frozen=True)
class UsualSetting:
    """How alike good videos are in setting, and how steadily they keep to it.

    Attributes:
        likeness: How like the others each reference is, see `nearest_likeness`,
            ``(N,)``.
        highest_break: Value above which a `scene_break` is a cut to another scene.
    """

    likeness: Floats
    highest_break: float

    @classmethod
    def of(
        cls,
        references: Sequence[Floats],
        paths: Sequence[Sequence[Ints]],
        features: Sequence[Floats] | None,
    ) -> 'UsualSetting':
        """Learn from good videos, each left out and compared with the others.

        Args:
            references: Embeddings of unit length, ``(T_i, D)`` each.
            paths: Paths between them, as `align_pairs` gives them.
            features: Frame features of each, ``(T_i, F)``; None if they have none, and
                no cut can be found.
        """
        likeness = [
            nearest_likeness(
                [
                    path_likeness(reference, other, path)
                    for j, (other, path) in enumerate(zip(references, row, strict=True))
                    if j != i
                ]
            )
            for i, (reference, row) in enumerate(zip(references, paths, strict=True))
        ]
        highest = np.inf if features is None else usual_break(features)
        return cls(np.array(likeness), highest)

    def warning(self, likeness: Sequence[float]) -> str:
        """Say if no reference is like a video; return an empty string if one is.

        A video is unlike the references if it is less like the three nearest of them
        than any reference is like the others, by half of what lies between the lowest
        and the median of these.

        Args:
            likeness: How like each reference the video is, see `path_likeness`.
        """
        if len(self.likeness) < MIN_REFERENCES:
            return ''
        found = nearest_likeness(likeness)
        lowest, median = float(self.likeness.min()), float(np.median(self.likeness))
        if found >= lowest - MARGIN * (median - lowest):
            return ''
        return (
            f'none of the {len(likeness)} references is like the video: its likeness '
            f'to the nearest is {found:.2f}, theirs to each other {lowest:.2f} to '
            f'{self.likeness.max():.2f}; the scores say little. Give references of the '
            'same process, view and scene'
        )

    def cuts(self, features: Floats | None) -> np.ndarray:
        """Find the frames that show another scene.

        Args:
            features: Frame features of a video, ``(T, F)``, or None.

        Returns:
            ``(T,)`` bool; empty without features.
        """
        if features is None:
            return np.zeros(0, dtype=bool)
        return scene_cuts(features, self.highest_break)
