"""The vectors of the programmes: worked cases of two implementations that were written apart from ours."""

from __future__ import annotations

import tomllib
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from mollisol.quantification.accounting.non_permanence import (
    buffer_release_t_co2e,
    longevity_score,
    natural_risk,
    overall_rating_percent,
    risk_of_boxes,
)
from mollisol.uncertainty.deduction.moment import discount_from_half_width_percent, half_width_percent

HERE = Path(__file__).parent / "programmes"


def cases(name: str, locator: str) -> dict[str, Any]:
    found = tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    return {id: case for id, case in found.items() if case["formula"] == locator}


LONGEVITY, RATINGS = cases("nonpermanence", "Table 4"), cases("nonpermanence", "Tables 1 to 15")
ONE_ESTIMATE, TEN_YEARS = cases("vcs", "MR 2.4"), cases("vcs", "MR 2.4, last paragraph")
RELEASES, AMPLIFIERS = cases("nonpermanence", "5.2"), cases("nonpermanence", "2.4.4")


@pytest.mark.parametrize("id", LONGEVITY)
def test_longevity(id: str) -> None:
    given, expected = LONGEVITY[id]["inputs"], LONGEVITY[id]["expected"]
    score = longevity_score(
        years=given["years"],
        agreement=float(given["legal_agreement"]),
        from_the_start=float(given["hundred_year_agreement"]),
    )
    assert score == pytest.approx(expected["score"], rel=1e-9)
    assert (given["years"] < (40 if given["requested_from_2024"] else 30)) == expected["fails"]


@pytest.mark.parametrize("id", AMPLIFIERS)
def test_climate(id: str) -> None:
    given = AMPLIFIERS[id]["inputs"]
    factor = natural_risk(
        climate_points=np.array([1.0]), climate_fraction=given["fraction"], adapts=float(given["criteria_met"] >= 5),
        spared=0.4, other_points=np.array([0.0]),
    )  # fmt: skip
    assert factor == pytest.approx(AMPLIFIERS[id]["expected"]["factor"], rel=1e-9)


@pytest.mark.parametrize("id", RATINGS)
def test_rating(id: str) -> None:
    given, expected = RATINGS[id]["inputs"], RATINGS[id]["expected"]
    internal = risk_of_boxes(
        box_points=np.array([
            sum(given["pm"]), given["fv_q1"], given["fv_q2"] + given["fv_mitigation"], sum(given["oc"]),
            given["longevity_score"],
        ])
    )  # fmt: skip
    external = risk_of_boxes(
        box_points=np.array([sum(given[box]) for box in ("land_tenure", "stakeholders", "political")])
    )
    other = [points * left for points, left in given["natural_other"]]
    natural = natural_risk(
        climate_points=np.array([points * left for points, left in given["natural_climate"]]),
        climate_fraction=given["amplifier"] - 1,
        adapts=0,
        spared=0.4,
        other_points=np.array([*other, given["sea_level"]]),
    )
    rating = overall_rating_percent(
        internal=internal, external=external, natural=natural, step_percent=1, least_percent=12
    )
    found = (internal, external, natural, rating)
    names = ("internal", "external", "natural", "rating_percent")
    assert found == pytest.approx([expected[name] for name in names], rel=1e-9)
    assert (internal > 35 or external > 20 or natural > 35 or rating > 60) == expected["fails"]
    assert rating / 100 * given["net_stock_change_t_co2e"] == pytest.approx(expected["buffer_t_co2e"])


@pytest.mark.parametrize("id", RELEASES)
def test_release(id: str) -> None:
    given = RELEASES[id]["inputs"]
    released = buffer_release_t_co2e(
        rating_before_percent=given["old_rating_percent"],
        rating_percent=given["new_rating_percent"],
        verified_before_t_co2e=given["verified_before_t"],
        verified_t_co2e=given["verified_now_t"],
        years_since_first=given["years_since_first_approval"],
        wait_years=5,
        share=0.15,
    )
    assert released == pytest.approx(RELEASES[id]["expected"]["released_b"], rel=1e-9)


@pytest.mark.parametrize("id", ONE_ESTIMATE)
def test_half_width_and_discount(id: str) -> None:
    given, expected = ONE_ESTIMATE[id]["inputs"], ONE_ESTIMATE[id]["expected"]
    percent = wide([given["estimate_t_co2e"]], [given["standard_error_t_co2e"]])
    assert percent == pytest.approx(100 * expected["half_width_fraction"], rel=1e-9)
    discount = discount_from_half_width_percent(half_width_percent=percent)
    assert discount == pytest.approx(100 * expected["discount_fraction"], rel=1e-9)
    left = given["estimate_t_co2e"] * (1 - discount / 100)
    assert left == pytest.approx(expected["discounted_t_co2e"], rel=1e-9)
    assert (percent > 100) == expected["beyond_bar"]
    assert (percent <= 10) == expected["may_ignore"]


@pytest.mark.parametrize("id", TEN_YEARS)
def test_ten_years(id: str) -> None:
    """The product takes the change from first to last campaign, in whose variance the correlation is."""
    given, expected = TEN_YEARS[id]["inputs"], TEN_YEARS[id]["expected"]
    estimates, errors = given["estimates_t_co2e"], given["standard_errors_t_co2e"]
    each = [wide([one], [error]) / 100 for one, error in zip(estimates, errors, strict=True)]
    assert each == pytest.approx(expected["each_fraction"], rel=1e-9)
    assert wide(estimates, errors, given["correlation"]) / 100 == pytest.approx(
        expected["all_fraction"], rel=1e-9
    )


def wide(estimates: list[float], errors: list[float], correlation: float = 0.0) -> float:
    """Give the half-width of a sum of estimates in per cent; the document prints four digits of its quantile."""
    variance = sum(error**2 for error in errors) + 2 * correlation * float(np.prod(errors)) * (
        len(errors) - 1
    )
    found = half_width_percent(
        mean_change=sum(estimates), variance_of_mean=variance, degrees_of_freedom=9.0, form="printed"
    )
    return float(found) * 1.6449 / NormalDist().inv_cdf(0.95)


def test_areas_with_their_own_rating() -> None:
    (case,) = cases("nonpermanence", "2.5.4").values()
    given, expected = case["inputs"], case["expected"]
    rating, change = np.array(given["rating_percent"]), np.array(given["net_stock_change_t_co2e"])
    assert rating.max() / 100 * change.sum() == pytest.approx(expected["highest_rating_for_all_t_co2e"]), (
        "the product takes the highest of all areas, which the standard lets it"
    )
    assert (rating / 100 * change).sum() < rating.max() / 100 * change.sum()
