import numpy as np

from carl_mm.datasets.rng import sample_rng


def test_without_a_generator_numpy_seeds_the_draws():
    np.random.seed(3)
    first = sample_rng({}).random()
    np.random.seed(3)
    assert sample_rng({}).random() == first


def test_a_sample_keeps_its_generator():
    rng = np.random.default_rng(0)
    assert sample_rng({'rng': rng}) is rng
    results = {}
    assert sample_rng(results) is sample_rng(results)
