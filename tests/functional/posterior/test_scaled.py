import math
from fractions import Fraction

import numpy as np
import pytest

from carl_mm.functional.posterior.scaled import (
    BIG,
    Scaled,
    normal,
    scaled_exp,
    scaled_zeros,
    to_logs,
    to_power,
)


@pytest.mark.parametrize('log', [0.0, 1.5, -80.0, 88.8, -700.0, 5000.0, -1e9])
def test_exponentials_have_their_logarithms(log):
    value, power = scaled_exp(log)
    assert 1 / BIG / 2 < value < 2 * BIG
    found = to_logs(Scaled(np.array([value]), np.array([power], dtype=np.int32)))
    assert found[0] == pytest.approx(log, rel=1e-15, abs=1e-15)


@pytest.mark.parametrize('value', [1.0, 2.0**127, 2.0**129, 2.0**-300, 2.0**300])
def test_a_number_stays_the_same(value):
    near, power = normal(value, 3)
    assert Fraction(near) * Fraction(2) ** (256 * (power - 3)) == Fraction(value)
    assert 1 / BIG <= near <= BIG


def test_to_other_powers():
    assert to_power(3.0, 0) == 3
    assert to_power(3.0, -1) == 3 * 2.0**-256
    assert to_power(3.0, 1) == 3 * 2.0**256
    assert to_power(3.0, -2) == 0


def test_zeros_are_below_every_number():
    zeros = scaled_zeros(2, 3)
    assert zeros.value.shape == zeros.power.shape == (2, 3)
    assert not zeros.value.any()
    power = int(zeros.power[0, 0])
    assert power < scaled_exp(-1e10)[1]
    assert math.isfinite(to_power(0.0, power))
