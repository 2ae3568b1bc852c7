"""The report of a small project made by hand: one period issued, one refused, one a loss."""

from __future__ import annotations

import itertools
import json
import math
import re
from datetime import date
from functools import cache
from html.parser import HTMLParser
from typing import Any, Literal

import pytest

from mollisol.methodology.base import Interval
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.project import ProjectHead
from mollisol.methodology.results.deductions import (
    Deduction,
    PosteriorComponent,
    PosteriorDeduction,
    RouteCheck,
    RouteSummary,
)
from mollisol.methodology.results.run import (
    PeriodResult,
    RunResult,
    StockMean,
    StratumChange,
    VarianceComponent,
    Vintage,
)
from mollisol.methodology.rules_in_force.rule import ChosenValue, Form
from mollisol.methodology.rules_in_force.rule_set import load_rule_set
from mollisol.templates.figures import make_figures
from mollisol.templates.monitoring_report.chapters import CHAPTERS
from mollisol.templates.monitoring_report.report import ReportModel, report_model
from mollisol.templates.render import render_html

INJECTED = "<script>alert('x')</script>"
AREAS = {"North": 80.0, "South": 40.0, "Valley $x_1$": 30.0}
UNITS = {"North": 6, "South": 5, "Valley $x_1$": 4}
CONTROLS = {"North": ("C1", "C2"), "South": ("C1", "C2"), "Valley $x_1$": ("C3",)}
# Variance of the mean change of each stratum 0.5, 0.8, 1.0; of the control groups 0.4 (two sites for North and
# South) and 0.6 (one site, four points, for Valley), all in (t CO2e/ha)^2. Weighted with areas over 150 ha:
#   North 80^2 x 0.5 = 3200, South 40^2 x 0.8 = 1280, Valley 30^2 x 1.0 = 900,
#   C1+C2 (80 + 40)^2 x 0.4 = 5760, C3 30^2 x 0.6 = 540; sum 11680, over 150^2 = 0.519111; SE 0.720494.
TERMS = (3200.0, 1280.0, 900.0, 5760.0, 540.0)
FREEDOMS = (5.0, 4.0, 3.0, 1.0, 3.0)
VARIANCE = sum(TERMS) / 150**2
# Satterthwaite: 11680^2 / (3200^2/5 + 1280^2/4 + 900^2/3 + 5760^2/1 + 540^2/3) = 3.78926; t(2/3) 0.466102,
# t(0.95) 2.166373.
T, T90 = 0.466102, 2.166373
# Printed: C1+C2 as if each stratum had its own, 80^2 x 0.4 + 40^2 x 0.4 = 3200 instead of 5760: sum 9120, SE 0.636658,
# 3200 in place of 5760 also in the degrees of freedom: 6.36630; t(0.667) 0.452385; the bar by the normal 1.644854.
SE_PRINTED, DF_PRINTED, T_PRINTED, Z90 = 0.636658, 6.366297, 0.452385, 1.644854


def _deduction(mean: float, form: Form) -> Deduction:
    printed = form == "printed"
    error = SE_PRINTED if printed else math.sqrt(VARIANCE)
    t = T_PRINTED if printed else T
    half_width = 100 * (Z90 if printed else T90) * error / abs(mean)
    return Deduction(
        route="analytic",
        form=form,
        mean_t_co2e_per_ha=mean,
        standard_error_t_co2e_per_ha=error,
        degrees_of_freedom=DF_PRINTED
        if printed
        else sum(TERMS) ** 2 / sum(v * v / f for v, f in zip(TERMS, FREEDOMS, strict=True)),
        confidence=0.667 if printed else 2 / 3,
        t_quantile=t,
        uncertainty_percent=100 * t * error / abs(mean),
        credited_t_co2e_per_ha=mean - t * error,
        half_width_percent=half_width,
        widest_half_width_percent=100.0,
        eligible=half_width <= 100,
    )


def _period(
    number: int, project: tuple[float, ...], baseline: tuple[float, ...], before: float
) -> tuple[PeriodResult, float]:
    areas = tuple(AREAS.values())
    wp = sum(a * x for a, x in zip(areas, project, strict=True))
    bsl = sum(a * x for a, x in zip(areas, baseline, strict=True))
    own = _deduction((wp - bsl) / 150, "corrected")
    # Eqs. 44, 45: both scenarios times 1 - UNC where the project does better, 1 + UNC where it does worse.
    factor = 1 - math.copysign(own.uncertainty_percent / 100, wp - bsl)
    start = 1975 + 5 * (number - 1)
    vintages = []
    for year in range(5):
        w, b = wp * factor / 5, bsl * factor / 5
        before += w
        switch = 1.0 if before > 0 else 0.0
        falls, rises = min(0.0, w) - min(0.0, b), max(0.0, w) - max(0.0, b)
        er, cr = falls + (1 - switch) * rises, switch * rises  # Eqs. 37, 40 without other sources
        vintages.append(
            Vintage(
                number=5 * (number - 1) + year + 1,
                during=Interval(start=date(start + year, 1, 1), end=date(start + year, 12, 31)),
                project_change_t_co2e=w,
                baseline_change_t_co2e=b,
                cumulative_project_change_t_co2e=before,
                removals_switch=switch,
                source_terms_t_co2e=0.0,
                reductions_t_co2e=er,
                removals_t_co2e=cr,
                leakage_t_co2e=0.0,
                net_reductions_t_co2e=er,
                net_removals_t_co2e=cr,
                buffer_on_reductions_t_co2e=0.15 * er,
                buffer_on_removals_t_co2e=0.15 * cr,
                verified_reductions_t_co2e=0.85 * er,
                verified_removals_t_co2e=0.85 * cr,
                verified_total_t_co2e=0.85 * (er + cr),
            )
        )
    gross = wp - bsl
    verified = 0.85 * gross * factor
    units = max(0, math.floor(verified)) if own.eligible else 0
    issuance: Literal["issued", "refused", "nothing to issue"] = (
        "refused" if not own.eligible else "issued" if units else "nothing to issue"
    )
    labels = [f"project {name}" for name in AREAS] + ["control C1, C2", "control C3"]
    replicates = (*((n, "sampling unit") for n in UNITS.values()), (2, "site"), (4, "point"))
    period = PeriodResult(
        name=str(number),
        during=Interval(start=date(start, 1, 1), end=date(start + 4, 12, 31)),
        years=5,
        first_campaign=f"{start}",
        last_campaign=f"{start + 5}",
        area_ha=150.0,
        project_change_t_co2e=wp,
        baseline_change_t_co2e=bsl,
        biochar_carbon_t=0.0,
        gross_t_co2e=gross,
        deducted_t_co2e=gross - gross * factor,
        after_deduction_t_co2e=gross * factor,
        leakage_t_co2e=0.0,
        buffer_t_co2e=0.15 * gross * factor,
        verified_total_t_co2e=verified,
        units_to_issue_t=units,
        issuance=issuance,
        deduction=own,
        deduction_printed=_deduction((wp - bsl) / 150, "printed"),
        issuing_uncertainty_percent=own.uncertainty_percent,
        strata=tuple(
            StratumChange(
                stratum=name,
                quantification_unit="Home farm",
                area_ha=AREAS[name],
                sampling_units=UNITS[name],
                control_sites=CONTROLS[name],
                reference_soil_mass_t_per_ha=3310.5,
                project_change_t_co2e_per_ha=p,
                baseline_change_t_co2e_per_ha=b,
                difference_t_co2e_per_ha=p - b,
                project_variance_t2=v,
                project_degrees_of_freedom=f,
            )
            for name, p, b, v, f in zip(AREAS, project, baseline, TERMS[:3], FREEDOMS, strict=False)
        ),
        variance=tuple(
            VarianceComponent(
                label=label,
                kind="project stratum" if place < 3 else "control group",
                replicates=replicates[place][0],
                replicate=replicates[place][1],
                variance_t_co2e_per_ha_2=TERMS[place] / 150**2,
                degrees_of_freedom=FREEDOMS[place],
                share=TERMS[place] / sum(TERMS),
                deduction_t_co2e_per_ha=0.5 * TERMS[place] / sum(TERMS),
                one_more_t_co2e_per_ha=0.03125,
            )
            for place, label in enumerate(labels)
        ),
        vintages=tuple(vintages),
    )
    return period, before


def _stocks() -> tuple[StockMean, ...]:
    """Project stocks that rise, control stocks that fall; t(0.95, 5) = 2.015; Valley's control has one unit."""
    rows = []
    for place, name in enumerate(AREAS):
        for scenario in ("project", "baseline"):
            for step, campaign in enumerate(("1975", "1980", "1985", "1990")):
                mean = 41.0 + 3 * place + (0.9 if scenario == "project" else -0.25) * step
                alone = scenario == "baseline" and place == 2
                rows.append(
                    StockMean(
                        stratum=name,
                        scenario="project" if scenario == "project" else "baseline",
                        campaign=campaign,
                        sampling_units=1 if alone else 6,
                        mean_t_c_per_ha=mean,
                        standard_error_t_c_per_ha=None if alone else 0.8,
                        low_t_c_per_ha=None if alone else mean - 2.015 * 0.8,
                        high_t_c_per_ha=None if alone else mean + 2.015 * 0.8,
                    )
                )
    return tuple(rows)


def _results() -> RunResult:
    periods = []
    cumulative = 0.0
    # Per period: change of the strata, project and baseline, in t CO2e/ha. Gross, by areas 80, 40, 30:
    #   1: 400 + 120 + 30 - (-80 - 40 - 15) = 685; 2: 120 + 36 + 6 - (16 + 8 + 9) = 129; 3: -245 - 72 = -317.
    for number, (project, baseline) in enumerate(
        (
            ((5.0, 3.0, 1.0), (-1.0, -1.0, -0.5)),
            ((1.5, 0.9, 0.2), (0.2, 0.2, 0.3)),
            ((-2.0, -1.0, -1.5), (0.5, 0.5, 0.4)),
        ),
        start=1,
    ):
        period, cumulative = _period(number, project, baseline, cumulative)
        periods.append(period)
    return RunResult(
        project=f"Three fields {INJECTED}",
        description="A made-up farm that turned three arable fields into ley, with three neighbours as control sites.",
        proponent='Farm & "Sons"',
        country="GB",
        kind="constructed",
        start_date=date(1975, 1, 1),
        attribution=(f"Made by hand for the tests {INJECTED}",),
        rule_set="vm0042-2.2+2026-06-11",
        rule_set_hash="ab" * 32,
        reporting_depth_cm=30.0,
        equivalent_soil_mass_interpolation="natural_cubic_spline",
        seed=1,
        periods=tuple(periods),
        stocks=_stocks(),
    )


def _head() -> ProjectHead:
    text = {
        "programme": "vm0042",
        "name": "Three fields",
        "proponent": "Farm",
        "country": "GB",
        "rules": "vm0042-2.2+2026-06-11",
        "registered_on": date(2026, 11, 21),
        "start_date": date(1975, 1, 1),
        "kind": "constructed",
        "reporting_depth_cm": 30.0,
        "non_permanence_rating_percent": 15.0,
        "design": {
            "kind": "stratified_random",
            "description": "Six squares a stratum, drawn anew each time.",
        },
        "boundary": {
            "entries": [
                {"id": "soil_organic_carbon", "included": True, "reason": ""},
                {"id": "fossil_fuel_co2", "included": False, "reason": "fewer passes than in the baseline"},
            ]
        },
        "practice_changes": [],
        "campaigns": [],
        "laboratory_methods": [],
        "monitoring_periods": [
            {"name": "1", "during": {"start": date(1975, 1, 1), "end": date(1989, 12, 31)}}
        ],
        "verification_periods": [],
        "deviations": [
            {
                "id": "D1",
                "code": "period-length",
                "reason": "the neighbours let us in once in five years only",
            }
        ],
    }
    return ProjectHead.model_validate(text)


def _findings() -> list[Finding]:
    return [
        Finding(
            code="period-length",
            severity=Severity.WARNING,
            where=Place(file="project.toml", thing="verification period 2"),
            found="five years and a day",
            allowed="one to five years",
            do="sample earlier",
            clause="vm0042.period.longest",
            answered_by="D1",
            more=2,
        ),
        Finding(
            code="half-width-over-bar",
            severity=Severity.REFUSAL,
            where=Place(thing="verification period 2"),
            found="two-sided 90 % half-width 181.5 % of the estimate",
            allowed="up to 100 %",
            do="take more samples or more control sites",
            clause="vcs.eligibility.half-width",
        ),
        Finding(
            code="markup-in-name",
            severity=Severity.NOTE,
            where=Place(file="strata.csv", row=3, column="stratum", thing=INJECTED),
            found=f"a name that holds {INJECTED}",
            allowed="letters",
            do="rename it",
        ),
    ]


def _trace() -> dict[str, Any]:
    rule_set = load_rule_set("vm0042-2.2+2026-06-11")
    weak = ChosenValue(
        rule="vcs.buffer.least-rating",
        label="Least non-permanence risk rating",
        value=12.0,
        low=10.0,
        high=12.0,
        unit="%",
        clock="edition of AFOLU Non-Permanence Risk Tool",
        clock_date=date(2026, 7, 22),
        since=date(2026, 7, 22),
        citation="AFOLU Non-Permanence Risk Tool 5.0",
        status="from-memory",
    )
    strong = weak.model_copy(
        update={
            "rule": "vm0042.deduction.confidence",
            "label": "Probability with which the truth exceeds the credited value",
            "value": 2 / 3,
            "low": None,
            "high": None,
            "unit": "1",
            "citation": "VM0042 2.2, section 8.6.4, Eq. 74",
            "status": "verified",
        }
    )
    rows = [f"core_increments.csv:{row}" for row in range(2, 62)]
    quantities: list[dict[str, Any]] = [
        _quantity("soc_g_per_kg", [12.5 + 0.1 * n for n in range(60)], "g C/kg soil", rows=rows, index=rows),
        _quantity("vm0042.deduction.confidence", 2 / 3, "1", rules=["vm0042.deduction.confidence"]),
        _quantity(
            "stock_of_unit@1975",
            [41.2, 42.5, None],
            "t C/ha",
            equation="vm0042:8.2.1.6",
            inputs={"soc_g_per_kg": "soc_g_per_kg", "interpolation": "natural_cubic_spline"},
            index=["North/a", "North/b", INJECTED],
        ),
        _quantity("picked@1", [41.2], "t C/ha", inputs={"of": "stock_of_unit@1975"}),
        _quantity(
            "mean_difference@1",
            685 / 150,
            "t CO2e/ha",
            equation="mollisol:mean-difference",
            inputs={"of": "picked@1"},
        ),
        _quantity(
            "uncertainty_percent.corrected@1",
            7.35379,
            "%",
            equation="vm0042:74",
            inputs={
                "mean_change": "mean_difference@1",
                "confidence": "vm0042.deduction.confidence",
                "variance": VARIANCE,
            },
            rules=["vm0042.deduction.confidence"],
        ),
    ]
    equations = [
        ("mollisol:mean-difference", "D", "t CO2e/ha", "mollisol 0.1, mean difference", "Areal mean."),
        ("mollisol:shared-control", "V_bsl", "(t CO2e/ha)2", "mollisol 0.1, control sites", "Control variance."),
        ("vm0042:8.2.1.6", "SOC_ESM", "t C/ha", "VM0042 2.2, section 8.2.1.6, p. 37", "Carbon at equal mass."),
        ("vm0042:74", "UNC", "%", "VM0042 2.2, section 8.6.4, Eq. 74", "Deduction as a share of the mean."),
        ("vcs-mr:2.4", "HW", "%", "VCS Methodology Requirements 4.4, section 2.4", "Half-width."),
    ]  # fmt: skip
    return {
        "quantities": quantities,
        "rules": [strong.model_dump(mode="json"), weak.model_dump(mode="json")],
        "switches": [switch.model_dump(mode="json") for switch in rule_set.switches.values()],
        "equations": [
            dict(zip(("id", "symbol", "unit", "citation", "summary"), row, strict=True)) for row in equations
        ],
    }


def _quantity(name: str, value: Any, unit: str, **rest: Any) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "equation": "",
        "inputs": {},
        "rules": [],
        "rows": [],
        "index": [],
    } | rest


MANIFEST: dict[str, Any] = {
    "mollisol": "0.1.0",
    "versions": {"numpy": "2.3.0", "python": "3.13.5"},
    "rule_set": "vm0042-2.2+2026-06-11",
    "rule_set_hash": "ab" * 32,
    "seed": 1,
    "sampler": None,
    "files": {"inputs/strata.csv": "12" * 32, "inputs/project.toml": "34" * 32, "results.json": "56" * 32},
}


LEADS = {"periods.1.deduction.mean_t_co2e_per_ha": "mean_difference@1"}


@cache
def sample_model() -> ReportModel:
    return report_model(
        results=_results(),
        findings=_findings(),
        trace=_trace(),
        manifest=MANIFEST,
        head=_head(),
        quantity_of=LEADS.items(),
    )


@cache
def sample_figures() -> dict[str, str]:
    return make_figures(sample_model().results)


@cache
def sample_page() -> str:
    return render_html(sample_model(), sample_figures())


def empty_model() -> ReportModel:
    results = _results().model_copy(
        update={"periods": (), "stocks": (), "attribution": (), "kind": "project"}
    )
    nothing: dict[str, Any] = {"quantities": [], "rules": [], "switches": [], "equations": []}
    return report_model(
        results=results, findings=(), trace=nothing, manifest={**MANIFEST, "files": {}}, head=_head()
    )


VOID = frozenset({"meta", "link", "br", "hr", "img", "input", "col"})


class Walk(HTMLParser):
    """Walks the page: opened elements must be closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.captions: list[str] = []
        self.tables_with_caption = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "caption":
            assert self.elements[-2][0] == "table", "a caption comes first in its table"
            self.captions.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text.append(data)
        if "caption" in self.open:
            self.captions[-1] += data

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(scope="module", params=["sample", "empty"])
def walk(request: pytest.FixtureRequest) -> Walk:
    return Walk(sample_page() if request.param == "sample" else render_html(empty_model(), {}))


def test_the_page_is_balanced_html_with_a_language(walk: Walk) -> None:
    assert walk.open == []
    assert walk.all("html") == [{"lang": "en"}]
    ids = [attributes["id"] for _, attributes in walk.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_headings_come_in_order(walk: Walk) -> None:
    levels = [int(tag[1]) for tag, _ in walk.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))
    assert levels.count(2) == len(CHAPTERS) + 2


def test_every_table_has_a_caption_with_a_citation(walk: Walk) -> None:
    assert len(walk.captions) == len(walk.all("table"))
    for caption in walk.captions:
        assert re.search(r"(Equations|Rules|Source): \S+", caption), caption


def test_header_cells_have_a_scope(walk: Walk) -> None:
    assert all(
        attributes.get("scope") in {"col", "row", "colgroup", "rowgroup"} for attributes in walk.all("th")
    )


def test_links_lead_somewhere_on_the_page(walk: Walk) -> None:
    ids = {attributes.get("id") for _, attributes in walk.elements}
    for link in walk.all("a", "use"):
        target = link.get("href") or link.get("xlink:href") or ""
        assert target.startswith("#"), target
        assert target[1:] in ids, target


def test_nothing_is_loaded_and_nothing_runs(walk: Walk) -> None:
    names = {tag for tag, _ in walk.elements}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    for _, attributes in walk.elements:
        assert not any(name.startswith("on") or name == "src" for name in attributes)
    assert "url(http" not in sample_page()
    assert "@import" not in sample_page()


def test_markup_in_names_stays_text() -> None:
    walk = Walk(sample_page())
    assert not walk.all("script")
    assert INJECTED in "".join(walk.text)
    assert "<script" not in sample_page()
    assert sample_page().count("</style") == 1


def test_no_number_is_missing(walk: Walk) -> None:
    text = "".join(walk.text)
    assert not re.search(r"\b(nan|NaN|None|Undefined|inf|True|False)\b", text)
    assert all(attributes["value"] != "nan" for attributes in walk.all("data"))


def test_the_credited_number_stands_before_the_first_table() -> None:
    # 685 x (1 - 0.466102 x 0.720494 / 4.566667) x 0.85 = 685 x 0.926462 x 0.85 = 539.43: 539 units.
    page = sample_page()
    issued = sample_model().issued
    assert issued.units_to_issue_t == 539
    assert page.index('value="539"') < page.index("<table")
    assert page.index("two chances in three") < page.index("<table")
    assert issued.deducted_percent == pytest.approx(7.3538, rel=1e-4)


def test_each_outcome_is_said_with_its_reason() -> None:
    text = " ".join("".join(Walk(sample_page()).text).split())
    assert sample_model().outcome == "issued"
    assert "half-width 181.5 % of the estimate, bar 100 %" in text
    assert "the total is negative: a loss" in text
    assert "Constructed." in text


@pytest.mark.parametrize(
    ("kept", "outcome", "said"),
    [
        ((1,), "refused", "issuance is refused"),
        ((2,), "nothing to issue", "Nothing to issue."),
        ((), "nothing computed", "Nothing was computed."),
    ],
)
def test_without_issued_periods_the_page_opens_with_zero(
    kept: tuple[int, ...], outcome: str, said: str
) -> None:
    results = _results()
    results = results.model_copy(update={"periods": tuple(results.periods[place] for place in kept)})
    model = report_model(results=results, findings=(), trace=_trace(), manifest=MANIFEST, head=_head())
    page = render_html(model, make_figures(results))
    assert model.outcome == outcome
    assert model.issued.units_to_issue_t == 0
    assert said in page


@pytest.mark.parametrize(
    ("kind", "banner"), [("replay", "Replay."), ("placeholder", "Placeholder."), ("project", None)]
)
def test_the_kind_is_told_by_a_banner(kind: str, banner: str | None) -> None:
    model = sample_model()
    page = render_html(
        model.model_copy(update={"results": model.results.model_copy(update={"kind": kind})}), {}
    )
    assert ('class="banner"' in page) is (banner is not None)
    assert banner is None or f"<strong>{banner}</strong>" in page


def test_findings_are_worst_first_and_lead_to_their_deviation() -> None:
    text = "".join(Walk(sample_page()).text).partition("Findings, worst first")[2]
    assert [finding.severity for finding in sample_model().findings] == ["refusal", "warning", "note"]
    assert text.index("half-width-over-bar") < text.index("period-length")
    assert 'href="#deviation-D1"' in sample_page()
    assert sample_model().deviations[0].answers == 3


def test_the_first_page_says_what_was_not_assessed_and_what_is_open() -> None:
    told = (
        finding("plan-missing", "plan/plan.toml", "no sampling plan"),
        finding("campaign-unused", "2024", "in none"),
    )
    model = report_model(results=_results(), findings=told, trace=_trace(), manifest=MANIFEST, head=_head())
    page = "".join(Walk(render_html(model, {})).text)
    first = " ".join(
        page.partition("Not declared, shown or assessed")[2].partition("Findings, worst first")[0].split()
    )
    assert first.startswith(
        "refusal plan/plan.toml: no sampling plan. Finding 1 Open warnings warning 2024: in none."
    )


def test_figures_differ_where_the_forms_differ() -> None:
    gain, _, loss = (sample_model().moved[name]["uncertainty_percent"] for name in "123")
    assert [item.id for item in gain] == ["switch.shared-control", "switch.confidence"]
    assert [item.id for item in loss] == [*(item.id for item in gain), "switch.deduction-denominator"]
    assert 'href="#at-switch.shared-control"' in sample_page()


def test_weak_rules_are_marked() -> None:
    assert [row.chosen.rule for row in sample_model().rules if row.weak] == ["vcs.buffer.least-rating"]
    assert re.search(r'<tr id="at-vcs.buffer.least-rating" class="weak">', sample_page())


def test_the_trace_links_and_shortens() -> None:
    page = sample_page()
    assert 'href="#q-stock_of_unit-1975"' in page
    assert 'id="q-soc_g_per_kg"' in page
    assert "(60\u00a0values)" in page
    assert "… 60\u00a0rows" in page
    assert 'class="traced" href="#q-mean_difference-1"' in page


def test_figures_tell_their_content() -> None:
    assert list(sample_figures()) == ["waterfall", "stocks", "changes", "variance"]
    for name, svg in sample_figures().items():
        walk = Walk(svg)
        root = walk.elements[0][1]
        assert root["role"] == "img"
        assert root["aria-labelledby"] == f"{name}-title {name}-desc"
        assert len(walk.all("title")) == len(walk.all("desc")) == 1
        assert len("".join(walk.text)) > 200


def test_the_same_bytes_twice() -> None:
    again = _results()
    assert make_figures(again) == sample_figures()
    model = report_model(
        results=again,
        findings=_findings(),
        trace=_trace(),
        manifest=MANIFEST,
        head=_head(),
        quantity_of=LEADS.items(),
    )
    assert render_html(model, make_figures(again)) == sample_page()


def test_the_order_of_keys_in_the_files_does_not_matter() -> None:
    trace, manifest = (json.loads(json.dumps(part, sort_keys=True)) for part in (_trace(), MANIFEST))
    model = report_model(
        results=_results(),
        findings=_findings()[::-1],
        trace=trace,
        manifest=manifest,
        head=_head(),
        quantity_of=LEADS.items(),
    )
    assert render_html(model, sample_figures()) == sample_page()


def test_the_model_can_be_stored() -> None:
    stored = sample_model().model_dump_json()
    assert ReportModel.model_validate_json(stored, strict=False) == sample_model()


def test_the_posterior_stands_beside_the_moment_form() -> None:
    posterior = PosteriorDeduction(
        route="posterior",
        mean_t_co2e_per_ha=5.25,
        standard_deviation_t_co2e_per_ha=1.5,
        confidence=2 / 3,
        credited_t_co2e_per_ha=4.625,
        uncertainty_percent=11.9,
        monte_carlo_error_t_co2e_per_ha=0.003,
        engine="importance sampling",
        draws=1024,
        effective_draws=700.0,
        k_hat=0.2,
        components=(
            PosteriorComponent(
                name="s_control",
                prior="half-normal(8.3)",
                mean_t_co2e_per_ha=3.1,
                low_t_co2e_per_ha=1.6,
                high_t_co2e_per_ha=5.5,
                share=0.533,
            ),
        ),
        checks=(RouteCheck(name="k-hat", verdict="pass", found=0.2, allowed=0.7, text="tail of <b>0.2</b>"),),
    )
    found = RouteSummary(
        route="posterior",
        form="posterior",
        mean_t_co2e_per_ha=5.25,
        standard_error_t_co2e_per_ha=1.5,
        credited_t_co2e_per_ha=4.625,
        uncertainty_percent=11.9,
        issues=True,
    )
    results = _results()
    first = results.periods[0].model_copy(
        update={"posterior": posterior, "credited_form": "posterior", "routes": (found,)}
    )
    results = results.model_copy(update={"periods": (first, *results.periods[1:])})
    model = report_model(results=results, findings=(), trace=_trace(), manifest=MANIFEST, head=_head())
    page = render_html(model, make_figures(results))
    for text in ("4.625", "half-normal(8.3)", "53.3", "tail of &lt;b&gt;0.2&lt;/b&gt;"):
        assert text in page, text
    assert "The posterior was not computed" in render_html(
        report_model(results=_results(), findings=(), trace=_trace(), manifest=MANIFEST, head=_head()), {}
    )


def test_no_variance_prints_no_missing_numbers() -> None:
    results = _results()
    certain = results.periods[0].deduction.model_copy(
        update={
            "standard_error_t_co2e_per_ha": 0.0,
            "degrees_of_freedom": None,
            "uncertainty_percent": 0.0,
            "half_width_percent": 0.0,
        }
    )
    period = results.periods[0].model_copy(
        update={"deduction": certain, "deduction_printed": certain, "variance": ()}
    )
    results = results.model_copy(update={"periods": (period,)})
    model = report_model(results=results, findings=(), trace=_trace(), manifest=MANIFEST, head=_head())
    figures = make_figures(results)
    assert "variance" not in figures
    assert "nothing varies" in render_html(model, figures)
