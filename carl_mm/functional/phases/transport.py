"""Frames shared out to phases by temporally consistent optimal transport.

Source: Xu and Gould, "Temporally consistent unbalanced optimal transport for
unsupervised action segmentation", CVPR 2024.
"""

import numpy as np

from carl_mm.functional._inputs import ArrayOrTensor, Floats, to_floats

NUM_SCALINGS = 10  # of a step; the next step starts where one ends


def transport_phases(
    costs: ArrayOrTensor,
    smoothness: float = 0.25,
    reach: float = 0.04,
    balance: float = 0.1,
    entropy: float = 0.07,
    num_steps: int = 25,
) -> Floats:
    r"""Share the frames of a video out to phases, neighbours to the same ones.

    With the costs C of N frames and K phases, the coupling T with row sums 1 / N is
    sought that minimises::

        (1 - a) <C, T> + a sum_ikjl V_ik A_jl T_ij T_kl + l KL(T^t 1 || 1 / K) - e H(T)

    with V_ik = 1 / w for frames that are at most w N apart, i and k different, and A_jl
    = 1 for phases that differ; both else 0. So frames near each other avoid different
    phases, and phases may differ in length as far as l lets them. Each step puts the
    derivative of the second term in its place, and scales rows and columns.

    Args:
        costs: Costs C of each phase at each frame, ``(N, K)``, finite; usually 1 -
            cosine similarity.
        smoothness: Share a of what neighbours cost, in [0, 1].
        reach: Share w of the video that neighbours are apart at most, in (0, 1]; at
            least one frame.
        balance: Weight l of phases of equal lengths, >= 0.
        entropy: Weight e of the entropy, > 0.
        num_steps: Number of steps, >= 1.

    Returns:
        Probability of each phase at each frame, N T, ``(N, K)`` float64; rows sum to 1.

    Raises:
        ValueError: Costs are not a finite ``(N, K)`` with a phase, or an option is out
            of range.

    Examples:
        >>> costs = [[0, 1], [0, 1], [1, 0], [0, 1], [1, 0], [1, 0], [1, 0]]
        >>> transport_phases(costs, smoothness=0.0).argmax(axis=1).tolist()
        [0, 0, 1, 0, 1, 1, 1]
        >>> transport_phases(costs, smoothness=0.6, reach=0.3).argmax(axis=1).tolist()
        [0, 0, 0, 0, 1, 1, 1]
    """
    values = to_floats(costs)
    if values.ndim != 2 or not values.shape[1] or not np.isfinite(values).all():
        raise ValueError(
            f'costs must be a finite (N, K) with K >= 1, got shape {values.shape}'
        )
    if not (0 <= smoothness <= 1 and 0 < reach <= 1 and num_steps >= 1):
        raise ValueError(
            'smoothness must be in [0, 1], reach in (0, 1] and num_steps at least 1, '
            f'got {smoothness}, {reach} and {num_steps}'
        )
    if not (0 <= balance < np.inf and 0 < entropy < np.inf):
        raise ValueError(
            f'balance must be >= 0 and entropy > 0, got {balance} and {entropy}'
        )
    num_frames, num_phases = values.shape
    shares = np.full(values.shape, 1 / num_phases)
    columns = np.ones(num_phases)
    power = balance / (balance + entropy)
    width = max(1, round(reach * num_frames))
    for _ in range(num_steps if num_frames else 0):
        near = neighbour_shares(shares, width) / reach / num_frames
        apart = near.sum(axis=1, keepdims=True) - near
        total = (1 - smoothness) * values + 2 * smoothness * apart
        kernel = np.exp(-(total - total.min(axis=1, keepdims=True)) / entropy)
        kernel = np.maximum(kernel, 1e-300)
        for _ in range(NUM_SCALINGS):
            sums = (kernel / (kernel @ columns)[:, None]).mean(axis=0)
            columns = (1 / num_phases / sums) ** power
        scaled = kernel * columns
        # Half the way: frames that change at once could do so back and forth.
        shares = (shares + scaled / scaled.sum(axis=1, keepdims=True)) / 2
    return shares


def neighbour_shares(shares: Floats, width: int) -> Floats:
    """Sum the rows that are at most ``width`` away, but for each row itself."""
    sums = np.cumsum(np.concatenate([np.zeros_like(shares[:1]), shares]), axis=0)
    places = np.arange(len(shares))
    before = np.maximum(places - width, 0)
    after = np.minimum(places + width + 1, len(shares))
    return np.asarray(sums[after] - sums[before] - shares)
