"""The projected misstatement: right on average, and its limits hold as often as they say."""

from __future__ import annotations

import numpy as np

from mollisol.uncertainty.audit.misstatement import (
    projected_misstatement_error_t_co2e,
    projected_misstatement_t_co2e,
    systematic_selection,
)
from mollisol.uncertainty.student import t_quantile

ROUNDS, PICKS = 2000, 40


def rounds(seed: int, records: int) -> tuple[float, np.ndarray, np.ndarray]:
    """Draw again and again from records of log-normal size that are all a little wrong, most of them too high."""
    random = np.random.default_rng(seed)
    size = random.lognormal(0, 1, records)
    error = random.normal(0.03, 0.05, records)
    misstatement = size * error * random.choice([-1.0, 1.0], records, p=[0.3, 0.7])
    chance = size / size.sum()
    found = []
    for number in range(ROUNDS):
        picks = systematic_selection(size=size, number=PICKS, seed=number)
        given = {"misstatement_t_co2e": misstatement[picks], "probability": chance[picks]}
        found.append((projected_misstatement_t_co2e(**given), projected_misstatement_error_t_co2e(**given)))
    estimate, error_of = np.array(found, dtype=float).T
    return float(misstatement.sum()), estimate, error_of


def inside(records: int) -> float:
    """Give how often the truth lies between the limits, each at 95 per cent."""
    truth, estimate, error = rounds(2, records)
    half = float(t_quantile(probability=0.95, degrees_of_freedom=PICKS - 1)) * error
    return float(np.mean((estimate - half <= truth) & (truth <= estimate + half)))


def test_right_on_average() -> None:
    """2,000 rounds: the mean lies within 4 of its own standard errors of the truth."""
    truth, estimate, _ = rounds(1, records=500)
    assert abs(estimate.mean() - truth) < 4 * estimate.std() / np.sqrt(ROUNDS)


def test_limits_hold_as_often_as_they_say() -> None:
    """Both at 0.90, where 40 picks seldom meet a record twice; 2,000 rounds show it to 0.02 (3 standard errors)."""
    assert abs(inside(records=10_000) - 0.90) < 0.02


def test_limits_are_careful_where_a_tenth_of_the_records_is_drawn() -> None:
    """The variance is that of draws with replacement, and equal steps do better."""
    assert 0.90 < inside(records=400) < 0.99
