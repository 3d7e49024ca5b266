"""Numbers from exp(-1e11) to exp(1e11), for sums that a float64 does not hold.

A number is ``value * 2^(256 power)``: adding and multiplying take no logarithm.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carl_mm.functional._compiled import compiled
from carl_mm.functional._inputs import Floats

LOG_UNIT = 256 * math.log(2)
BIG, SHRINK, GROW = 2.0**128, 2.0**-256, 2.0**256
LEAST_POWER = -(2**30)  # of the number 0


class Scaled(NamedTuple):
    """Arrays of numbers.

    Attributes:
        value: At most 2^128, and at least its inverse or 0.
        power: int32 of the same shape.
    """

    value: Floats
    power: NDArray[np.int32]


def scaled_zeros(*shape: int) -> Scaled:
    """Return zeros of a shape."""
    return Scaled(np.zeros(shape), np.full(shape, LEAST_POWER, dtype=np.int32))


def to_logs(numbers: Scaled) -> Floats:
    """Return the logarithms of numbers above 0."""
    logs: Floats = np.log(numbers.value) + LOG_UNIT * numbers.power
    return logs


@compiled
def scaled_exp(log: float) -> tuple[float, int]:
    """Return the value and the power of exp(log)."""
    power = int(math.floor(log / LOG_UNIT + 0.5))
    return math.exp(log - power * LOG_UNIT), power


@compiled
def to_power(value: float, shift: int) -> float:
    """Return value * 2^(256 shift); 0 if the shift is below -1."""
    if shift == 0:
        return value
    if shift == -1:
        return value * SHRINK
    return value * GROW if shift == 1 else 0.0


@compiled
def normal(value: float, power: int) -> tuple[float, int]:
    """Return the same number with its value near 1."""
    if value > BIG:
        return value * SHRINK, power + 1
    if value < 1 / BIG:
        return value * GROW, power - 1
    return value, power
