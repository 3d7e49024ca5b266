"""Losses: hyper-parameters; the mathematics is in `carl_mm.functional.losses`."""
