"""Sheets of one period: paired changes of sampling units, then strata and control groups with their variances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from mollisol.methodology.checks.control_sites import control_groups
from mollisol.methodology.project import Project
from mollisol.methodology.results.run import PeriodResult
from mollisol.templates.workbook.known import Known
from mollisol.templates.workbook.sheet import Book, Cell, Sheet

type Cells = tuple[str, int]
"""A range, and how many cells it has."""


@dataclass(frozen=True, slots=True)
class StrataCells:
    """Where the sums of a period stand, the sheet of its strata, and the changes of each stratum and control site."""

    area: str
    project_times_area: str
    baseline_times_area: str
    terms: list[str]
    freedoms: list[str]
    sheet: Sheet
    project: dict[str, Cells]
    control: dict[str, Cells]


@dataclass(slots=True)
class _Rows:
    """Ranges of changes on the sheet: of each stratum, of each control site, and of each control group."""

    strata: dict[str, Cells] = field(default_factory=dict)
    sites: dict[str, Cells] = field(default_factory=dict)
    groups: dict[tuple[str, ...], Cells] = field(default_factory=dict)


class ChangeSheets:
    """The sheets ``Changes n`` and ``Strata n`` of a period."""

    def __init__(self, book: Book, project: Project, period: PeriodResult, number: int, known: Known) -> None:
        self._book, self._project, self._period, self._known = book, project, period, known
        self._number, self._at = number, f"@{period.name}"
        self._groups = control_groups(project)

    def write(self, unit_stock: Mapping[tuple[str, str], Cell]) -> StrataCells:
        """Write both sheets from where the stocks of sampling units stand."""
        return self._write_strata(self._write_changes(unit_stock))

    def _write_changes(self, unit_stock: Mapping[tuple[str, str], Cell]) -> _Rows:
        sheet = self._book.sheet(f"Changes {self._number}", (16, 24, 18, 16, 16, 18), freeze=(1, 3))
        first, last = self._period.first_campaign, self._period.last_campaign
        stocks = (f"stock {first}, t C/ha", f"stock {last}, t C/ha", "change, t CO2e/ha")
        sheet.head(0, ("side", "stratum or control site", "sampling unit", *stocks))
        found = self._known.by_label(f"change_of_unit{self._at}")
        members: dict[str, list[str]] = defaultdict(list)
        for label in found:
            members[label.partition("/")[0]].append(label)
        rows = _Rows()
        row = 1

        def block(side: str, home: str) -> Cells:
            """Write the sampling units of a stratum or control site; give the cells of their changes."""
            nonlocal row
            start = row
            for label in members[home]:
                sheet.words(row, (side, home, label.partition("/")[2]))
                for column, campaign in ((3, first), (4, last)):
                    sheet.live(row, column, *unit_stock[campaign, label])
                sheet.live(row, 5, f"(E{row + 1}-D{row + 1})*c_to_co2e", found[label])
                row += 1
            return sheet.span(start, 5, row - 1, 5), row - start

        for stratum in self._project.strata:
            rows.strata[stratum.stratum] = block("project", stratum.stratum)
        for site in dict.fromkeys(site for sites in self._groups.values() for site in sites):
            rows.sites[site] = block("control", site)
        self._sites(sheet, row + 1, rows)
        return rows

    def _sites(self, sheet: Sheet, row: int, rows: _Rows) -> None:
        """Write the means of control sites where a group has several; a site alone stands for its sampling units."""
        sheet.head(row, ("control site", "sampling units", "mean change, t CO2e/ha"), 3)
        row += 1
        for sites in self._groups.values():
            if len(sites) == 1:
                rows.groups[sites] = rows.sites[sites[0]]
                continue
            found = self._known.by_label(f"control_change_of_replicate_of_site{self._at}")
            start = row
            for site in sites:
                span, count = rows.sites[site]
                sheet.text(row, 3, site)
                sheet.put(row, 4, count, "text")
                sheet.live(row, 5, f"AVERAGE({span})", found[site])
                row += 1
            rows.groups[sites] = (sheet.span(start, 5, row - 1, 5), len(sites))

    def _write_strata(self, rows: _Rows) -> StrataCells:
        sheet = self._book.sheet(f"Strata {self._number}", (26, 20, 12, 12, 14), freeze=(1, 1))
        count, groups = len(self._project.strata), len(self._groups)
        second, third = count + 3, count + groups + 6
        means = self._write_groups(sheet, second, rows)
        baseline, levers = self._write_links(sheet, third, means)
        self._write_levers(sheet, second, levers)
        head = (
            "stratum", "quantification unit", "area, ha", "sampling units", "project change, t CO2e/ha",
            "baseline change, t CO2e/ha", "difference, t CO2e/ha", "variance of the total, (t CO2e)2", "df",
            "area x project, t CO2e", "area x baseline, t CO2e",
        )  # fmt: skip
        sheet.head(0, head)
        pairs = zip(self._project.strata, self._period.strata, strict=True)
        for row, (stratum, own) in enumerate(pairs, start=1):
            span, n = rows.strata[stratum.stratum]
            sheet.words(row, (stratum.stratum, stratum.quantification_unit))
            sheet.put(row, 2, stratum.area_ha)
            sheet.put(row, 3, n, "text")
            line = row + 1
            project, control = own.project_change_t_co2e_per_ha, own.baseline_change_t_co2e_per_ha
            sheet.live(row, 4, f"AVERAGE({span})", project)
            sheet.live(row, 5, baseline[stratum.stratum], control)
            sheet.live(row, 6, f"E{line}-F{line}", own.difference_t_co2e_per_ha)
            if own.project_degrees_of_freedom == n - 1:
                sheet.live(row, 7, f"C{line}^2*VAR({span})/D{line}", own.project_variance_t2)
                sheet.live(row, 8, f"D{line}-1", own.project_degrees_of_freedom, number="0")
            else:  # the design has an estimator of its own
                sheet.put(row, 7, own.project_variance_t2)
                sheet.put(row, 8, own.project_degrees_of_freedom)
            sheet.live(row, 9, f"C{line}*E{line}", stratum.area_ha * project)
            sheet.live(row, 10, f"C{line}*F{line}", stratum.area_ha * control)
        blocks = ((1, count), (second + 1, second + groups))
        return StrataCells(
            area=sheet.span(1, 2, count, 2),
            project_times_area=sheet.span(1, 9, count, 9),
            baseline_times_area=sheet.span(1, 10, count, 10),
            terms=[sheet.span(top, 7, last, 7) for top, last in blocks],
            freedoms=[sheet.span(top, 8, last, 8) for top, last in blocks],
            sheet=sheet,
            project=rows.strata,
            control=rows.sites,
        )

    def _write_groups(self, sheet: Sheet, top: int, rows: _Rows) -> dict[tuple[str, ...], Cell]:
        head = (
            "control group", "control sites", "group", "replicates", "mean change, t CO2e/ha",
            "variance of the mean", "lever: area weight, ha", "variance of the total, (t CO2e)2", "df",
        )  # fmt: skip
        sheet.head(top, head)
        means, variances = (
            self._known.array(f"control_{name}{self._at}").tolist() for name in ("change", "variance")
        )
        found = {}
        for place, sites in enumerate(self._groups.values()):
            row = top + 1 + place
            line = row + 1
            span, n = rows.groups[sites]
            sheet.text(row, 0, "+".join(sites))
            for column, number in enumerate((len(sites), place + 1, n), start=1):
                sheet.put(row, column, number, "text")
            found[sites] = (sheet.live(row, 4, f"AVERAGE({span})", means[place]), means[place])
            sheet.live(row, 5, f"VAR({span})/D{line}", variances[place])
            sheet.live(row, 8, f"D{line}-1", n - 1.0, number="0")
        return found

    def _write_links(
        self, sheet: Sheet, top: int, means: Mapping[tuple[str, ...], Cell]
    ) -> tuple[dict[str, str], tuple[str, str, dict[int, float]]]:
        """Write which group stands for which stratum with which weight; a stratum's sites count alike."""
        weights = ("weight", "area weight, ha", "weight x mean")
        sheet.head(top, ("stratum", "control group", "group", "sites", *weights))
        row = top + 1
        baseline: dict[str, str] = {}
        sums: dict[int, float] = defaultdict(float)
        squares: dict[int, float] = defaultdict(float)
        for number, stratum in enumerate(self._project.strata, start=1):
            linked = [
                (place, sites)
                for place, (strata, sites) in enumerate(self._groups.items(), start=1)
                if stratum.stratum in strata
            ]
            total = sum(len(sites) for _, sites in linked)
            start = row
            counts = sheet.span(start, 3, start + len(linked) - 1, 3)
            for place, sites in linked:
                weight = len(sites) / total
                sheet.words(row, (stratum.stratum, "+".join(sites)))
                sheet.put(row, 2, place, "text")
                sheet.put(row, 3, len(sites))
                line = row + 1
                sheet.live(row, 4, f"D{line}/SUM({counts})", weight)
                area = sheet.at(number, 2)
                sheet.live(row, 5, f"E{line}*{area}", weight * stratum.area_ha)
                sheet.live(row, 6, f"E{line}*{means[sites][0]}", weight * means[sites][1])
                sums[place] += weight * stratum.area_ha
                squares[place] += (weight * stratum.area_ha) ** 2
                row += 1
            baseline[stratum.stratum] = f"SUM({sheet.span(start, 6, row - 1, 6)})"
        printed = self._known.form(f"control_variance_total.corrected{self._at}") == "printed"
        values = {place: float(np.sqrt(squares[place])) if printed else sums[place] for place in sums}
        return baseline, (sheet.span(top + 1, 2, row - 1, 2), sheet.span(top + 1, 5, row - 1, 5), values)

    def _write_levers(self, sheet: Sheet, top: int, levers: tuple[str, str, dict[int, float]]) -> None:
        groups, areas, values = levers
        terms = self._known.array(f"control_variance_terms.corrected{self._at}")
        for place in range(1, len(self._groups) + 1):
            line = top + place + 1
            same = f"--({groups}=C{line})"
            squares, sums = f"SQRT(SUMPRODUCT({same},{areas},{areas}))", f"SUMPRODUCT({same},{areas})"
            formula = f'IF(form_shared_control="printed",{squares},{sums})'
            sheet.live(top + place, 6, formula, values[place])
            sheet.live(top + place, 7, f"G{line}^2*F{line}", float(terms[place - 1]))
