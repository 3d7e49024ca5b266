"""Find the segment of a series that is unlike the rest, by two Gaussian processes.

Under the usual process the whole series hangs together, so that a segment is judged by
what the frames before and after it lead one to expect. Under the strange process the
segment has nothing to do with them. The ratio of the two densities is computed for all
segments at once, at a cost that grows with the cube of the number of moments.
"""

import numpy as np
from scipy.linalg import toeplitz
from scipy.special import logsumexp

from carl_mm.functional._inputs import Floats
from carl_mm.functional.deviation.autocovariance import Autocovariance
from carl_mm.functional.deviation.conditional_densities import conditional_densities
from carl_mm.functional.deviation.stationary_densities import stationary_densities

AMPLITUDES = (1 / 16, 1 / 4, 1, 4, 16)  # of what is strange, equally likely


def segment_evidence(
    series: Floats, usual: Autocovariance, strange: Autocovariance, width: int = 1
) -> Floats:
    """Compute the log odds of each segment being strange against being usual.

    They are ``log mean_a p(segment; usual + a strange) - log p(segment | all other
    frames; usual)``, with a over `AMPLITUDES` and channels independent.

    Args:
        series: ``(T, K)``, T >= 1.
        usual: Covariance of the series as it should be.
        strange: Covariance that a strange segment has in addition.
        width: Number of frames whose mean makes up a moment of the series.

    Returns:
        ``(T, T)`` natural logarithms, indexed by the segment's first and last moment;
        -inf below the diagonal.
    """
    length = len(series)
    usual_rows = usual.at_lags(length, width).T
    precisions = np.linalg.inv(np.stack([toeplitz(row) for row in usual_rows]))
    of_usual = conditional_densities(series, precisions)
    strange_rows = [(usual + a * strange).at_lags(length, width) for a in AMPLITUDES]
    of_strange = stationary_densities(series, np.stack(strange_rows))
    mixed = logsumexp(of_strange, axis=0) - np.log(len(AMPLITUDES))
    found = np.full((length, length), -np.inf)
    segments = np.triu_indices(length)
    found[segments] = (mixed - of_usual)[segments]
    return found


def frame_odds(evidence: Floats, share: float) -> Floats:
    """Compute the log odds of each frame lying in the one strange segment, if any.

    A priori there is one or none with equal probability; a segment of n frames is 1 / n
    as likely as one of a single frame, so that all orders of length weigh alike.

    Args:
        evidence: ``(T, T)``, see `segment_evidence`.
        share: Share of the evidence that counts, in (0, 1].

    Returns:
        ``(T,)`` natural logarithms.
    """
    inside, before, after = _sums_by_frame(_posterior(evidence, share))
    found: Floats = inside - np.logaddexp(0, np.logaddexp(before, after))
    return found


def _posterior(evidence: Floats, share: float) -> Floats:
    """Log weight of each segment, beside a log weight of 0 for none being strange."""
    length = len(evidence)
    lengths = np.arange(length)[None] - np.arange(length)[:, None] + 1
    prior = np.where(lengths > 0, -np.log(np.maximum(lengths, 1)), -np.inf)
    found: Floats = share * evidence + prior - logsumexp(prior)
    return found


def _sums_by_frame(weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Log sums over the segments that hold each frame, end before, start after it."""
    later_ends = np.logaddexp.accumulate(weights[:, ::-1], axis=1)[:, ::-1]
    inside = np.diag(np.logaddexp.accumulate(later_ends, axis=0))
    ended = np.logaddexp.accumulate(logsumexp(weights, axis=0))
    to_start = np.logaddexp.accumulate(logsumexp(weights, axis=1)[::-1])[::-1]
    before = np.append(-np.inf, ended[:-1])
    after = np.append(to_start[1:], -np.inf)
    return inside, before, after


def strange_odds(
    series: Floats,
    usual: Autocovariance,
    strange: Autocovariance,
    share: float,
    width: int = 1,
    again_above: float = np.inf,
) -> Floats:
    """Compute `frame_odds` for one strange segment after the other.

    What is very strange hides all else. So where the odds exceed ``again_above``, the
    frames before and after the likeliest segment are judged again, as series of their
    own, and the higher odds count if they, too, exceed it.

    Args:
        series: ``(T, K)``, T >= 1.
        usual: Covariance of the series as it should be.
        strange: Covariance that a strange segment has in addition.
        share: Share of the evidence that counts, in (0, 1].
        width: Number of frames whose mean makes up a moment of the series.
        again_above: Log odds above which the rest is judged again.

    Returns:
        ``(T,)`` natural logarithms.
    """
    evidence = segment_evidence(series, usual, strange, width)
    odds = frame_odds(evidence, share)
    if odds.max() > again_above:
        likeliest = _posterior(evidence, share).argmax()
        first, last = np.unravel_index(likeliest, evidence.shape)
        for part in (slice(0, first), slice(last + 1, len(series))):
            if len(rest := series[part]):
                again = strange_odds(rest, usual, strange, share, width, again_above)
                if again.max() > again_above:
                    odds[part] = np.maximum(odds[part], again)
    return odds
