"""Judge a single video."""

from collections.abc import Sequence

from carl_mm.apis.alignment.align import EmbeddingLike
from carl_mm.apis.deviation.detector import DeviationDetector
from carl_mm.apis.deviation.segments import Deviations


def deviations(
    references: Sequence[EmbeddingLike], video: EmbeddingLike, quantile: float = 0.9
) -> Deviations:
    """Find where a video strays from good ones; see `DeviationDetector`.

    To judge several videos, fit a `DeviationDetector` once.

    Args:
        references: Good videos of one process; at least two, better ten.
        video: Video to judge.
        quantile: Share of the references in which no frame shall stand out, in [0, 1].

    Raises:
        ValueError: See `DeviationDetector.fit` and `DeviationDetector.predict`.

    Example:
        >>> import numpy as np
        >>> from carl_mm.apis import deviations
        >>> turn = np.linspace(0, 3, 40)
        >>> good = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
        >>> noise = np.random.default_rng(0).normal(0, 0.03, (5, 40, 3))
        >>> strange = good + noise[0]
        >>> strange[20:30] = [0, 0, 1]
        >>> found = deviations(good + noise[1:], strange)
        >>> int(found.scores.argmax()) in range(20, 30)
        True
    """
    return DeviationDetector(quantile=quantile).fit(references).predict(video)
