"""The tamper matrix: kinds of change to a bundle, each detected and named.

Each change is made twice: with the manifest left alone, where the manifest must name the file, and by somebody who
puts the new sums into the manifest, where the run again must name what was changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mollisol.bundle.read import open_bundle
from mollisol.bundle.values import VALUES
from mollisol.methodology.rules_in_force.rule_set import RuleSet
from mollisol.output import canonical_json
from mollisol.verify.compare import Comparison
from mollisol.verify.manifest import compare_files
from mollisol.verify.results import Verification
from tests.support.bundles import Taken, change_trace

CORES = "inputs/core_increments.csv"
STRATA = "inputs/strata.csv"
HEAD = "inputs/project.toml"


@dataclass(frozen=True)
class Case:
    """A kind of change.

    ``file`` is what the manifest names when it is left alone; ``named`` are the code and a part of the item of the
    difference that must be there once the sums are made again.
    """

    id: str
    file: str
    change: Callable[[Taken], object]
    named: tuple[str, str]


def rows(name: str, change: Callable[[list[str]], list[str]]) -> Callable[[Taken], None]:
    """Change the lines of a table, the header first."""

    def apply(taken: Taken) -> None:
        lines = taken.read(name).decode().splitlines()
        taken.write(name, ("\n".join(change(lines)) + "\n").encode())

    return apply


def period(change: Callable[[dict[str, Any]], object]) -> Callable[[Taken], None]:
    return lambda taken: taken.json("results.json", lambda results: change(results["periods"][0]))


def quantity(name: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Taken], None]:
    def apply(trace: dict[str, Any]) -> None:
        (found,) = [item for item in trace["quantities"] if item["name"] == name]
        change(found)

    return lambda taken: change_trace(taken.folder, apply)


def trace(change: Callable[[dict[str, Any]], object]) -> Callable[[Taken], None]:
    return lambda taken: change_trace(taken.folder, change)


def document(name: str, change: Callable[[Any], object]) -> Callable[[Taken], None]:
    return lambda taken: taken.json(name, change)


def text(name: str, old: str, new: str) -> Callable[[Taken], None]:
    return lambda taken: taken.replace(name, old, new)


def raw(name: str, change: Callable[[bytes], bytes]) -> Callable[[Taken], None]:
    return lambda taken: taken.write(name, change(taken.read(name)))


def rule(id: str, **value: Any) -> Callable[[Taken], None]:
    """Change the last value of a rule, and every hash of the rule set with it."""

    def apply(taken: Taken) -> None:
        rules = json.loads(taken.read("rules.json"))
        rules["rules"][id]["value"][-1].update(value)
        put_rules(taken, rules)

    return apply


def put_rules(taken: Taken, rules: dict[str, Any]) -> None:
    taken.write("rules.json", canonical_json(rules))
    digest = RuleSet.model_validate_json(canonical_json(rules)).hash
    taken.json("results.json", lambda results: results.update(rule_set_hash=digest))
    taken.json("manifest.json", lambda manifest: manifest.update(rule_set_hash=digest))


def rules(change: Callable[[dict[str, Any]], object]) -> Callable[[Taken], None]:
    def apply(taken: Taken) -> None:
        data = json.loads(taken.read("rules.json"))
        change(data)
        put_rules(taken, data)

    return apply


def mean(value: dict[str, Any]) -> None:
    value["deduction"]["mean_t_co2e_per_ha"] += 0.5


def swap(items: list[Any]) -> None:
    items[0], items[1] = items[1], items[0]


def drop_last_vintage(value: dict[str, Any]) -> None:
    del value["vintages"][-1]


def no_point(taken: Taken) -> None:
    """Take the first sample point out of the points and the cores, as if it had never been drawn."""
    for name in (CORES, "inputs/sample_points.csv"):
        rows(name, lambda lines: [line for line in lines if "s1.0" not in line])(taken)


def own_rule(data: dict[str, Any]) -> None:
    data["rules"]["own.rule"] = data["rules"]["vm0042.deduction.confidence"] | {"id": "own.rule"}


def same_sum(taken: Taken) -> None:
    taken.replace(STRATA, "80.0", "85.0")
    taken.replace(STRATA, "40.0", "35.0")


def figures_about(taken: Taken) -> None:
    first, second = "figures/stocks.svg", "figures/waterfall.svg"
    one, other = taken.read(first), taken.read(second)
    taken.write(first, other)
    taken.write(second, one)


CASES = [
    # what was read
    Case("a core's carbon", CORES, rows(CORES, lambda r: [r[0], r[1].replace(",0,30,", ",0,30,1"), *r[2:]]),
         ("input", "inputs/core_increments.csv:2: soc_g_per_kg")),
    Case("a core's density", CORES, rows(CORES, lambda r: [*r[:3], r[3][:-3] + "1.1", *r[4:]]),
         ("input", "inputs/core_increments.csv:4: fine_soil_density_g_per_cm3")),
    Case("a core's row dropped", CORES, rows(CORES, lambda r: [r[0], *r[2:]]), ("not-computable", "")),
    Case("a point dropped with its cores", CORES, no_point,
         ("result", "results.json: periods[1].strata[s1].sampling_units")),
    Case("a core's row added", CORES, rows(CORES, lambda r: [*r, r[1].replace("s1.0.2021.0", "s1.0.2021.9")]),
         ("input", "inputs: number of values of soc_g_per_kg")),
    Case("a core's row twice", CORES, rows(CORES, lambda r: [*r, r[-1]]), ("not-computable", f"{CORES}:32")),
    Case("rows in another order", CORES, rows(CORES, lambda r: [r[0], r[3], r[2], r[1], *r[4:]]),
         ("input", "inputs/core_increments.csv:2: soc_g_per_kg")),
    Case("a core put to another point", CORES, rows(CORES, lambda r: [r[0], r[1].replace("s1.0,", "s1.1,"), *r[2:]]),
         ("not-computable", "")),
    Case("a core put to another campaign", CORES,
         rows(CORES, lambda r: [r[0], r[1].replace("2021,", "2026,", 1), *r[2:]]),
         ("not-computable", "")),
    Case("digits that change no number", CORES, rows(CORES, lambda r: [r[0], r[1] + "0", *r[2:]]),
         ("metadata", f"@graph[{CORES}]")),
    Case("blanks around a cell", CORES, text(CORES, ",dumas,", ", dumas ,"), ("metadata", f"@graph[{CORES}]")),
    Case("a byte order mark", CORES, raw(CORES, lambda b: b"\xef\xbb\xbf" + b), ("metadata", f"@graph[{CORES}]")),
    Case("line ends of another system", CORES, raw(CORES, lambda b: b.replace(b"\n", b"\r\n")),
         ("metadata", f"@graph[{CORES}]")),
    Case("another encoding", CORES, raw(CORES, lambda b: b.decode().encode("utf-16")), ("not-computable", CORES)),
    Case("an area", STRATA, text(STRATA, "80.0", "80.5"), ("input", f"{STRATA}:2: area_ha@1")),
    Case("an area far off", STRATA, text(STRATA, "80.0", "180.0"), ("not-computable", "inputs/")),
    Case("two areas that keep the sum", STRATA, same_sum, ("input", f"{STRATA}:2: area_ha@1")),
    Case("a control link", "inputs/control_links.csv", text("inputs/control_links.csv", "c2,s2", "c2,s1"),
         ("not-computable", "")),
    Case("a control link added", "inputs/control_links.csv",
         rows("inputs/control_links.csv", lambda r: [*r, "c1,s2"]),
         ("result", "results.json: periods[1].strata[s2].control_sites")),
    Case("two points made one sampling unit", "inputs/sample_points.csv",
         text("inputs/sample_points.csv", "s1.1,s1,,s1.1", "s1.1,s1,,s1.0"),
         ("result", "results.json: periods[1].strata[s1].sampling_units")),
    Case("the rating", HEAD, text(HEAD, "rating_percent = 15.0", "rating_percent = 13.0"),
         ("input", "inputs/project.toml:project: non_permanence_rating_percent")),
    Case("the days of a period", HEAD, text(HEAD, "verification_periods", "verification_periodz"),
         ("not-computable", "")),
    Case("the proponent", HEAD, text(HEAD, 'proponent = "', 'proponent = "not '),
         ("project-head", "project.json: proponent")),
    Case("a deviation's reason", HEAD, text(HEAD, 'reason = "a constructed test"', 'reason = "another reason"'),
         ("project-head", "project.json: deviations[0].reason")),
    Case("the interpolation", HEAD,
         text(HEAD, '"natural_cubic_spline"', '"linear"'),
         ("result", "results.json: equivalent_soil_mass_interpolation")),
    Case("a comment in the head", HEAD, raw(HEAD, lambda b: b"# a word\n" + b), ("metadata", f"@graph[{HEAD}]")),
    Case("a file that is not read", "inputs/notes.csv", lambda t: t.write("inputs/notes.csv", b"a\n1\n"),
         ("file-not-made", "inputs/notes.csv")),
    # the rules
    Case("a rule's value", "rules.json", rule("vm0042.deduction.confidence", value=0.6),
         ("rule", "rule vm0042.deduction.confidence: value[0].value")),
    Case("a rule's source", "rules.json",
         rule("vm0042.deduction.confidence", status="verified", note="so it is said"),
         ("rule", "rule vm0042.deduction.confidence: value[0].note")),
    Case("a rule taken out", "rules.json", rules(lambda r: r["rules"].pop("mollisol.start.tolerance")),
         ("rule-missing", "rule mollisol.start.tolerance")),
    Case("a rule put in", "rules.json",
         rules(own_rule),
         ("rule-added", "rule own.rule")),
    Case("a switch", "rules.json", rules(lambda r: r["switches"]["switch.shared-control"].update(default="printed")),
         ("switch", "switch.shared-control: default")),
    Case("an edition", "rules.json", rules(lambda r: r["head"]["documents"]["VM0042"].update(edition="2.1")),
         ("rule-set-head", "documents.VM0042.edition")),
    Case("a proposal's name", "rules.json", rules(lambda r: r.update(overlays=["a proposal"])),
         ("overlay", "rules.json: overlays")),
    Case("rules of another form", "rules.json", document("rules.json", lambda r: r.pop("head")),
         ("rules-unreadable", "rules.json: head")),
    # what came out
    Case("the units", "results.json", period(lambda p: p.update(units_to_issue_t=p["units_to_issue_t"] + 1)),
         ("result", "results.json: periods[1].units_to_issue_t")),
    Case("the mean", "results.json", period(mean),
         ("result", "results.json: periods[1].deduction.mean_t_co2e_per_ha")),
    Case("the last digit of a figure", "results.json",
         period(lambda p: p.update(gross_t_co2e=p["gross_t_co2e"] * (1 + 3e-9))),
         ("result", "results.json: periods[1].gross_t_co2e")),
    Case("the days of a result", "results.json", period(lambda p: p["during"].update(end="2027-06-30")),
         ("result", "results.json: periods[1].during.end")),
    Case("the word of issuance", "results.json", period(lambda p: p.update(issuance="issued")),
         ("result", "results.json: periods[1].issuance")),
    Case("a vintage taken out", "results.json", period(drop_last_vintage),
         ("result-missing", "results.json: periods[1].vintages[")),
    Case("a stratum renamed", "results.json", period(lambda p: p["strata"][0].update(stratum="s9")),
         ("result-added", "results.json: periods[1].strata[s9]")),
    Case("strata in another order", "results.json", period(lambda p: swap(p["strata"])),
         ("result-order", "results.json: periods[1].strata")),
    Case("a figure as a word", "results.json", period(lambda p: p.update(area_ha=str(p["area_ha"]))),
         ("result", "results.json: periods[1].area_ha")),
    Case("a unit in a figure's name", "results.json",
         period(lambda p: p.update(gross_kg_co2e=p.pop("gross_t_co2e"))),
         ("result-missing", "periods[1].gross_t_co2e")),
    Case("a figure added", "results.json", period(lambda p: p.update(bonus_t_co2e=5.0)),
         ("result-added", "results.json: periods[1].bonus_t_co2e")),
    Case("a truth for a number", "results.json", period(lambda p: p["vintages"][0].update(removals_switch=True)),
         ("result", "periods[1].vintages[1].removals_switch")),
    Case("the layout of a document", "results.json",
         raw("results.json", lambda b: json.dumps(json.loads(b)).encode()),
         ("layout", "results.json")),
    Case("no JSON any more", "results.json", raw("results.json", lambda b: b[:-20]), ("json-syntax", "results.json")),
    Case("a key twice", "results.json",
         raw("results.json", lambda b: b.replace(b'"seed": 0', b'"seed": 1,\n "seed": 0')),
         ("json-key-twice", "results.json")),
    Case("a number that is none", "results.json",
         raw("results.json", lambda b: b.replace(b'"seed": 0', b'"seed": NaN')),
         ("json-number", "results.json")),
    # the trace
    Case("a value of the trace", VALUES,
         quantity("mean_difference@1", lambda q: q.update(value=q["value"] + 1)),
         ("trace", "values.parquet: quantities[mean_difference@1].value")),
    Case("a link of the trace", VALUES,
         quantity("mean_difference@1", lambda q: q["inputs"].update(project_change_t_co2e="area_ha@1")),
         ("trace", "values.parquet: quantities[mean_difference@1].inputs.project_change_t_co2e")),
    Case("an equation of the trace", "trace.json",
         quantity("mean_difference@1", lambda q: q.update(equation="vm0042:46")),
         ("trace", "values.parquet: quantities[mean_difference@1].equation")),
    Case("a unit of the trace", "trace.json", quantity("mean_difference@1", lambda q: q.update(unit="t C/ha")),
         ("trace", "values.parquet: quantities[mean_difference@1].unit")),
    Case("a row of the trace", VALUES,
         quantity("non_permanence_rating_percent", lambda q: q.update(rows=["strata.csv:2"])),
         ("trace", "values.parquet: quantities[non_permanence_rating_percent].rows[0]")),
    Case("a rule of the trace", "trace.json", quantity("mollisol.issuance.form", lambda q: q.update(rules=[])),
         ("trace", "values.parquet: quantities[mollisol.issuance.form].rules")),
    Case("a label of the trace", VALUES, quantity("change_of_unit@1", lambda q: swap(q["index"])),
         ("trace", "values.parquet: quantities[change_of_unit@1].index[0]")),
    Case("a quantity taken out", VALUES, trace(lambda t: t["quantities"].pop()),
         ("trace-missing", "values.parquet: quantities[")),
    Case("a quantity twice", VALUES,
         trace(lambda t: t["quantities"].append(t["quantities"][3])),
         ("trace-added", "#2]")),
    Case("quantities in another order", VALUES, trace(lambda t: t["quantities"].reverse()),
         ("trace-order", "values.parquet: quantities")),
    Case("a clause", "trace.json", document("trace.json", lambda t: t["rules"][0].update(citation="nowhere")),
         ("trace", "].citation")),
    # findings, head, pages
    Case("a finding taken out", "findings.json", document("findings.json", lambda f: f.pop(0)),
         ("finding-missing", "findings.json: [")),
    Case("a finding made milder", "findings.json", document("findings.json", lambda f: f[0].update(severity="note")),
         ("finding", "].severity")),
    Case("a finding's words", "findings.json", document("findings.json", lambda f: f[0].update(found="nothing")),
         ("finding", "].found")),
    Case("a finding put in", "findings.json",
         document("findings.json", lambda f: f.append(f[0] | {"code": "audited-already"})),
         ("finding-added", "findings.json: [audited-already")),
    Case("the head", "project.json", document("project.json", lambda h: h.update(country="Elsewhere")),
         ("project-head", "project.json: country")),
    Case("where things came from", "ro-crate-metadata.json",
         document("ro-crate-metadata.json", lambda c: c["@graph"][1].update(license="free for all")),
         ("metadata", "ro-crate-metadata.json: @graph[./].license")),
    Case("words of the report", "report.html", text("report.html", "Uncertainty deduction", "Uncertainty reduction"),
         ("report", "report.html: line ")),
    Case("a number of the report", "report.html", text("report.html", "698.0", "798.0"),
         ("report", "report.html: line ")),
    Case("a line put into the report", "report.html", text("report.html", "<body", "<!-- audited -->\n<body"),
         ("report", "report.html: number of lines")),
    Case("no report any more", "report.html", lambda t: t.write("report.html", b""),
         ("report", "report.html: number of lines")),
    Case("a coordinate of a figure", "figures/waterfall.svg",
         raw("figures/waterfall.svg", lambda b: re.sub(rb"(M[0-9]+\.[0-9]+)", rb"\g<1>1", b, count=1)),
         ("figure", "figures/waterfall.svg: line ")),
    Case("bytes that are no text", "figures/stocks.svg", raw("figures/stocks.svg", lambda b: b"\xff" + b),
         ("figure", "figures/stocks.svg")),
    Case("two figures changed about", "figures/stocks.svg",
         figures_about,
         ("figure", "figures/stocks.svg: number of lines")),
]  # fmt: skip


def names(outcome: Verification) -> list[tuple[str, str]]:
    return [(difference.code, difference.item) for difference in outcome.differences]


def holds(outcome: Verification, code: str, part: str) -> bool:
    return any(found == code and part in item for found, item in names(outcome))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_with_the_manifest_left_alone(case: Case, taken: Taken, whole: Path) -> None:
    """The manifest is looked at before anything is computed, so that is all that runs here."""
    case.change(taken)
    taken.write("manifest.json", (whole / "manifest.json").read_bytes())
    bundle = open_bundle(taken.folder)
    to = Comparison(1e-9)
    compare_files(bundle.manifest, {name: bundle.read(name) for name in bundle.names}, to)
    found = [(difference.code, difference.item) for difference in to.differences]
    assert any(
        code in {"file-changed", "file-added", "file-swapped"} and item == case.file for code, item in found
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_with_sums_made_again(case: Case, taken: Taken, verified: Callable[..., Verification]) -> None:
    case.change(taken)
    taken.hash_again()
    outcome = verified(taken)
    assert not outcome.same
    assert not any(code.startswith("file-ch") for code, _ in names(outcome)), (
        "the sums do not fit: the case is idle"
    )
    assert holds(outcome, *case.named), names(outcome)[:10]


def test_there_are_more_kinds_than_asked_for() -> None:
    assert len({case.id for case in CASES}) == len(CASES) >= 30
