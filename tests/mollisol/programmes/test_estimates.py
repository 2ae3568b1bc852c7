"""What the shared core hands to a programme: each estimate gives what its route credits, and any other quantile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mollisol.changes.baselines import both_sides, change_by_baselines
from mollisol.changes.biochar import biochar_carbon
from mollisol.changes.change import ChangeOfPeriod, ChangeOptions
from mollisol.engine import assess_project
from tests.support.projects import TV2, Layout

ROOT = Path(__file__).parents[3]


def first_change(folder: Path) -> tuple[ChangeOfPeriod, float]:
    context, samples = assess_project(folder).passed()
    within = context.during(context.project.head.verification_periods[0])
    options = ChangeOptions(biochar_carbon(within)[1], "all", 0)
    change, _ = change_by_baselines(within, both_sides(context, samples), lambda *_: "", options)
    return change, context.rules.number("programme.deduction.confidence")


def agrees(change: ChangeOfPeriod, confidence: float, forms: set[str]) -> None:
    credited = {row.form: row.credited_t_co2e_per_ha for row in change.outcome.routes}
    means = {row.form: row.mean_t_co2e_per_ha for row in change.outcome.routes}
    assert set(change.outcome.estimates) == set(credited) == forms
    for form, estimate in change.outcome.estimates.items():
        # where the sharp form stands beside it, the posterior's level lies below (mollisol.posterior.below-confidence)
        level = confidence - 0.0217 if form == "posterior" and "sharp" in forms else confidence
        assert estimate.quantile(1 - level) == pytest.approx(credited[form], rel=1e-9)
        low, middle, high = (estimate.quantile(p) for p in (0.05, 0.5, 0.95))
        assert low < middle < high
        assert estimate.mean == means[form]
    assert change.estimate is change.outcome.estimates[change.outcome.form]


def test_of_a_measured_period(make_project: Callable[[Layout], Path]) -> None:
    agrees(*first_change(make_project(TV2)), {"moment", "sharp", "montecarlo", "posterior"})


def test_of_a_modelled_period() -> None:
    agrees(*first_change(ROOT / "examples" / "measure-and-model"), {"moment", "montecarlo", "posterior"})
