"""What a project meets in its life, by hand arithmetic: land joins and leaves, campaigns cover a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from mollisol.bundle.render import render_bundle
from mollisol.bundle.write import bundle_files
from mollisol.engine import assess_project, run_project
from mollisol.methodology.findings import Severity
from mollisol.methodology.results.run import PeriodResult
from mollisol.output import write_folder
from tests.support.lives import Life, Part, write_life


def points(
    prefix: str, *stocks: tuple[float, ...], years: tuple[str, ...] = ("2021", "2026")
) -> dict[str, Mapping[str, float]]:
    return {
        f"{prefix}{number}": dict(zip(years, values, strict=True))
        for number, values in enumerate(stocks, start=1)
    }


A = Part(points("A", (150, 158), (162, 168), (171, 181), (158, 164)), 80.0, "alpha")
"""Changes 8, 6, 10, 6: mean 7.5, in five years."""
B = Part(points("B", (120, 124), (131, 134), (127, 132)), 40.0, "beta")
"""Changes 4, 3, 5: mean 4."""
CONTROL_A = Part(points("CA", (152, 153), (160, 163), (165, 164)), strata=["a"])
"""Changes 1, 3, -1: mean 1."""
CONTROL_B = Part(points("CB", (122, 122), (128, 127), (125, 126)), strata=["b"])
"""Changes 0, -1, 1: mean 0."""
TWO = Life({"a": A, "b": B}, {"ca": CONTROL_A, "cb": CONTROL_B}, [("1", 2021, 2026, ())])


def later(part: Part, years: dict[str, dict[str, float]]) -> Part:
    """Return a part with stocks of further campaigns by point; a point that is new begins there."""
    points_of = {name: dict(own) for name, own in part.points.items()}
    for name, own in years.items():
        points_of.setdefault(name, {}).update(own)
    return replace(part, points=points_of)


def results(folder: Path) -> dict[str, PeriodResult]:
    return {period.name: period for period in run_project(folder, route="analytic").results.periods}


def told(folder: Path, *severities: Severity) -> dict[str, str]:
    """Return findings of some severities by their code, beside what every small test project lacks."""
    asked = severities or (Severity.BLOCKING, Severity.REFUSAL)
    found = [item for item in assess_project(folder).findings if item.severity in asked]
    return {item.code: f"{item.where} {item.found}" for item in found if item.code not in LACKING}


LACKING = frozenset(
    {
        "boundary-no-reason", "clause-undeclared", "eligibility-not-declared", "geometry-missing",
        "laboratory-basis-undeclared", "plan-missing", "points-not-located", "production-undeclared",
        "rating-not-shown", "schedule-incomplete",
    }
)  # fmt: skip
"""What stops any project of these tests from issuing: they have soil, and nothing else."""


def test_all_units_in_one_period(tmp_path: Path) -> None:
    """7.5 - 1 on 80 ha and 4 - 0 on 40 ha: 520 + 160 t."""
    folder = write_life(tmp_path / "two", TWO)
    assert told(folder) == {}
    assert results(folder)["1"].gross_t_co2e == pytest.approx(680, rel=1e-9)


def joined(first: int = 2023) -> Life:
    """Return a project that B joins in 2023, with a field, a first campaign and a look-back of its own."""
    later = Part(points("B", (120, 124), (131, 134), (127, 132), years=(str(first), "2026")), 40.0, "beta")
    control = Part(points("CB", (122, 122), (128, 127), (125, 126), years=(str(first), "2026")), strata=["b"])
    return Life(
        {"a": A, "b": later},
        {"ca": CONTROL_A, "cb": control},
        [("1", 2021, 2026, ["alpha"]), ("2", first, 2026, ["beta"])],
        fields=[
            ["north", "farm-1", "first", "a", 80, "2021-10-01", "", ""],
            ["south", "farm-2", "second", "b", 40, f"{first}-10-01", "", ""],
        ],
        starts={"beta": first},
        instances=[["second", f"{first + 2}-03-01"]],
    )


def test_a_field_joins_with_a_start_and_a_campaign_of_its_own(tmp_path: Path) -> None:
    """160 t in three years on B, the same 520 t in five on A as if B had never joined."""
    folder = write_life(tmp_path / "joined", joined())
    assert told(folder) == {}
    periods = results(folder)
    assert periods["1"].gross_t_co2e == pytest.approx(520, rel=1e-9)
    assert periods["2"].gross_t_co2e == pytest.approx(160, rel=1e-9)
    assert [vintage.during.start.year for vintage in periods["2"].vintages] == [2023, 2024, 2025]
    alone = Life({"a": A}, {"ca": CONTROL_A}, [("1", 2021, 2026, ())])
    as_if = results(write_life(tmp_path / "alone", alone))["1"]
    assert periods["1"].verified_total_t_co2e == pytest.approx(as_if.verified_total_t_co2e, rel=1e-12)


def test_a_unit_that_starts_later_must_have_joined_later(tmp_path: Path) -> None:
    """Years of a unit that was there are not left away by giving it a period of its own."""
    life = joined()
    fields = [life.fields[0], ["south", "farm-2", "second", "b", 40, "2021-10-01", "", ""]]
    found = told(write_life(tmp_path / "joined", replace(life, fields=fields, starts={})))
    assert "begins 2023-10-01; beta begins 2021-10-01" in found["ledger-not-continuous"]


def leaves(after: float) -> Life:
    """Return a project whose unit B leaves after the first of two periods; the stocks of 2026 decide what it got."""
    own = {
        **points(
            "A",
            (150, 158, 161),
            (162, 168, 173),
            (171, 181, 184),
            (158, 164, 171),
            years=("2021", "2026", "2031"),
        )
    }
    controls = points("CA", (152, 153, 154), (160, 163, 164), (165, 164, 165), years=("2021", "2026", "2031"))
    gone = Part(points("B", (120, 124 + after), (131, 134 + after), (127, 132 + after)), 40.0, "beta")
    return Life(
        {"a": Part(own, 80.0, "alpha"), "b": gone},
        {"ca": Part(controls, strata=["a"]), "cb": CONTROL_B},
        [("1", 2021, 2026, ()), ("2", 2026, 2031, ["alpha"])],
        fields=[
            ["north", "farm-1", "", "a", 80, "2021-10-01", "", ""],
            ["south", "farm-2", "", "b", 40, "2021-10-01", "2026-12-01", "sold for building"],
        ],
    )


def test_land_leaves_and_its_history_stays_in_the_tables(tmp_path: Path) -> None:
    """A: 3, 5, 3, 7, mean 4.5 less 1 on 80 ha in the second period: 280 t, whatever B had."""
    folder = write_life(tmp_path / "leaves", leaves(0))
    assert told(folder) == {}
    periods = results(folder)
    assert periods["1"].gross_t_co2e == pytest.approx(680, rel=1e-9)
    assert periods["2"].area_ha == 80
    assert periods["2"].gross_t_co2e == pytest.approx(280, rel=1e-9)
    other = results(write_life(tmp_path / "other", leaves(-9)))
    assert other["1"].gross_t_co2e == pytest.approx(680 - 9 * 40, rel=1e-9)
    assert other["2"].deduction == periods["2"].deduction
    assert other["2"].verified_total_t_co2e == pytest.approx(periods["2"].verified_total_t_co2e, rel=1e-12)


def test_soil_of_land_that_left_does_not_move_what_stayed(tmp_path: Path) -> None:
    """B has a quarter more soil: it would be the reference of all, and what stays has none of it below 30 cm.

    The first period compares both: A's 6.5 is extrapolated to 3750 t/ha, 80 ha times 8.125, and B has 40 ha times
    5. The second one compares A alone, at its 3000 t/ha.
    """
    life = leaves(0)
    heavy = replace(life, strata={"a": life.strata["a"], "b": replace(life.strata["b"], density=1.25)})
    sites = {"ca": life.controls["ca"], "cb": replace(life.controls["cb"], density=1.25)}
    folder = write_life(tmp_path / "heavy", replace(heavy, controls=sites))
    periods, as_before = results(folder), results(write_life(tmp_path / "light", life))
    assert periods["1"].gross_t_co2e == pytest.approx(80 * 6.5 * 1.25 + 40 * 4 * 1.25, rel=1e-9)
    assert periods["2"].gross_t_co2e == pytest.approx(280, rel=1e-9)
    assert periods["2"].strata[0].reference_soil_mass_t_per_ha == pytest.approx(3000, rel=1e-12)
    for name in ("deduction", "verified_total_t_co2e"):
        assert getattr(periods["2"], name) == getattr(as_before["2"], name)
    beyond = [one for one in assess_project(folder).findings if one.code.startswith("esm-")]
    assert "reference 3750.0 t soil/ha" in beyond[0].found


@pytest.mark.slow
def test_reports_of_a_life_are_written(tmp_path: Path) -> None:
    """Every format of every kind of life: a period of a part of the land, land that left, points drawn anew."""
    lives = {"joined": joined(), "leaves": leaves(0), "anew": drawn_anew(158.0, 168.0, 181.0, 164.0, 172.0)}
    for name, life in lives.items():
        run = run_project(write_life(tmp_path / name, life), route="analytic")
        write_folder(tmp_path / f"{name}-run", bundle_files(run))
        files = render_bundle(tmp_path / f"{name}-run", ["html", "xlsx"])
        assert {path.rpartition(".")[2] for path in files} >= {"html", "xlsx"}


def test_a_unit_is_not_left_out_in_silence(tmp_path: Path) -> None:
    life = leaves(-9)
    found = told(write_life(tmp_path / "silent", replace(life, fields=())))
    assert list(found) == ["unit-left-out"]
    assert "unit beta last in period 1" in found["unit-left-out"]
    fields = [life.fields[0], [*life.fields[1][:7], ""]]
    assert list(told(write_life(tmp_path / "unsaid", replace(life, fields=fields)))) == [
        "field-left-without-reason"
    ]


def test_a_field_of_a_stratum_leaves_with_its_points(tmp_path: Path) -> None:
    """Of 80 ha 20 leave with A4 before the period ends: 8 on 60 ha less 1, and 160 t of B: 580 t."""
    field_of = {"A1": "n1", "A2": "n1", "A3": "n1", "A4": "n2", "B1": "s", "B2": "s", "B3": "s"}
    fields = [
        ["n1", "", "", "a", 60, "2021-10-01", "", ""],
        ["n2", "", "", "a", 20, "2021-10-01", "2025-01-01", "leased to somebody else"],
        ["s", "", "", "b", 40, "2021-10-01", "", ""],
    ]
    small = replace(A, area_ha=60.0)
    life = replace(TWO, strata={"a": small, "b": B}, fields=fields, field_of=field_of)
    folder = write_life(tmp_path / "field", life)
    assert told(folder) == {}
    period = results(folder)["1"]
    assert period.area_ha == 100
    assert period.gross_t_co2e == pytest.approx(580, rel=1e-9)
    # its last samples do not matter, nor that they are there
    points_without = {**A.points, "A4": {"2021": 158.0}}
    gone = replace(life, strata={"a": replace(small, points=points_without), "b": B})
    folder = write_life(tmp_path / "gone", gone)
    assert told(folder) == {}
    assert results(folder)["1"].verified_total_t_co2e == pytest.approx(
        period.verified_total_t_co2e, rel=1e-12
    )


@pytest.mark.parametrize("left_on", ["2021-10-02", "2023-01-01", "2026-09-30"])
def test_a_period_of_which_all_land_left_is_refused(left_on: str, tmp_path: Path) -> None:
    fields = [
        ["n", "", "", "a", 80, "2021-10-01", left_on, "sold"], ["s", "", "", "b", 40, "2021-10-01", left_on, "sold"],
    ]  # fmt: skip
    found = told(write_life(tmp_path / "gone", replace(TWO, fields=fields)), Severity.BLOCKING)
    assert "no field is there from 2021-10-01 to 2026-09-30" in found["period-without-land"]


def test_areas_of_fields_are_those_of_their_stratum(tmp_path: Path) -> None:
    fields = [["n1", "", "", "a", 60, "2021-10-01", "", ""], ["s", "", "", "b", 40, "2021-10-01", "", ""]]
    found = told(write_life(tmp_path / "less", replace(TWO, fields=fields)))
    assert "stratum a: 80 ha, its fields 60 ha on 2026-09-30" in found["field-areas-differ"]
    found = told(write_life(tmp_path / "none", replace(TWO, fields=fields[:1])))
    assert "stratum b" in found["stratum-without-fields"]


def test_a_campaign_that_covers_part_of_the_units(tmp_path: Path) -> None:
    """A alone was measured in 2024, and goes on from there; B is measured at both ends: 160 t."""
    own = points(
        "A",
        (150, 154, 158),
        (162, 165, 168),
        (171, 177, 181),
        (158, 162, 164),
        years=("2021", "2024", "2026"),
    )
    control = points("CA", (152, 152, 153), (160, 162, 163), (165, 165, 164), years=("2021", "2024", "2026"))
    life = Life(
        {"a": Part(own, 80.0, "alpha"), "b": B},
        {"ca": Part(control, strata=["a"]), "cb": CONTROL_B},
        [("1", 2021, 2024, ["alpha"]), ("2", 2024, 2026, ["alpha"]), ("3", 2021, 2026, ["beta"])],
    )
    folder = write_life(tmp_path / "part", life)
    assert told(folder) == {}
    gross = {name: period.gross_t_co2e for name, period in results(folder).items()}
    # 4, 3, 6, 4 less 0, 2, 0; then 4, 3, 4, 2 less 1, 1, -1
    first, second = 80 * (17 / 4 - 2 / 3), 80 * (13 / 4 - 1 / 3)
    assert gross == {
        name: pytest.approx(value, rel=1e-9) for name, value in zip("123", (first, second, 160), strict=True)
    }
    assert first + second == pytest.approx(520)


YEARS = ("2021", "2024", "2027", "2029")
FOUR = Life(
    {
        "a": Part(
            points("A", (150, 153, 158, 160), (162, 164, 168, 167), (171, 176, 181, 185), years=YEARS),
            80.0,
            "alpha",
        ),
        "b": Part(
            points("B", (120, 121, 124, 127), (131, 133, 134, 135), (127, 128, 132, 131), years=YEARS),
            40.0,
            "beta",
        ),
    },
    {
        "ca": Part(
            points("CA", (152, 152, 153, 153), (160, 162, 163, 165), (165, 165, 164, 164), years=YEARS),
            strata=["a"],
        ),
        "cb": Part(
            points("CB", (122, 122, 122, 124), (128, 127, 127, 127), (125, 126, 126, 125), years=YEARS),
            strata=["b"],
        ),
    },
    [("1", 2021, 2024, ()), ("2", 2024, 2027, ()), ("3", 2027, 2029, ())],
)
"""Means by campaign: A 161, 493/3, 169, 512/3; B 126, 382/3, 130, 131; their controls 159, 479/3, 160, 482/3 and 125,
125, 125, 376/3.
"""


def test_a_fourth_campaign(tmp_path: Path) -> None:
    """Each period takes the difference of its own two campaigns; what all three give is that of first and last."""
    folder = write_life(tmp_path / "four", FOUR)
    assert told(folder) == {}
    periods = results(folder)
    a = [161, 493 / 3, 169, 512 / 3]
    b = [126, 382 / 3, 130, 131]
    controls = [159, 479 / 3, 160, 482 / 3], [125, 125, 125, 376 / 3]
    for number, name in enumerate("123"):
        change = [c[number + 1] - c[number] for c in (a, b, *controls)]
        assert periods[name].gross_t_co2e == pytest.approx(
            80 * (change[0] - change[2]) + 40 * (change[1] - change[3]), rel=1e-9
        )
    whole = 80 * (a[3] - a[0] - (controls[0][3] - controls[0][0]))
    whole += 40 * (b[3] - b[0] - (controls[1][3] - controls[1][0]))
    assert sum(period.gross_t_co2e for period in periods.values()) == pytest.approx(whole, rel=1e-9)
    # the switch looks at the running sum of all years before
    last = [periods[name].vintages[-1].cumulative_project_change_t_co2e for name in "123"]
    own = [sum(v.project_change_t_co2e for v in periods[name].vintages) for name in "123"]
    assert last == pytest.approx([own[0], own[0] + own[1], sum(own)], rel=1e-12)


def test_one_monitoring_period_of_several_verifications(tmp_path: Path) -> None:
    """A monitoring period may hold several verification periods; one that none holds is refused."""
    folder = write_life(tmp_path / "one", replace(FOUR, monitoring=[("m", 2021, 2029)]))
    assert told(folder) == {}
    same = results(write_life(tmp_path / "same", FOUR))
    for name, period in results(folder).items():
        assert period.verified_total_t_co2e == same[name].verified_total_t_co2e
    found = told(
        write_life(tmp_path / "gap", replace(FOUR, monitoring=[("m", 2021, 2025), ("n", 2025, 2029)]))
    )
    assert "verification period 2" in found["monitoring-gap"]


def test_units_that_were_apart_go_on_as_one(tmp_path: Path) -> None:
    """Changes 1, 3, 1, 3 and 2, 3, 4, none at the controls; the switch looks at the sum of both before."""
    life = joined()

    def moved(part: Part, *changes: float) -> Part:
        own = zip(part.points.items(), changes, strict=True)
        return later(part, {name: {"2031": stocks["2026"] + change} for (name, stocks), change in own})

    strata = {"a": moved(A, 1, 3, 1, 3), "b": moved(life.strata["b"], 2, 3, 4)}
    controls = {"ca": moved(CONTROL_A, 0, 1, -1), "cb": moved(life.controls["cb"], 1, 0, -1)}
    folder = write_life(
        tmp_path / "one",
        replace(life, strata=strata, controls=controls, periods=[*life.periods, ("3", 2026, 2031, ())]),
    )
    assert told(folder) == {}
    periods = results(folder)
    assert periods["3"].gross_t_co2e == pytest.approx(80 * 2 + 40 * 3, rel=1e-9)
    before = sum(periods[name].vintages[-1].cumulative_project_change_t_co2e for name in "12")
    first = periods["3"].vintages[0]
    assert first.cumulative_project_change_t_co2e == pytest.approx(
        before + first.project_change_t_co2e, rel=1e-12
    )


def test_one_of_two_units_takes_its_share_of_what_both_carried(tmp_path: Path) -> None:
    """80 of 120 ha go on: two thirds of the sum that the first period handed on."""
    periods = results(write_life(tmp_path / "leaves", leaves(0)))
    handed = periods["1"].vintages[-1].cumulative_project_change_t_co2e
    first = periods["2"].vintages[0]
    assert first.cumulative_project_change_t_co2e == pytest.approx(
        handed * 2 / 3 + first.project_change_t_co2e, rel=1e-12
    )


def test_periods_do_not_count_land_twice(tmp_path: Path) -> None:
    life = replace(TWO, periods=[("1", 2021, 2026, ()), ("2", 2021, 2026, ["beta"])])
    found = told(write_life(tmp_path / "twice", life))
    assert "periods-not-chained" in found
    assert (
        "beta"
        in told(write_life(tmp_path / "nobody", replace(TWO, periods=[("1", 2021, 2026, ["betta"])])))[
            "unknown-reference"
        ]
    )


NEW_LAND = """new_land = { biomass_t_c_per_ha = 60.0, reference_soil_t_c_per_ha = 80.0, land_use_factor = 0.7, \
management_factor = 1.0, input_factor = 1.0, source = "constructed for a test" }"""
COMMODITIES = """commodity,kind,unit,yield_per_ha,growth_fraction_per_year,produced_in_country,\
national_production_rises,subsistence,evidence
wheat,agricultural,t,7.5,0,yes,yes,no,"constructed"
"""


def test_displaced_production_of_periods_at_one_time_counts_once(tmp_path: Path) -> None:
    """What the whole project no longer makes is shared by area: 80 of 120 ha take two thirds of it, 40 ha a third."""

    def displaced(name: str, life: Life) -> dict[str, float]:
        folder = write_life(tmp_path / name, replace(life, head=[NEW_LAND]))
        rows = [f"wheat,{year},{500 if year < 2021 else 450}" for year in range(2018, 2026)]
        (folder / "commodities.csv").write_text(COMMODITIES, encoding="utf-8")
        (folder / "production.csv").write_text(
            "\n".join(["commodity,year,produced", *rows]) + "\n", encoding="utf-8"
        )
        return {
            name: one.leakage.displaced_production_t_co2e
            for name, one in results(folder).items()
            if one.leakage
        }

    (whole,) = displaced("whole", TWO).values()
    assert whole > 1
    apart = [("1", 2021, 2026, ["alpha"]), ("2", 2021, 2026, ["beta"])]
    assert displaced("apart", replace(TWO, periods=apart)) == {
        "1": pytest.approx(whole * 2 / 3, rel=1e-12), "2": pytest.approx(whole / 3, rel=1e-12),
    }  # fmt: skip


def test_a_unit_in_no_period_is_told(tmp_path: Path) -> None:
    found = told(write_life(tmp_path / "apart", replace(TWO, periods=[("1", 2021, 2026, ["alpha"])])))
    assert "unit beta in no verification period" in found["unit-left-out"]


def test_a_point_lies_in_the_stratum_of_its_field(tmp_path: Path) -> None:
    fields = [["n", "", "", "a", 80, "2021-10-01", "", ""], ["s", "", "", "b", 40, "2021-10-01", "", ""]]
    folder = write_life(tmp_path / "moved", replace(TWO, fields=fields, field_of={"A1": "s"}))
    assert "point A1 of stratum a, field s of b" in told(folder)["field-of-another-stratum"]


def test_what_was_verified_on_land_that_left_is_told(tmp_path: Path) -> None:
    """A third of what period 1 verified on 120 ha was verified on the 40 ha that left."""
    life = leaves(0)
    folder = write_life(tmp_path / "told", life)
    assert "nothing in the ledger was verified on them" in told(folder, Severity.NOTE)["field-left"]
    closed = write_life(tmp_path / "closed", replace(life, periods=life.periods[1:]))
    (closed / "ledger.toml").write_text(LEDGER, encoding="utf-8")
    found = told(closed)["lost-land-reversal"]
    assert "by area 100.0 t CO2e of periods 1 were verified on them" in found
    assert found.endswith("the buffer has 50.0 t of all closed periods, and the rest is a reversal")
    # the sum is handed on by area too
    first = results(closed)["2"].vintages[0]
    assert first.cumulative_project_change_t_co2e == pytest.approx(
        240 + first.project_change_t_co2e, rel=1e-12
    )


LEDGER = f"""[[entry]]
period = "1"
during = {{ start = 2021-10-01, end = 2026-09-30 }}
rules = "vm0042-2.2+2026-06-11"
cumulative_project_change_t_co2e = 360.0
cumulative_displaced_leakage_t_co2e = 0.0
verified_total_t_co2e = 300.0
issued_reduction_units_t = 0
issued_removal_units_t = 300
buffer_t_co2e = 50.0
bundle_manifest_sha256 = "{"0" * 64}"
signed_off_by = "a verifier"
signed_off_on = 2027-01-01
"""


def test_a_sample_fails_and_a_point_is_replaced(tmp_path: Path) -> None:
    """A4 failed in the laboratory in 2026, A3 was lost then and A5 took its place: each counts where it has a pair.

    A in the first period: 8, 6 at A1 and A2, mean 7; in the second: 2, 4 at them and 3 at A5, mean 3.
    """
    a = Part(points("A", (150, 158), (162, 168)), 80.0, "alpha")
    a = later(
        a,
        {
            "A1": {"2031": 160},
            "A2": {"2031": 172},
            "A3": {"2021": 171},
            "A4": {"2021": 158, "2031": 169},
            "A5": {"2026": 170, "2031": 173},
        },
    )
    controls = {
        "ca": later(CONTROL_A, {name: {"2031": own["2026"]} for name, own in CONTROL_A.points.items()}),
        "cb": later(CONTROL_B, {name: {"2031": own["2026"]} for name, own in CONTROL_B.points.items()}),
    }
    b = later(B, {name: {"2031": own["2026"]} for name, own in B.points.items()})
    life = Life(
        {"a": a, "b": b},
        controls,
        [("1", 2021, 2026, ()), ("2", 2026, 2031, ())],
        statuses=[
            ["A4", "missed", "2026", "the sample failed in the laboratory"],
            ["A3", "lost", "2026", "a road was built"],
            ["A5", "joined", "2026", "the spare of A3"],
        ],
    )
    folder = write_life(tmp_path / "failed", life)
    assert set(told(folder)) == {"points-lost-many"}, "half of four points: told, and computed"
    periods = results(folder)
    assert periods["1"].gross_t_co2e == pytest.approx(80 * (7 - 1) + 160, rel=1e-9)
    assert periods["2"].gross_t_co2e == pytest.approx(80 * 3, rel=1e-9)


def drawn_anew(*stocks: float) -> Life:
    """Return the project with other points in stratum a in 2026."""
    old = {name: {"2021": own["2021"]} for name, own in A.points.items()}
    new = {f"N{number}": {"2026": stock} for number, stock in enumerate(stocks, start=1)}
    return replace(TWO, strata={"a": replace(A, points=old | new), "b": B}, anew={"2026": ["a"]})


def test_points_drawn_anew_are_two_samples(tmp_path: Path) -> None:
    """The change is the difference of the means, its error that of Welch's test, which SciPy computes."""
    end = (158.0, 168.0, 181.0, 164.0, 172.0)
    folder = write_life(tmp_path / "anew", drawn_anew(*end))
    assert told(folder) == {}
    period = {item.name: item for item in run_project(folder).results.periods}["1"]
    start = [own["2021"] for own in A.points.values()]
    welch = stats.ttest_ind(end, start, equal_var=False)
    change = np.mean(end) - np.mean(start)
    assert period.gross_t_co2e == pytest.approx(80 * (change - 1) + 160, rel=1e-9)
    (stratum,) = [item for item in period.strata if item.stratum == "a"]
    own = (change / welch.statistic) ** 2
    assert stratum.project_variance_t2 == pytest.approx(80**2 * own, rel=1e-9)
    assert stratum.project_degrees_of_freedom == pytest.approx(welch.df, rel=1e-9)
    # B: changes 4, 3, 5; controls 1, 3, -1 and 0, -1, 1: variances 1, 4 and 1 of three each
    terms = np.array([80**2 * own, 40**2 / 3, 80**2 * 4 / 3, 40**2 / 3])
    assert period.deduction.standard_error_t_co2e_per_ha == pytest.approx(
        np.sqrt(terms.sum()) / 120, rel=1e-9
    )
    freedom = terms.sum() ** 2 / (terms**2 / np.array([welch.df, 2, 2, 2])).sum()
    assert period.deduction.degrees_of_freedom == pytest.approx(freedom, rel=1e-9)
    assert period.credited_form == "sharp"
    # pairs of the same stocks know more: their covariance is taken off
    paired = results(write_life(tmp_path / "paired", TWO))["1"]
    assert paired.deduction.standard_error_t_co2e_per_ha < period.deduction.standard_error_t_co2e_per_ha


def test_points_of_a_lone_control_site_drawn_anew(tmp_path: Path) -> None:
    """Its change is the difference of its means, its error that of Welch's test, which SciPy computes."""
    end = (155.0, 161.0, 159.0, 166.0)
    old = {name: {"2021": own["2021"]} for name, own in CONTROL_A.points.items()}
    new = {f"N{number}": {"2026": stock} for number, stock in enumerate(end, start=1)}
    life = replace(TWO, controls={"ca": replace(CONTROL_A, points=old | new), "cb": CONTROL_B})
    folder = write_life(tmp_path / "site", replace(life, anew={"2026": ["ca"]}))
    assert told(folder) == {}
    period = run_project(folder).results.periods[0]
    start = [own["2021"] for own in CONTROL_A.points.values()]
    welch = stats.ttest_ind(end, start, equal_var=False)
    change = np.mean(end) - np.mean(start)
    assert period.gross_t_co2e == pytest.approx(80 * (7.5 - change) + 160, rel=1e-9)
    # A: changes 8, 6, 10, 6 of variance 11 / 3; B: 4, 3, 5; its controls 0, -1, 1
    terms = np.array([80**2 * 11 / 3 / 4, 40**2 / 3, 80**2 * (change / welch.statistic) ** 2, 40**2 / 3])
    freedom = terms.sum() ** 2 / (terms**2 / np.array([3, 2, welch.df, 2])).sum()
    error = np.sqrt(terms.sum()) / 120
    assert period.deduction.standard_error_t_co2e_per_ha == pytest.approx(error, rel=1e-9)
    assert period.deduction.degrees_of_freedom == pytest.approx(freedom, rel=1e-9)
    assert period.sharp is not None
    assert period.sharp.standard_error_t_co2e_per_ha == pytest.approx(error, rel=1e-9)
    assert period.sharp.degrees_of_freedom == pytest.approx(freedom, rel=1e-9)
    assert period.credited_form == "sharp"
    assert period.posterior is not None
    assert period.posterior.mean_t_co2e_per_ha == pytest.approx(period.deduction.mean_t_co2e_per_ha, abs=1e-6)


def test_one_of_three_control_sites_drawn_anew(tmp_path: Path) -> None:
    """Sites are the replicates: the mean and the spread of 1, 2 and the difference of the means of the third.

    Two of its points stay, two are gone and two are new: its change is that of dense least squares in numpy.
    """
    third = {
        "X1": {"2021": 150.0, "2026": 152.0},
        "X2": {"2021": 160.0, "2026": 159.0},
        "X3": {"2021": 155.0},
        "X4": {"2021": 149.0},
        "X5": {"2026": 158.0},
        "X6": {"2026": 154.0},
    }
    second = Part(points("CC", (140, 142), (150, 151), (147, 150)), strata=["a"])  # changes 2, 1, 3
    sites = {"ca": CONTROL_A, "cc": second, "cx": Part(third, strata=["a"])}
    life = Life({"a": A}, sites, [("1", 2021, 2026, ())], anew={"2026": ["cx"]})
    folder = write_life(tmp_path / "three", life)
    assert told(folder) == {}
    period = run_project(folder).results.periods[0]
    change = least_squares_change(third)[0]
    of_sites = np.array([1.0, 2.0, change])
    assert period.gross_t_co2e == pytest.approx(80 * (7.5 - of_sites.mean()), rel=1e-9)
    terms = np.array([11 / 3 / 4, of_sites.var(ddof=1) / 3])
    assert period.deduction.standard_error_t_co2e_per_ha == pytest.approx(np.sqrt(terms.sum()), rel=1e-9)
    freedom = terms.sum() ** 2 / (terms**2 / np.array([3, 2])).sum()
    assert period.deduction.degrees_of_freedom == pytest.approx(freedom, rel=1e-9)
    # deduction A of the sharp form: the spread of points inside of each site
    inside = np.array([4 / 3, 1 / 3, least_squares_change(third)[1]]) / 9
    assert period.sharp is not None
    assert period.sharp.standard_error_t_co2e_per_ha == pytest.approx(
        np.sqrt(11 / 3 / 4 + inside.sum()), rel=1e-9
    )
    assert period.sharp.variance_between_sites_t_co2e_per_ha_2 == pytest.approx(
        of_sites.var(ddof=1), rel=1e-9
    )


def least_squares_change(own: Mapping[str, Mapping[str, float]]) -> tuple[float, float]:
    """Return the change from 2021 to 2026 by dense least squares with a correlation of 0.7, and its variance.

    The variance is of what each unit adds, panel by panel.
    """
    rows = [
        (n, t, stocks[year])
        for n, stocks in enumerate(own.values())
        for t, year in enumerate(("2021", "2026"))
        if year in stocks
    ]
    unit, campaign, stock = (np.array(column) for column in zip(*rows, strict=True))
    covariance = np.where(np.equal.outer(unit, unit), 0.7, 0.0)
    np.fill_diagonal(covariance, 1.0)
    design = np.eye(2)[campaign]
    weighted = np.linalg.solve(covariance, design)
    weight = np.linalg.solve(design.T @ weighted, weighted.T)
    weight = weight[1] - weight[0]
    added = np.bincount(unit, weight * stock)
    panels = [
        [n for n, stocks in enumerate(own.values()) if set(stocks) == years]
        for years in ({"2021", "2026"}, {"2021"}, {"2026"})
    ]
    variance = sum(len(panel) * added[panel].var(ddof=1) for panel in panels if len(panel) > 1)
    return float(weight @ stock), float(variance)


def test_a_control_site_drawn_anew_needs_two_points(tmp_path: Path) -> None:
    old = {name: {"2021": own["2021"]} for name, own in CONTROL_A.points.items()}
    life = replace(
        TWO, controls={"ca": replace(CONTROL_A, points=old | {"N": {"2026": 1.0}}), "cb": CONTROL_B}
    )
    found = told(write_life(tmp_path / "one", replace(life, anew={"2026": ["ca"]})))
    assert "ca was drawn anew, and campaign 2026 has 1 units of it" in found["stratum-unpaired"]
    found = told(write_life(tmp_path / "nowhere", replace(life, anew={"2026": ["cz"]})))
    assert "cz" in found["unknown-reference"]


def test_one_point_of_a_new_draw_shows_no_spread(tmp_path: Path) -> None:
    found = told(write_life(tmp_path / "one", drawn_anew(165.0)))
    assert "campaign 2026 has 1 units of it" in found["stratum-unpaired"]


def test_points_drawn_anew_are_refused_in_words(tmp_path: Path) -> None:
    """Without a pair there is no change of a point, and samples of two draws are not computed as pairs."""
    old = {name: {"2021": own["2021"]} for name, own in A.points.items()}
    new = {f"N{number}": {"2026": own["2026"]} for number, own in enumerate(A.points.values(), start=1)}
    statuses = [[name, "left", "2026", "drawn anew"] for name in old]
    statuses += [[name, "joined", "2026", "drawn anew"] for name in new]
    life = replace(TWO, strata={"a": replace(A, points=old | new), "b": B}, statuses=statuses)
    found = told(write_life(tmp_path / "anew", life))
    assert "no point of stratum a was measured at both 2021 and 2026" in found["stratum-unpaired"]


def test_points_that_stay_beside_new_ones_enter_with_their_covariance(tmp_path: Path) -> None:
    """Two points of stratum a stay, two are gone and two are new: dense least squares in numpy.

    Units of their own have a correlation of 0.7 between two campaigns in the weights; the variance is of what each unit
    adds, panel by panel.
    """
    names = list(A.points)
    kept = names[:2]
    old = {
        name: {"2021": own["2021"]} | ({"2026": own["2026"]} if name in kept else {})
        for name, own in A.points.items()
    }
    new = {"N1": {"2026": 171.0}, "N2": {"2026": 160.0}}
    life = replace(TWO, strata={"a": replace(A, points=old | new), "b": B}, anew={"2026": ["a"]})
    folder = write_life(tmp_path / "part", life)
    assert told(folder) == {}
    period = {item.name: item for item in run_project(folder).results.periods}["1"]
    change, variance = least_squares_change(old | new)
    assert period.gross_t_co2e == pytest.approx(80 * (change - 1) + 160, rel=1e-9)
    (stratum,) = [item for item in period.strata if item.stratum == "a"]
    assert stratum.project_variance_t2 == pytest.approx(80**2 * variance, rel=1e-9)
    # the posterior has the stratum by its change, its variance and its degrees of freedom, beside the sharp form
    assert period.posterior is not None
    assert period.credited_form == "sharp"
    assert period.posterior.mean_t_co2e_per_ha == pytest.approx(period.deduction.mean_t_co2e_per_ha, abs=1e-6)
