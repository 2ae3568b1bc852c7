"""From each number of ``results.json`` to the quantities of the trace that it is, or is made of.

A figure is a sum of quantities, each with a factor; or it came out of the computing of a quantity beside it; or it was
declared. Sums are held against the figure each time: a figure that does not follow from the trace says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mollisol.methodology.result_paths import key_of
from mollisol.origins.tables import BASELINE, BESIDE, CREDITED, MODEL, RUN, SAME, VINTAGE

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Term:
    """A quantity of the trace, or one labelled entry of it, with its factor."""

    quantity: str
    factor: float = 1.0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a figure comes from.

    Parameters
    ----------
    words
        How, in a few words; empty where the figure is the one quantity.
    terms
        The quantities.
    plus
        Added to their sum.
    adds_up
        Whether the figure is that sum; otherwise it came out of the computing of the terms, beside them.
    declared
        Where it was declared, for what was not computed.
    """

    words: str = ""
    terms: tuple[Term, ...] = ()
    plus: float = 0.0
    adds_up: bool = True
    declared: str = ""


class Figures:
    """The figures of one bundle.

    Parameters
    ----------
    results
        ``results.json``.
    quantities
        The quantities of ``trace.json`` by name.
    names
        The rules of the programme that the shared rooms ask for, by name.
    """

    def __init__(
        self,
        results: Mapping[str, Any],
        quantities: Mapping[str, Mapping[str, Any]],
        names: Mapping[str, str],
    ) -> None:
        self._quantities, self._names = quantities, names
        self._periods = {str(period["name"]): period for period in results["periods"]}
        self._stocks = {key_of(item, 0): item for item in results["stocks"]}
        self._results = results
        self._components: dict[str, dict[str, int]] = {}
        self._by_home: dict[str, dict[str, list[str]]] = {}
        first = results["periods"][0]["strata"] if results["periods"] else []
        self._controls = {stratum["stratum"]: stratum["control_sites"] for stratum in first}

    def origin(self, steps: tuple[str, ...]) -> Origin | None:
        """Give where a figure comes from; None where this table does not know it."""
        match steps:
            case ("stocks", key, field):
                return self._stock(self._stocks[key], field)
            case ("periods", name, *rest):
                return self._period(name, self._periods[name], tuple(rest))
            case ("model", field):
                return Origin(declared=MODEL.get(field, "project.toml: project.model"))
            case ("control_diagnostics", unit, field):
                return self._diagnosis(unit, field)
            case (field,) if field in RUN:
                return Origin(declared=RUN[field])
        return None

    def _diagnosis(self, unit: str, field: str) -> Origin | None:
        """Give a figure of the control sites of a unit."""
        stem = field.removesuffix("_percent").removesuffix("_t_co2e_per_ha").removesuffix("_t_co2e_per_ha_yr")
        same = self._is(f"{stem}.{unit}")
        own = f"similarity_unit_stock.{unit}"
        controls = f"similarity_site_stock.{unit}"
        if controls not in self._quantities:
            controls = f"similarity_control_stock.{unit}"
        match field:
            case "equivalence_margin_percent":
                return Origin("in per cent", (Term("mollisol.control.equivalence-margin", 100.0),))
            case "sampling_units":
                return Origin("how many there are", (Term(own),), adds_up=False)
            case "control_values":
                return Origin("how many there are", (Term(controls),), adds_up=False)
            case "difference_percent":
                words = "mean of the unit less that of its controls, over the former"
                return Origin(words, (Term(own), Term(controls)), adds_up=False)
            case "look_back_years":
                return Origin(declared="project.toml: campaigns")
        return same

    def _period(self, p: str, period: Mapping[str, Any], steps: tuple[str, ...]) -> Origin | None:
        match steps:
            case (field,):
                return self._total(p, period, field)
            case ("deduction" | "deduction_printed" as group, field):
                form = str(period[group]["form"])
                if field == "confidence":
                    own = f"confidence.{form}@{p}"
                    return self._is(own if own in self._quantities else self._names["deduction.confidence"])
                if field == "widest_half_width_percent":
                    return self._is(self._names.get("eligibility.half-width", ""))
                same = self._named(SAME["deduction"].get(field, ""), p=p, f=form)
                return same or self._beside(f"credited_mean.{form}@{p}")
            case ("guarded" | "montecarlo" | "posterior" as group, *rest):
                same = self._named(SAME[group].get(".".join(rest), ""), p=p)
                if rest == ["sampling_variance_t_co2e_per_ha_2"]:
                    same = self._is(f"montecarlo_sampling_variance@{p}") or same
                if rest == ["confidence"]:
                    same = self._is(self._names["deduction.confidence"])
                return same or self._beside(BESIDE[group].format(p=p))
            case ("routes", form, *rest):
                return self._route(p, period, form, tuple(rest))
            case ("baselines", place, *rest):
                row = period["baselines"][int(place)]
                own = p if row["issues"] else f"{p}:{row['kind']}"
                return self._baseline(own, period, row, tuple(rest))
            case ("variance_budget", *_):
                return self._beside(f"posterior_credited@{p}") or self._beside(f"credited_mean.corrected@{p}")
            case ("spectroscopy", *rest):
                return self._spectroscopy(p, tuple(rest))
            case ("spread_between_strata", "statistic"):
                return self._is(f"spread_statistic@{p}")
            case ("spread_between_strata", "p_value"):
                return self._is(f"spread_p_value@{p}")
            case ("spread_between_strata", _):
                return self._beside(f"spread_p_value@{p}")
            case ("strata", stratum, field):
                return self._stratum(p, stratum, field)
            case ("variance", key, field):
                return self._component(p, period, key, field)
            case ("vintages", number, field):
                if field == "number":
                    return Origin(declared="project.toml: verification_periods")
                stem = field.removesuffix("_t_co2e") + "@{p}.{n}"
                return self._named(VINTAGE.get(field, stem), p=p, n=number)
            case ("calendar", year, field):
                return self._calendar(p, year, field)
            case ("sources", id, "baseline_t_co2e" | "project_t_co2e" as field):
                return self._is(f"source_total.{id}.{field.removesuffix('_t_co2e')}@{p}")
            case ("sources", id, "reduction_t_co2e"):
                sides = (f"source_total.{id}.baseline@{p}", 1.0), (f"source_total.{id}.project@{p}", -1.0)
                return Origin("baseline less project", tuple(Term(name, by) for name, by in sides))
            case ("sources", id, "factors", name, field):
                return self._factor(p, id, name, field)
            case ("leakage", field):
                return self._leakage(p, period, field)
            case ("woody", "baseline_t_co2e_per_year" | "project_t_co2e_per_year" as field):
                scenario = field.partition("_")[0]
                return self._sum("trees and shrubs", self._woody(p, scenario))
        return None

    def _spectroscopy(self, p: str, steps: tuple[str, ...]) -> Origin | None:
        """Give a figure of the calibrations, which belong to the project, or of what they add to a period."""
        match steps:
            case ("calibrations", id, "samples"):
                return Origin("how many there are", (Term(f"validation_predicted.{id}"),), adds_up=False)
            case ("calibrations", id, "equation_73_printed_t2" | "equation_73_corrected_t2" as field):
                return self._is(f"spectroscopy_equation_73.{field.split('_')[2]}.{id}@{p}")
            case ("calibrations", id, field):
                return self._is(f"calibration_{field.removesuffix('_g_per_kg')}.{id}")
            case ("draws",):
                return self._is("mollisol.montecarlo.draws")
            case ("carried_t_co2e_per_ha_2",):
                return self._is(f"calibration_variance.corrected@{p}")
            case ("printed_t_co2e_per_ha_2",):
                return self._is(f"calibration_variance.printed@{p}")
            case (field,):
                return self._is(f"spectroscopy_equation_72.{field.split('_')[2]}@{p}")
        return None

    def _route(self, p: str, period: Mapping[str, Any], form: str, rest: tuple[str, ...]) -> Origin | None:
        """Give a figure of the summary by the same figure of the form it sums up."""
        group = "deduction" if form == "moment" else form
        match rest:
            case ("mean_t_co2e_per_ha",) if form != "posterior":
                rest, group = ("mean_t_co2e_per_ha",), "deduction"
            case ("standard_error_t_co2e_per_ha",) if form == "posterior":
                rest = ("standard_deviation_t_co2e_per_ha",)
            case ("checks", "half-width", "found"):
                rest = ("half_width_percent",)
            case ("checks", "half-width", "allowed"):
                rest = ("widest_half_width_percent",)
        return self._period(p, period, (group, *rest))

    def _baseline(
        self, p: str, period: Mapping[str, Any], row: Mapping[str, Any], rest: tuple[str, ...]
    ) -> Origin | None:
        """Give a figure of a declared baseline; quantities of one that does not issue carry its kind."""
        match rest:
            case ("routes", form, *of):
                return self._route(p, period, form, tuple(of))
            case ("project_change_t_co2e_per_ha" | "baseline_change_t_co2e_per_ha" as field,):
                name = f"{field.partition('_')[0]}_change_of_stratum@{p}"
                terms = tuple(Term(term) for term in (name, f"area_ha@{p}") if term in self._quantities)
                return Origin("mean over the strata by area", terms, adds_up=False) if terms else None
            case ("credited_t_co2e_per_ha" | "uncertainty_percent" as field,):
                pattern = CREDITED[row["credited_form"]][field == "uncertainty_percent"]
                return self._named(pattern, p=p)
            case (field,):
                return self._named(BASELINE.get(field, ""), p=p)
        return None

    def _freedom(self, p: str) -> str:
        """Name the replicates less one of the terms of variance: by form where both are computed."""
        own = f"replicates_less_one.corrected@{p}"
        return own if own in self._quantities else f"replicates_less_one@{p}"

    def _total(self, p: str, period: Mapping[str, Any], field: str) -> Origin | None:
        years = float(period["years"])
        project, baseline = f"project_soil_change_less_biochar@{p}", f"baseline_soil_change@{p}"
        gross = (Term(project, years), Term(baseline, -years))
        kept = (
            Term(f"project_change_after_deduction@{p}", years),
            Term(f"baseline_change_after_deduction@{p}", -years),
        )
        woody = (*self._woody(p, "project", years), *self._woody(p, "baseline", -years))
        less_woody = tuple(Term(term.quantity, -term.factor) for term in woody)
        net = (*kept, *less_woody)
        minus_net = tuple(Term(term.quantity, -term.factor) for term in net)
        match field:
            case "years":
                return Origin(declared="project.toml: verification_periods")
            case "area_ha":
                return Origin("sum of the strata", (Term(f"area_ha@{p}"),))
            case "project_change_t_co2e":
                return Origin("yearly change times years", (Term(project, years),))
            case "baseline_change_t_co2e":
                return Origin("yearly change times years", (Term(baseline, years),))
            case "biochar_carbon_t":
                return Origin("yearly carbon times years", (Term(f"biochar_carbon_per_year@{p}", years),))
            case "gross_t_co2e":
                return Origin("project less baseline, times years", gross)
            case "after_deduction_t_co2e":
                return Origin("project less baseline after the deduction, without trees, times years", net)
            case "deducted_t_co2e":
                return Origin("gross less what is left after the deduction", (*gross, *minus_net))
            case "woody_t_co2e":
                return self._sum("trees and shrubs, project less baseline, times years", woody)
            case "source_terms_t_co2e" | "leakage_t_co2e":
                return self._sum("all years", self._yearly(p, period, field.removesuffix("_t_co2e")))
            case "buffer_t_co2e":
                both = ("buffer_on_reductions", "buffer_on_removals")
                return self._sum("all years", [t for stem in both for t in self._yearly(p, period, stem)])
            case "verified_total_t_co2e":
                return self._is(f"verified_total@{p}")
            case "units_if_eligible_t":
                return self._is(f"units_if_eligible@{p}")
            case "units_to_issue_t":
                return self._units(p, period)
            case "issuing_uncertainty_percent":
                form = {"moment": "uncertainty_percent.corrected"}.get(
                    period["credited_form"], f"{period['credited_form']}_uncertainty_percent"
                )
                chosen = self._is(f"uncertainty_after_allowance@{p}")
                return chosen or self._is(f"issuing_uncertainty_percent@{p}") or self._is(f"{form}@{p}")
        return None

    def _units(self, p: str, period: Mapping[str, Any]) -> Origin | None:
        if self._results["kind"] == "placeholder":
            terms = (Term(f"units_unless_refused@{p}"),)
            return Origin("placeholder values: nothing is issued", terms, adds_up=False)
        words = "refused: nothing is issued" if period["issuance"] == "refused" else ""
        return Origin(words, (Term(f"units_unless_refused@{p}"),))

    def _stratum(self, p: str, stratum: str, field: str) -> Origin | None:
        project, baseline = f"project_change_of_stratum@{p}", f"baseline_change_of_stratum@{p}"
        match field:
            case "area_ha":
                return self._is(f"area_ha@{p}", stratum)
            case "sampling_units" | "project_degrees_of_freedom":
                plus = 1.0 if field == "sampling_units" else 0.0
                words = "sampling units of the stratum" + ("" if plus else ", less one")
                return Origin(words, (Term(self._freedom(p), 1.0, stratum),), plus)
            case "reference_soil_mass_t_per_ha":
                return self._is(f"reference_soil_mass.{stratum}") or self._is("reference_soil_mass.all")
            case "project_change_t_co2e_per_ha":
                return self._is(project, stratum)
            case "baseline_change_t_co2e_per_ha":
                return self._is(baseline, stratum)
            case "difference_t_co2e_per_ha":
                return Origin(
                    "project less baseline", (Term(project, 1.0, stratum), Term(baseline, -1.0, stratum))
                )
            case "project_variance_t2":
                own = self._is(f"project_variance@{p}", stratum)
                return own or self._is(f"sampling_variance@{p}", stratum)
        return None

    def _component(self, p: str, period: Mapping[str, Any], key: str, field: str) -> Origin | None:
        if p not in self._components:
            self._components[p] = {
                key_of(item, 0): n for n, item in reversed(list(enumerate(period["variance"])))
            }
        place = f"#{self._components[p][key]}"
        freedom = Term(self._freedom(p), 1.0, place)
        of_total = freedom.quantity.startswith("replicates_less_one.corrected")  # otherwise per hectare
        term = Term(
            f"variance_terms.corrected@{p}", 1.0 / float(period["area_ha"]) ** 2 if of_total else 1.0, place
        )
        match field:
            case "variance_t_co2e_per_ha_2":
                return Origin("over the square of the area", (term, Term(f"area_ha@{p}", 0.0)))
            case "replicates" | "degrees_of_freedom":
                return Origin("replicates of the term", (freedom,), 1.0 if field == "replicates" else 0.0)
            case "share" | "deduction_t_co2e_per_ha" | "one_more_t_co2e_per_ha":
                words = {
                    "share": "this term over the sum of all (mollisol:variance-shares)",
                    "deduction_t_co2e_per_ha": "the share, times the deduction of the moment form",
                    "one_more_t_co2e_per_ha": "the deduction, less that with one more replicate of this term",
                }[field]
                whole = (
                    Term(term.quantity),
                    Term(freedom.quantity),
                    Term(self._names["deduction.confidence"]),
                )
                return Origin(words, (*whole, Term(f"area_ha@{p}")), adds_up=False)
        return None

    def _calendar(self, p: str, year: str, field: str) -> Origin | None:
        if field == "year":
            return Origin(declared="project.toml: verification_periods")
        kind = "reductions" if "reduction" in field else "removals"
        whole = "units_by_label" if field.endswith("_units_t") else "calendar_labels"
        return self._is(f"{whole}@{p}", f"{year} {kind}")

    def _factor(self, p: str, source: str, name: str, field: str) -> Origin | None:
        ends = ("", ".low", ".high")
        found = [n for end in ends if (n := f"factor.{source}.{name}{end}@{p}") in self._quantities]
        if field == "value":
            return next((self._is(n) for n in reversed(found)), None)
        return (
            Origin("of the same row of the factor table", (Term(found[-1]),), adds_up=False)
            if found
            else None
        )

    def _leakage(self, p: str, period: Mapping[str, Any], field: str) -> Origin | None:
        match field:
            case "amendments_t_co2e":
                return self._sum("all years", [Term(f"amendment_leakage@{p}")])
            case "residues_t_co2e":
                return self._sum("all years", [Term(f"residue_leakage@{p}")])
            case "displaced_production_t_co2e":
                return Origin("each year the same", (Term(f"displaced_leakage@{p}", float(period["years"])),))
            case "taken_off_t_co2e":
                return self._sum("all years", [Term(f"leakage@{p}")])
            case "cumulative_displaced_t_co2e":
                return self._is(f"displaced_cumulative@{p}") or self._is("prior_displaced_leakage")
        return None

    def _stock(self, item: Mapping[str, Any], field: str) -> Origin:
        """Give the sampling units behind a mean stock; those of control sites by the links of the stratum."""
        name = f"stock_of_unit@{item['campaign']}"
        by_home = self._labels(name)
        homes = [item["stratum"]]
        if item["scenario"] == "baseline":
            homes = self._controls.get(item["stratum"], ())
        labels = [label for home in homes for label in by_home.get(home, ())]
        if not homes:  # a modelled period names no control sites
            own = {label for stratum in self._controls for label in by_home.get(stratum, ())}
            labels = [str(label) for label in self._index(name) if str(label) not in own]
        words = {
            "mean_t_c_per_ha": "mean over the replicates",
            "sampling_units": "number of the replicates",
            "standard_error_t_c_per_ha": "standard deviation over the square root of the number of replicates",
        }.get(field, "mean and standard error times t(0.95)")
        terms = tuple(Term(name, 1.0 / len(labels), label) for label in labels)
        plain = field == "mean_t_c_per_ha" and item["sampling_units"] == len(labels)
        return Origin(words, terms, adds_up=plain)

    def _index(self, name: str) -> Sequence[Any]:
        found: Sequence[Any] = self._quantities[name]["index"] if name in self._quantities else ()
        return found

    def _labels(self, stocks: str) -> dict[str, list[str]]:
        """Give the labels of a quantity by what stands before a stroke: a stratum or a control site, then its unit."""
        if stocks not in self._by_home:
            found = self._by_home.setdefault(stocks, {})
            for label in map(str, self._index(stocks)):
                for place in (place for place, letter in enumerate(label) if letter == "/"):
                    found.setdefault(label[:place], []).append(label)
        return self._by_home[stocks]

    def _woody(self, p: str, scenario: str, factor: float = 1.0) -> list[Term]:
        names = (f"{kind}_change.{scenario}@{p}" for kind in ("tree", "shrub"))
        return [Term(name, factor) for name in names if name in self._quantities]

    def _yearly(self, p: str, period: Mapping[str, Any], stem: str) -> list[Term]:
        return [Term(f"{stem}@{p}.{vintage['number']}") for vintage in period["vintages"]]

    def _sum(self, words: str, terms: Iterable[Term]) -> Origin:
        terms = tuple(terms)
        return Origin(words, terms) if terms else Origin(declared="no row in any table")

    def _named(self, pattern: str, **names: str) -> Origin | None:
        return self._is(pattern.format(**names)) if pattern else None

    def _is(self, name: str, label: str = "") -> Origin | None:
        return Origin(terms=(Term(name, 1.0, label),)) if name in self._quantities else None

    def _beside(self, name: str) -> Origin | None:
        words = "comes out of the same computing"
        return Origin(words, (Term(name),), adds_up=False) if name in self._quantities else None
