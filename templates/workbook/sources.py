"""The sheet of sources and leakage of a period: reductions by source, unit and year, and what leaks, in formulas."""

from __future__ import annotations

from typing import Final

import numpy as np

from mollisol.methodology.results.run import PeriodResult
from mollisol.templates.workbook.known import Known
from mollisol.templates.workbook.sheet import Book, Look

_AMOUNT: Final = "#,##0.000000"
_C_TO_CO2: Final = "44/12"


class SourcesSheet:
    """The sheet ``Sources n``: a row for each source, year and unit, then a column for each year with its sums."""

    def __init__(self, book: Book, period: PeriodResult, number: int, known: Known) -> None:
        self._sheet = book.sheet(f"Sources {number}", (40, 16), freeze=(1, 1))
        self._known, self._at, self._period = known, f"@{period.name}", period
        self._years = len(period.vintages)
        self._row = 0

    def write(self) -> dict[str, list[str]]:
        """Write the sheet; give where source terms and leakage of each year stand, as far as cells compute them."""
        parts = self._reductions()
        found = {}
        sheet = self._sheet
        self._row += 1
        labels = [f"{vintage.during.start} to {vintage.during.end}" for vintage in self._period.vintages]
        sheet.head(self._row, ("year of the period, t CO2e", *labels))
        self._row += 1
        if terms := self._terms(parts):
            found["sources"] = terms
        if leakage := self._leakage():
            found["leakage"] = leakage
        return found

    def _reductions(self) -> dict[str, list[str]]:
        """Write reductions by source, year and unit; give the spans of each source by year."""
        known, sheet = self._known, self._sheet
        sheet.head(
            0,
            (
                "source",
                "year",
                "unit",
                "area, ha",
                "baseline, t CO2e/ha",
                "project, t CO2e/ha",
                "reduction, t CO2e",
            ),
        )
        self._row = 1
        names = (
            known.labels(f"source_reductions{self._at}") if f"source_reductions{self._at}" in known else []
        )
        spans: dict[str, list[str]] = {}
        units = known.labels(f"unit_area_ha{self._at}") if f"unit_area_ha{self._at}" in known else []
        for name in [*names, *(f"soil_{gas}_reduction{self._at}" for gas in ("ch4", "n2o"))]:
            if name not in known or not known.refers(name, "baseline_t_co2e_per_ha"):
                continue
            size = (self._years, len(units))
            area, baseline, project = (
                np.broadcast_to(known.argument(name, argument), size)
                for argument in ("area_ha", "baseline_t_co2e_per_ha", "project_t_co2e_per_ha")
            )
            spans[name] = []
            for year in range(self._years):
                first = self._row
                for unit, label in enumerate(units):
                    values = [float(side[year, unit]) for side in (area, baseline, project)]
                    sheet.words(
                        self._row, (name.partition("_reduction")[0].replace("_", " "), str(year + 1), label)
                    )
                    cells = [
                        sheet.put(self._row, column, value, "carried" if column > 3 else "given")
                        for column, value in enumerate(values, start=3)
                    ]
                    formula = f"{cells[0]}*({cells[1]}-{cells[2]})"
                    sheet.live(self._row, 6, formula, values[0] * (values[1] - values[2]), number=_AMOUNT)
                    self._row += 1
                spans[name].append(sheet.span(first, 6, self._row - 1, 6))
        return spans

    def _line(
        self, label: str, formulas: list[str], values: list[float], source: str, look: Look = "live"
    ) -> list[str]:
        """Write a row with a column for each year; without formulas what is carried over."""
        self._sheet.text(self._row, 0, label, "label")
        self._sheet.text(self._row, 1 + self._years, source, "note")
        cells = [
            self._sheet.live(self._row, column, formula, value, look, _AMOUNT)
            if formula
            else self._sheet.put(self._row, column, value, "carried", _AMOUNT)
            for column, (formula, value) in enumerate(zip(formulas, values, strict=True), start=1)
        ]
        self._row += 1
        return cells

    def _carried(self, label: str, name: str) -> list[str]:
        values = (
            np.broadcast_to(self._known.array(name), (self._years,)).tolist() if name in self._known else []
        )
        return self._line(
            label, [""] * self._years, values or [0.0] * self._years, "carried over from the engine"
        )

    def _terms(self, parts: dict[str, list[str]]) -> list[str]:
        """Write the sources of each year as they enter the reductions."""
        known, years, totals = self._known, range(self._years), []
        vintages = self._period.vintages
        for name, spans in parts.items():
            label = name.partition("_reduction")[0].replace("_", " ")
            totals.append(
                self._line(
                    label,
                    [f"SUM({span})" for span in spans],
                    known.array(name).tolist(),
                    known.equation(name),
                )
            )
        gases = {}
        for gas in ("ch4", "n2o"):
            name = f"soil_{gas}_reduction{self._at}"
            cells = totals[list(parts).index(name)] if name in parts else self._carried(f"soil {gas}", name)
            unc = [known.number(f"uncertainty_{gas}{self._at}.{year + 1}") or 0.0 for year in years]
            share = self._line(
                f"UNC of soil {gas}, share", [""] * self._years, unc, "carried over from the engine"
            )
            gases[name] = (cells, share)
        defaults = [cells for name, cells in zip(parts, totals, strict=True) if name not in gases]
        formulas = []
        for year in years:
            added = "+".join(cells[year] for cells in defaults) or "0"
            for cells, share in gases.values():
                printed = known.form(f"source_terms{self._at}.{year + 1}") == "printed"
                sign = "1" if printed else f"SIGN({cells[year]})"
                added += f"+{cells[year]}*(1-{share[year]}*{sign})"
            formulas.append(added)
        values = [vintage.source_terms_t_co2e for vintage in vintages]
        return self._line("other gases", formulas, values, "vm0042:37-sources", "result")

    def _leakage(self) -> list[str]:
        """Write what leaks each year; nothing where the form of the document as printed is in force."""
        known, at = self._known, self._at
        if f"leakage{at}" not in known or known.form(f"leakage{at}") == "printed":
            return []
        parts = [self._amendments(), self._residues(), self._displaced()]
        values = [vintage.leakage_t_co2e for vintage in self._period.vintages]
        formulas = ["+".join(cells[year] for cells in parts) for year in range(self._years)]
        return self._line("leakage", formulas, values, known.equation(f"leakage{at}"), "result")

    def _amendments(self) -> list[str]:
        known, name, label = self._known, f"amendment_leakage{self._at}", "organic amendments from outside"
        if not known.refers(name, "applied_t"):
            return self._carried(label, name)
        retained = float(known.argument(name, "retained_fraction"))
        increment = known.given(name, "basis") == "increment"
        form = "MAX(0,{0}-{1})*{2!r}" if increment else "{0}*{2!r}"
        kinds = self._kinds(
            name, ("applied_t", "look_back_t"), ("carbon_content_t_c_per_t",), "amendment", form
        )
        formulas = [f"{_C_TO_CO2}*{retained!r}*({kind})" for kind in kinds]
        return self._line(label, formulas, known.array(name).tolist(), known.equation(name))

    def _residues(self) -> list[str]:
        known, name, label = self._known, f"residue_leakage{self._at}", "residues taken from use as fuel"
        if not known.refers(name, "diverted_t_dm"):
            return self._carried(label, name)
        factors = ("energy_content_gj_per_t_dm", "fuel_factor_t_co2e_per_gj")
        formulas = self._kinds(name, ("diverted_t_dm",), factors, "residue", "{0}*{1!r}*{2!r}")
        return self._line(label, formulas, known.array(name).tolist(), known.equation(name))

    def _kinds(
        self, name: str, amounts: tuple[str, ...], factors: tuple[str, ...], label: str, form: str
    ) -> list[str]:
        """Write amounts by kind and year; give the sum over kinds of a form of amounts and factors, for each year."""
        known = self._known
        given = [np.atleast_2d(known.argument(name, amount)) for amount in amounts]
        count = max(one.shape[-1] for one in given)
        per_kind = [np.broadcast_to(known.argument(name, factor), (count,)).tolist() for factor in factors]
        rows = []
        for kind in range(count):
            cells = [
                self._line(
                    f"{label} {kind + 1}: {amount}", [""] * self._years,
                    np.broadcast_to(one, (self._years, count))[:, kind].tolist(), "given",
                )
                for amount, one in zip(amounts, given, strict=True)
            ]  # fmt: skip
            own = [factor[kind] for factor in per_kind]
            rows.append([form.format(*(row[year] for row in cells), *own) for year in range(self._years)])
        return ["+".join(row[year] for row in rows) or "0" for year in range(self._years)]

    def _displaced(self) -> list[str]:
        """Write displaced production from the land that it clears, where the edition in force has that."""
        known, at = self._known, self._at
        name, cumulative = f"displaced_leakage{at}", f"displaced_cumulative{at}"
        if name not in known or not known.refers(cumulative, "stock_lost_t_c_per_ha"):
            return self._carried("displaced production", name)
        cells = [self._cleared(cumulative)]
        for label, argument, of in (
            ("stock lost on new land, t C/ha", "stock_lost_t_c_per_ha", cumulative),
            ("emission of mitigation, t CO2e", "mitigation_emission_t_co2e", cumulative),
            ("displaced before the period, t CO2e", "prior_cumulative_t_co2e", name),
            ("years", "years", name),
        ):
            value = float(np.ravel(known.argument(of, argument))[0])
            self._sheet.text(self._row, 0, label, "label")
            cells.append(self._sheet.put(self._row, 1, value, "carried", _AMOUNT))
            self._row += 1
        area, lost, mitigation, prior, years = cells
        value = known.number(cumulative) or 0.0
        self._sheet.text(self._row, 0, "displaced since the start, t CO2e", "label")
        total = self._sheet.live(
            self._row, 1, f"{area}*{lost}*{_C_TO_CO2}+{mitigation}", value, number=_AMOUNT
        )
        self._row += 1
        yearly = known.number(name) or 0.0
        formulas = [f"({total}-{prior})/{years}"] * self._years
        return self._line("displaced production", formulas, [yearly] * self._years, known.equation(name))

    def _cleared(self, cumulative: str) -> str:
        """Write the new land of each commodity and its sum, 0 where the sum is below; give where it stands."""
        known, sheet, name = self._known, self._sheet, f"displaced_area{self._at}"
        first, value = self._row, float(np.ravel(known.argument(cumulative, "displaced_area_ha"))[0])
        if not known.refers(name, "new_land_ha"):
            sheet.text(first, 0, "displaced area, ha", "label")
            self._row += 1
            return sheet.put(first, 1, value, "carried", _AMOUNT)
        for number, land in enumerate(np.ravel(known.argument(name, "new_land_ha")).tolist(), start=1):
            sheet.text(self._row, 0, f"new land of commodity {number}, ha", "label")
            sheet.put(self._row, 1, land, "carried", _AMOUNT)
            self._row += 1
        sheet.text(self._row, 0, "displaced area, ha", "label")
        formula = f"MAX(0,SUM({sheet.span(first, 1, self._row - 1, 1)}))"
        self._row += 1
        return sheet.live(self._row - 1, 1, formula, value, number=_AMOUNT)
