"""Every number in the report's tables has a name that ``explain`` knows; what has a name leads to rows or clauses."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from mollisol.audit.explain import Explainer
from mollisol.bundle.read import Bundle, open_bundle
from mollisol.bundle.table import plain
from mollisol.methodology.result_paths import numbers_of
from mollisol.origins.sums import sums_of
from mollisol.reading.project import read_project
from mollisol.templates.monitoring_report.report import report_model
from mollisol.templates.output import Report
from mollisol.templates.output import csv as tables_of


def tables(bundle: Bundle) -> dict[str, list[list[str]]]:
    project = read_project(bundle.input_files).project
    assert project is not None
    model = report_model(
        results=bundle.results,
        findings=bundle.findings,
        trace=bundle.trace | {"quantities": bundle.quantities.values()},
        manifest=bundle.manifest,
        head=bundle.head,
    )
    files = tables_of(Report(model, project, bundle.quantities))
    return {
        name: list(csv.reader(io.StringIO(content.decode(), newline="")))
        for name, content in files.items()
        if name.startswith("tables/")
    }


def flat(value: Any) -> Iterator[float]:
    if isinstance(value, list):
        for item in value:
            yield from flat(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def named(bundle: Bundle) -> set[float]:
    """Give the values of all that has a name, and what tables make of them: per cent, printed less corrected."""
    results = bundle.results.model_dump(mode="json")
    values = {*numbers_of(results).values(), *(value for _, value in sums_of(results).values())}
    for quantity in bundle.quantities.values():
        values |= set(flat(plain(quantity["value"])))
    values |= {
        float(rule["value"]) for rule in bundle.trace["rules"] if isinstance(rule["value"], int | float)
    }
    for period in bundle.results.periods:
        own, printed = period.deduction, period.deduction_printed
        values |= {form.credited_t_co2e_per_ha * period.area_ha for form in (own, printed)}
        for field, value in own.model_dump(mode="json").items():
            other = getattr(printed, field)
            if isinstance(value, float) and isinstance(other, float):
                values.add(other - value)
        values.add((printed.credited_t_co2e_per_ha - own.credited_t_co2e_per_ha) * period.area_ha)
    total = sums_of(results)
    gross, deducted = (total[f"totals.{name}_t_co2e"][1] for name in ("gross", "deducted"))
    if gross:
        values.add(100 * deducted / abs(gross))
    return values | {100 * value for value in values}


def test_every_number_in_a_table_has_a_name(bundle: Path) -> None:
    opened = open_bundle(bundle)
    near = sorted(named(opened))
    text = " ".join(finding.found + finding.allowed for finding in opened.findings)
    totals = sums_of(opened.results.model_dump(mode="json"))
    steps = {round(abs(value), 1) for _, value in totals.values()}  # the waterfall prints one decimal
    strangers: dict[str, list[str]] = {}
    count = 0
    for name, rows in tables(opened).items():
        for cell in (cell for row in rows for cell in row):
            try:
                value = float(cell)
            except ValueError:
                continue
            count += 1
            if "from-gross-change-to-units" in name and abs(value) in steps:
                continue
            close = any(abs(value - other) <= 1e-9 * max(1.0, abs(value)) for other in near)
            if not close and cell not in text:
                strangers.setdefault(name, []).append(cell)
    assert count > 500
    assert strangers == {}


def test_sums_of_the_report_lead_to_their_periods(bundle: Path) -> None:
    explainer = Explainer(open_bundle(bundle))
    tree = explainer.explain("totals.verified_total_t_co2e")
    assert [child.name for child in tree.children] == [
        f"verified_total@{period.name}"
        for period in open_bundle(bundle).results.periods
        if period.issuance == "issued"
    ]
    assert "FOLLOW" not in tree.words


class Cells(HTMLParser):
    """The cells of the tables before the trace, with the titles of the numbers inside, and the rows of the trace.

    What a finding found and allows is its own words, and is left out.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.cells: list[tuple[str, list[tuple[str, str]], bool]] = []
        self.quantities: list[str] = []
        self._text: str | None = None
        self._names: list[tuple[str, str]] = []
        self._linked = self._trace = self._head = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._trace = self._trace or given.get("id") == "trace"
        if tag == "td" and not self._trace and given.get("data-label") not in {"Found", "Allowed"}:
            self._text, self._names, self._linked = "", [], False
        self._linked = self._linked or given.get("class") == "traced"
        if tag == "data" and self._text is not None:
            self._names.append((given.get("title") or "", given["value"] or ""))
        if tag == "tr" and self._trace and (given.get("id") or "").startswith("q-"):
            self._head = True

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data
        elif self._head:
            self.quantities.append(data)
            self._head = False

    def handle_endtag(self, tag: str) -> None:
        if tag == "td" and self._text is not None:
            self.cells.append((self._text.strip(), self._names, self._linked))
            self._text = None


NUMBER = re.compile(r"[\u2212-]?[0-9][0-9\u202f]*(\.[0-9]+)?")


def test_every_number_in_a_table_leads_to_the_trace_or_names_what_explain_finds(bundle: Path) -> None:
    """A name that is a number of the results, or a sum of the report, has the value that the cell prints."""
    explainer = Explainer(open_bundle(bundle))
    results = open_bundle(bundle).results.model_dump(mode="json")
    values = numbers_of(results) | {name: value for name, (_, value) in sums_of(results).items()}
    page = Cells((bundle / "report.html").read_text(encoding="utf-8"))
    numbers = [cell for cell in page.cells if NUMBER.fullmatch(cell[0]) or cell[1]]
    assert len(numbers) > 400
    assert [text for text, names, _ in numbers if not names or not all(name for name, _ in names)] == []
    for name, value in {pair for _, names, _ in numbers for pair in names}:
        assert explainer.explain(name, depth=2).name, name
        if name in values:
            found = float(value)
            share = name.endswith(".share")
            assert found == pytest.approx((100 if share else 1) * values[name], rel=1e-12, abs=1e-12), name
    assert sum(linked for _, _, linked in numbers) > 0.5 * len(numbers)
    assert len(page.quantities) > 100
    assert set(page.quantities) <= set(explainer.names)
