"""A context with a period: how long it is, and what its quantities are called."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from mollisol.methodology.base import Interval
from mollisol.methodology.context import Context, PeriodContext
from mollisol.methodology.project import VerificationPeriod
from mollisol.methodology.rules_in_force.rule import Clocks
from mollisol.methodology.rules_in_force.rule_set import RulesInForce, load_rule_set
from mollisol.methodology.trace import Trace
from mollisol.quantification.unit_crossing import tonnes
from mollisol.reading.project import read_project

WOBURN = Path(__file__).parents[2] / "examples/woburn-ley"


@pytest.fixture
def period() -> PeriodContext:
    project = read_project(WOBURN).project
    assert project is not None
    rules = RulesInForce(load_rule_set("vm0042-2.2"), Clocks(registered_on=date(2024, 1, 1)))
    during = Interval(start=date(2020, 1, 1), end=date(2023, 12, 31))
    named = VerificationPeriod(name="one", during=during, first_campaign="a", last_campaign="b")
    return Context(project, rules, Trace(rules)).during(named)


def test_quantities_carry_the_name_of_the_period(period: PeriodContext) -> None:
    masses = period.given("mass", np.array([1000.0, 3000.0]), "kg/ha", ["row 1", "row 2"], ["a", "b"])
    carbon = period.compute("carbon", tonnes, index=masses.index, mass_kg=masses)
    second = period.pick("second", carbon, [1])
    turned = period.arrange("turned", carbon.value[::-1], [carbon], places=[1, 0])
    known = period.record("known", 1.0, tonnes, mass_kg=masses)
    assert [q.name for q in (masses, carbon, second, turned, known)] == [
        f"{name}@one" for name in ("mass", "carbon", "second", "turned", "known")
    ]
    assert carbon.inputs == {"mass_kg": "mass@one"}
    assert second.value.tolist() == [3.0]
    assert second.index == ("b",)
    assert list(period.trace.quantities) == [q.name for q in (masses, carbon, second, turned, known)]


def test_a_period_is_at_least_a_year_long(period: PeriodContext) -> None:
    assert period.years == 4
    during = Interval(start=date(2020, 1, 1), end=date(2020, 6, 30))
    assert period.during(period.period.model_copy(update={"during": during})).years == 1
