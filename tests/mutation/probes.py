"""Small projects under any rule set, and what of a run is compared: figures, states and findings, never words."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mollisol.bundle.write import bundle_files
from mollisol.engine import assess_project, run_project
from mollisol.equations import all_equations
from mollisol.methodology.findings import Finding, FindingsError
from mollisol.methodology.results.run import RouteChoice
from mollisol.methodology.rules_in_force.overlay import Overlay, OverlaySwitch, OverlayValue
from mollisol.methodology.rules_in_force.proposal import lay_over
from mollisol.methodology.rules_in_force.rule import RuleValue
from mollisol.methodology.rules_in_force.rule_set import RuleSet
from mollisol.output import write_folder
from mollisol.trials.predictions import published
from mollisol.trials.validate import validate
from mollisol.verify.bundle import verify_bundle
from tests.broken.conftest import BASES, CASES, apply
from tests.mollisol.routes.conftest import validation as predictions
from tests.mollisol.routes.conftest import with_methods
from tests.mollisol.test_horizon import NOISY_MIDDLE
from tests.mollisol.trials.conftest import SETTINGS, calibrated_on, trials
from tests.support.designs import grid
from tests.support.lives import write_life
from tests.support.projects import FOUR_SITES, write_project

EXAMPLES = Path(__file__).parents[2] / "examples"
YEARS = range(2021, 2026)
_QUOTES = frozenset({"proposals", "rules", "rule_set", "rule_set_hash"})
_STATES = frozenset({"issuance", "credited_form", "form", "verdict"})


@dataclass(frozen=True)
class Observed:
    """Numbers and states by their place in the results, and findings by code, place and severity."""

    figures: Mapping[tuple[Any, ...], Any]
    findings: frozenset[tuple[str, str, str]]


type Probe = Callable[[RuleSet], Observed]


def _figures(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name not in _QUOTES:
                yield from _figures(part, (*place, name))
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _figures(part, (*place, number))
    elif value is None or isinstance(value, int | float) or (place and place[-1] in _STATES):
        yield place, value


def _observed(document: Any, findings: Sequence[Finding]) -> Observed:
    told = frozenset((item.code, str(item.where), item.severity.value) for item in findings)
    return Observed(dict(_figures(document)), told)


def differs(before: Observed, after: Observed, old: RuleValue, new: RuleValue) -> bool:
    """Tell whether anything moved but a figure that is the rule's own value."""
    if before.findings != after.findings:
        return True
    places = before.figures.keys() | after.figures.keys()
    pairs = ((before.figures.get(place), after.figures.get(place)) for place in places)
    return any(one != other and (one, other) != (old, new) for one, other in pairs)


def _run(folder: Path, rules: RuleSet, route: RouteChoice = "analytic") -> Observed:
    try:
        run = run_project(folder, rule_set=rules, route=route)
    except FindingsError as error:
        return _observed({}, error.findings)
    return _observed(run.results.model_dump(mode="json"), run.findings)


def _check(folder: Path, rules: RuleSet) -> Observed:
    return _observed({}, assess_project(folder, rule_set=rules).findings)


def _edited(
    folder: Path, example: str, edits: Mapping[str, Sequence[tuple[str, str]]], new: Mapping[str, str]
) -> Path:
    shutil.copytree(EXAMPLES / example, folder)
    for name, pairs in edits.items():
        text = (folder / name).read_text(encoding="utf-8")
        for old, put in pairs:
            assert old in text, f"{name} has no {old!r}"
            text = text.replace(old, put, 1)
        (folder / name).write_text(text, encoding="utf-8")
    for name, text in new.items():
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)
    return folder


MORE_FACTS = """
[[evidence]]
fact = "yield"
place = "arable"
kind = "quantitative"
level = 4
signed_attestation = true
look_back_years = 3
dataset_age_years = 15.0
dataset_iterations_back = 3

[[ends_of_baseline]]
unit = "arable"
production_data_years_before_end = 4.0
still_produced_with_same_practices = true

[[land_use]]
place = "corner"
years = [{ year = 2020, use = "grassland" }, { year = 2021, use = "cropland" }]
exception = "degraded_land"
degraded_and_degrading = true
improves_soil_health = true
years_since_study = 8.0
"""


OWN_FACTOR = """
[[project.factors]]
name = "diesel"
source = "fossil_fuel_co2"
level = 1
applies_because = "the fuel of this country"
science_citation_index = true
checked_on = 2024-01-10

[project.factors.factor]
id = "diesel"
central = 0.0027
low = 0.0026
high = 0.0028
unit = "t CO2e/l"
status = "secondary"
range_kind = "published"
citation = "a journal"
"""


def _declared(folder: Path) -> Path:
    """Write the farm with facts that stand between the ends of what their rules may be."""
    steep = 'slope_class = "{}"\naspect_deg = {}\nconverted_years_before_start = {}\n'
    flat = 'slope_class = "gently sloping"\n'
    facts = [
        (f'name = "arable"\n{flat}', 'name = "arable"\n' + steep.format("steep", 100.0, 40.0)),
        (
            f'name = "control-arable"\n{flat}',
            'name = "control-arable"\n' + steep.format("steep", 120.0, 45.0),
        ),
        (
            f'name = "control-grass"\n{flat}',
            f'name = "control-grass"\n{flat}converted_years_before_start = 60.0\n',
        ),
        ("valid_from = 2021-10-01\n", "valid_from = 2021-10-01\nregional_practice_changes_faster = true\n"),
    ]
    fires = [("burned_area_ha", "burned_area_ha,basis,plots")]
    fires += [
        (f"{year},wheat residues,160000,40", f"{year},wheat residues,160000,40,,") for year in (2018, 2020)
    ]
    grass = '"savanna grassland, early dry season, all"'
    new = {
        "eligibility.toml": MORE_FACTS,
        "burning.csv": f"grass,project,2022,{grass},900,1,before the fire,5\n",
        "project.toml": OWN_FACTOR,
    }
    return _edited(folder, "mixed-farm", {"eligibility.toml": facts, "burning.csv": fires}, new)


def _fuelled(folder: Path) -> Path:
    """Write the farm with twice the diesel on the arable land, 18 % more in all, fuel left out, and lighter cattle."""
    fuel = 'id = "fossil_fuel_co2", included = '
    diesel = [(f"arable,project,{year},diesel,3300", f"arable,project,{year},diesel,6600") for year in YEARS]
    left_out = [(f"{fuel}true", f"{fuel}false")]
    herd = "grass,baseline,{},other cattle,all,60,{}"
    cattle = [(herd.format(year, 405), herd.format(year, 300)) for year in (2018, 2019, 2020)]
    tables = {"project.toml": left_out, "fuel_use.csv": diesel, "livestock.csv": cattle}
    return _edited(folder, "mixed-farm", tables, {})


def _leaking(folder: Path) -> Path:
    """Write the farm with one commodity, whose growth nobody declares, amendments before the start and biochar."""
    head = "quantification_unit,applied_on,biochar_t,organic_carbon_fraction\n"
    beans = ['beans,agricultural,t,3,0,yes,yes,no,"national statistics, constructed"\n']
    made = [f"beans,{year},2\n" for year in YEARS]
    before = "".join(f"arable,baseline,{year},compost,town,30,0.15,none,\n" for year in (2018, 2019, 2020))
    return _edited(
        folder,
        "mixed-farm",
        {
            "commodities.csv": [*((row, "") for row in beans), ("7.5,0.005,", "7.5,,")],
            "production.csv": [(row, "") for row in made],
        },
        {"organic_amendments.csv": before, "biochar.csv": head + "arable,2022-05-01,10,0.7\n"},
    )


def _drawn(folder: Path) -> Path:
    """Write four control sites and two strata, with errors of the laboratory: of points, and of a batch."""
    head = write_project(folder, FOUR_SITES) / "project.toml"
    kind = 'kind = "dry_combustion"'
    text = head.read_text(encoding="utf-8").replace(
        kind, f"{kind}\nrepeat_relative_sd = 0.03\nbatch_relative_sd = 0.02"
    )
    head.write_text(text, encoding="utf-8")
    return folder


def _predicted(folder: Path) -> Path:
    """Write the same project, its carbon predicted by a spectroscopic method."""
    return with_methods(
        write_project(folder, FOUR_SITES), predictions(0.6, offset=0.2), lambda *_: "mir", {"mir": "one"}
    )


def _elsewhere(folder: Path) -> Path:
    """Write the modelled example with two strata; the smaller has a climate zone and a texture that no trial has."""
    head = (EXAMPLES / "measure-and-model" / "project.toml").read_text(encoding="utf-8")
    start = head.index("[[project.model.strata]]")
    of_loam = head[start : head.index("[[project.baselines]]")].rstrip()
    of_edge = of_loam.replace("cool-temperate-dry", "warm-temperate-dry").replace('"loam"', '"heavy-clay"')
    both = f'{of_loam}\nstrata = ["loam"]\n\n{of_edge}\nstrata = ["edge"]'
    sites = [f"plot-{name},edge\n" for name in ("T1", "T2", "T3", "T7")]
    return _edited(
        folder,
        "measure-and-model",
        {
            "project.toml": [(of_loam, both)],
            "strata.csv": [("100.0", "60.0")],
            "sample_points.csv": [("T18,loam", "T18,edge"), ("T20,loam", "T20,edge")],
        },
        {"strata.csv": "edge,swift-current,40.0\n", "control_links.csv": "".join(sites)},
    )


def _broken(case: str, folder: Path) -> Path:
    apply(BASES[CASES[case].get("base", "skeleton")](folder), CASES[case]["edit"])
    return folder


def _lowest(rules: RuleSet) -> RuleSet:
    """Lay over what release 0.1.0 issued: the lowest of all forms."""
    form = OverlayValue.model_validate(
        {
            "id": "mollisol.issuance.form",
            "from": date(2020, 1, 1),
            "value": "lower",
            "reason": "release 0.1.0",
        }
    )
    return lay_over(rules, [Overlay(label="lowest", set=(form,))], all_equations)


def _printed(rules: RuleSet) -> RuleSet:
    switch = OverlaySwitch(id="switch.displaced-production", form="printed", reason="as printed")
    return lay_over(rules, [Overlay(label="printed", switch=(switch,))], all_equations)


def _trials(rules: RuleSet) -> Observed:
    """Validate the published set, and two made-up ones: seen on the trials, and with a number for one site."""
    seen = calibrated_on("light")
    fine = seen.model_copy(
        update={"priors": (seen.priors[0].model_copy(update={"name": "k_hum_of_light"}), *seen.priors[1:])}
    )
    documents: list[Any] = []
    findings: list[Finding] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mollisol.trials.validate.rule_set_named", lambda _: rules)
        for calibrated in (None, seen, fine):
            try:
                result = validate(
                    trials(), settings=SETTINGS, predict=published, calibrated=calibrated
                ).result
            except FindingsError as error:
                findings += error.findings
            else:
                documents.append(result.model_dump(mode="json"))
                findings += result.findings
    return _observed(documents, findings)


def _verified(bundle: Path, rules: RuleSet) -> Observed:
    """Verify a bundle of which one figure was changed, by less than what is material as shipped."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mollisol.programmes.registry.load_rule_set", lambda *_: rules)
        result = verify_bundle(bundle)
    assert result.materiality is not None
    return Observed({("material",): result.materiality.material}, frozenset())


def _changed_bundle(folder: Path, times: float = 1.0) -> Path:
    """Write a bundle whose total says 2 % more than its inputs give, of so many times the area."""
    areas = {name: area * times for name, area in FOUR_SITES.areas_ha.items()}
    layout = replace(FOUR_SITES, areas_ha=areas)
    run = run_project(write_project(folder / "project", layout), route="analytic")
    write_folder(folder / "bundle", bundle_files(run))
    results = folder / "bundle" / "results.json"
    total = run.results.periods[0].verified_total_t_co2e
    text = results.read_text(encoding="utf-8")
    changed = text.replace(
        f'"verified_total_t_co2e": {total!r}', f'"verified_total_t_co2e": {total * 1.02!r}'
    )
    assert changed != text
    results.write_text(changed)
    return folder / "bundle"


class Probes:
    """The probes by name; folders are written once, and what the shipped rules give is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, Observed] = {}
        self._made: dict[str, Probe] = {}

    def named(self, name: str) -> Probe:
        """Return a probe."""
        if name not in self._made:
            self._made[name] = self._make(name, self._folder / name.replace(":", "-"))
        return self._made[name]

    def before(self, name: str, rules: RuleSet) -> Observed:
        """Return what a probe gives under the shipped rules."""
        if name not in self._kept:
            self._kept[name] = self.named(name)(rules)
        return self._kept[name]

    def _make(self, name: str, folder: Path) -> Probe:
        kind, _, case = name.partition(":")
        match kind:
            case "woburn":
                return partial(_run, EXAMPLES / "woburn-ley", route="all")
            case "farm":
                return partial(_run, EXAMPLES / "mixed-farm")
            case "modelled":
                return partial(_run, EXAMPLES / "measure-and-model")
            case "elsewhere":
                return partial(_run, _elsewhere(folder))
            case "declared":
                return partial(_run, _declared(folder))
            case "fuelled":
                return partial(_run, _fuelled(folder))
            case "tables":
                return partial(_check, _fuelled(folder))
            case "leaking":
                return partial(_run, _leaking(folder))
            case "lowest":
                return lambda rules: _run(EXAMPLES / "woburn-ley", _lowest(rules), route="all")
            case "printed":
                leaking = _leaking(folder)
                return lambda rules: _run(leaking, _printed(rules))
            case "gridded":
                return partial(_run, grid(folder))
            case "drawn":
                return partial(_run, _drawn(folder), route="montecarlo")
            case "predicted":
                return partial(_run, _predicted(folder))
            case "trials":
                return _trials
            case "horizon":
                return partial(_run, write_life(folder, NOISY_MIDDLE))
            case "verified":
                return partial(_verified, _changed_bundle(folder))
            case "large":
                return partial(_verified, _changed_bundle(folder, 1e4))
            case "broken":
                return partial(_check, _broken(case, folder))
            case "ran":
                return partial(_run, _broken(case, folder))
        raise AssertionError(name)
