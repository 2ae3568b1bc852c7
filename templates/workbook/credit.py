"""The sheet of one period from the mean and its variance to the units."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

from mollisol.methodology.results.run import PeriodResult, Vintage
from mollisol.templates.workbook.changes import StrataCells
from mollisol.templates.workbook.deduction import DeductionSheet
from mollisol.templates.workbook.known import Known
from mollisol.templates.workbook.sheet import Book, Cell, Look, Sheet, Value, student
from mollisol.templates.workbook.sources import SourcesSheet

_FORMS: Final = (
    ("guarded", "guarded form"),
    ("montecarlo", "Monte Carlo form"),
    ("posterior", "posterior"),
)
_AMOUNT: Final = "#,##0.0000"


class _Row(NamedTuple):
    """A row of the years of a period.

    ``formula`` names other rows of the same year, and is empty where the amount is carried over; ``figure`` is the
    amount in the results, whose sum over the years stands behind it where that means something.
    """

    label: str
    source: str
    formula: str
    figure: str = ""
    summed: bool = True


_CARRIED: Final = "carried over from the engine"
_AS_THEY_ARE: Final = 'OR(form_leakage_allocation="printed",MAX({reductions},{removals})<=0)'
_ON_REDUCTIONS: Final = f"IF({_AS_THEY_ARE},{{reductions}},MAX(0,{{reductions}}))"
_ON_REMOVALS: Final = f"IF({_AS_THEY_ARE},{{removals}},MAX(0,{{removals}}))"
_PARTS: Final = f"({_ON_REDUCTIONS}+{_ON_REMOVALS})"
_ROWS: Final[dict[str, _Row]] = {
    "project": _Row("project change after the deduction", "vm0042:45", "{after}", "project_change_t_co2e"),
    "baseline": _Row(
        "baseline change after the deduction", "vm0042:44", "{baseline_after}", "baseline_change_t_co2e"
    ),
    "cumulative": _Row(
        "cumulative project change since the start", "mollisol:running-total", "{before}+{project}",
        "cumulative_project_change_t_co2e", summed=False,
    ),
    "switch": _Row(
        "removals switch", "vm0042:37-switch", "IF({cumulative}>0,1,0)", "removals_switch", summed=False
    ),
    "lost": _Row("losses, project less baseline", "vm0042:37", "MIN(0,{project})-MIN(0,{baseline})"),
    "gained": _Row("gains, project less baseline", "vm0042:37", "MAX(0,{project})-MAX(0,{baseline})"),
    "sources": _Row("other gases", _CARRIED, "", "source_terms_t_co2e"),
    "reductions": _Row(
        "reductions", "vm0042:37", "{sources}+{lost}+(1-{switch})*{gained}", "reductions_t_co2e"
    ),
    "removals": _Row("removals", "vm0042:40", "{switch}*{gained}", "removals_t_co2e"),
    "leakage": _Row("leakage", _CARRIED, "", "leakage_t_co2e"),
    "leakage_er": _Row(
        "leakage on reductions", "vm0042:39",
        "IF({leakage}=0,0,{leakage}*" + f"{_ON_REDUCTIONS}/{_PARTS})",
    ),
    "leakage_cr": _Row(
        "leakage on removals", "vm0042:42",
        "IF({leakage}=0,0,{leakage}*" + f"{_ON_REMOVALS}/{_PARTS})",
    ),
    "net_er": _Row("net reductions", "vm0042:38", "{reductions}-{leakage_er}", "net_reductions_t_co2e"),
    "net_cr": _Row("net removals", "vm0042:41", "{removals}-{leakage_cr}", "net_removals_t_co2e"),
    "buffer_er": _Row(
        "buffer on reductions", "vm0042:75", "({lost}+(1-{switch})*{gained})*rating_percent/100",
        "buffer_on_reductions_t_co2e",
    ),
    "buffer_cr": _Row(
        "buffer on removals", "vm0042:76", "{switch}*{gained}*rating_percent/100", "buffer_on_removals_t_co2e"
    ),
    "verified_er": _Row(
        "verified reductions", "vm0042:77", "{net_er}-{buffer_er}", "verified_reductions_t_co2e"
    ),
    "verified_cr": _Row(
        "verified removals", "vm0042:78", "{net_cr}-{buffer_cr}", "verified_removals_t_co2e"
    ),
    "verified": _Row("verified total", "vm0042:79", "{verified_er}+{verified_cr}", "verified_total_t_co2e"),
}  # fmt: skip


class CreditSheet:
    """The sheet ``Credit n``: label, value, unit and equation in rows; years of the period in columns."""

    def __init__(self, book: Book, period: PeriodResult, number: int, known: Known) -> None:
        self._book, self._period, self._number, self._known = book, period, number, known
        self._at = f"@{period.name}"
        self._sheet: Sheet = book.sheet(f"Credit {number}", (46, 16, 16), freeze=(1, 1))
        self._row = 1
        self.found: dict[str, Cell] = {}
        """Where each figure of the period stands, and what the engine found."""

    def write(self, strata: StrataCells | None, before: str) -> str:
        """Write the sheet, and give where the cumulative project change at its end stands.

        Parameters
        ----------
        strata
            Where the sums over strata stand; without them the mean and its variance are carried over from the engine.
        before
            Where the cumulative project change before the period stands.
        """
        period = self._period
        self._sheet.head(0, ("figure", "value", "unit", "equation or source"))
        self._title(f"Mean difference over {period.during.start} to {period.during.end}")
        years = self._given("years of the period", period.years, "year")
        mean, yearly = self._mean(strata, years)
        uncertainty, bar = self._deduction(strata, mean)
        project, baseline = self._after(mean, yearly, uncertainty)
        computed = SourcesSheet(self._book, period, self._number, self._known).write()
        last = self._years(project, baseline, before, computed)
        spans = {
            name: self._sheet.span(row, 1, row, len(period.vintages))
            for row, name in enumerate(_ROWS, start=self._row - len(_ROWS))
        }
        self._calendar(self._units(spans["verified"], bar), spans)
        return last

    def _title(self, text: str) -> None:
        self._row += 1
        self._sheet.text(self._row, 0, text, "title")
        self._row += 1

    def _line(self, label: str, unit: str, source: str) -> int:
        self._sheet.text(self._row, 0, label, "label")
        self._sheet.text(self._row, 2, unit)
        self._sheet.text(self._row, 3, source, "note")
        self._row += 1
        return self._row - 1

    def _given(self, label: str, value: Value, unit: str, source: str = "", look: Look = "given") -> str:
        number = _AMOUNT if look == "carried" else "General"
        return self._sheet.put(self._line(label, unit, source), 1, value, look, number)

    def _carried(self, label: str, value: Value, unit: str, source: str = _CARRIED) -> str:
        return self._given(label, value, unit, source, "carried")

    def _live(
        self, label: str, formula: str, value: Value, unit: str, source: str, look: Look = "live"
    ) -> str:
        return self._sheet.live(self._line(label, unit, source), 1, formula, value, look, _AMOUNT)

    def _result(self, key: str, label: str, formula: str, value: float, unit: str, source: str) -> str:
        cell = self._live(label, formula, value, unit, source, "result")
        self.found[key] = (cell, value)
        return cell

    def _mean(self, strata: StrataCells | None, years: str) -> tuple[str, tuple[str, str]]:
        period, number = self._period, self._known.number
        if strata is None:
            project, baseline = (
                self._carried(f"{scenario} change a year", change / period.years, "t CO2e")
                for scenario, change in (
                    ("project", period.project_change_t_co2e),
                    ("baseline", period.baseline_change_t_co2e),
                )
            )
            area = self._given("area", period.area_ha, "ha", "strata.csv")
        else:
            area = self._live("area", f"SUM({strata.area})", period.area_ha, "ha", "strata")
            biochar = number(f"biochar_carbon_per_year{self._at}") or 0.0
            carbon = self._given("biochar carbon a year", biochar, "t C", "biochar.csv")
            project = self._live(
                "project change a year, less biochar",
                f"SUM({strata.project_times_area})/{years}-{carbon}*c_to_co2e",
                number(f"project_soil_change_less_biochar{self._at}"), "t CO2e", "vm0042:47, condition 7",
            )  # fmt: skip
            baseline = self._live(
                "baseline change a year", f"SUM({strata.baseline_times_area})/{years}",
                number(f"baseline_soil_change{self._at}"), "t CO2e", "vm0042:46",
            )  # fmt: skip
        mean = self._result(
            "mean difference, t CO2e/ha", "mean difference, project less baseline",
            f"({project}-{baseline})*{years}/{area}", period.deduction.mean_t_co2e_per_ha,
            "t CO2e/ha", "mollisol:mean-difference",
        )  # fmt: skip
        self._result(
            "gross change, t CO2e", "gross change of the period", f"({project}-{baseline})*{years}",
            period.gross_t_co2e, "t CO2e", "vm0042:46, vm0042:47",
        )  # fmt: skip
        return mean, (project, baseline)

    def _calibration(self, area: str) -> tuple[str, str]:
        """Carry over what calibrations add to the variance; give terms of two formulas, empty without any."""
        at, number = f".corrected{self._at}", self._known.number
        whole, sampling = number(f"variance_with_calibration{at}"), number(f"variance_of_mean{at}")
        if whole is None or sampling is None:
            return "", ""
        cell = self._carried("variance that calibrations add", whole - sampling, "(t CO2e/ha)2")
        freedom = number(f"calibration_degrees_of_freedom{self._at}")
        samples = self._carried("degrees of freedom of calibrations", freedom, "1")
        return f"+{cell}", f"+({cell}*{area}^2)^2/{samples}"

    def _deduction(self, strata: StrataCells | None, mean: str) -> tuple[str, str]:
        own, at = self._period.deduction, f".corrected{self._at}"
        self._title("Variance, degrees of freedom and deduction")
        variance_value = own.standard_error_t_co2e_per_ha**2
        if strata is None:
            variance = self._carried("variance of the mean", variance_value, "(t CO2e/ha)2")
            freedom = self._carried("degrees of freedom", own.degrees_of_freedom, "1")
        else:
            area = f"SUM({strata.area})"
            calibration, lost = self._calibration(area)
            variance = self._live(
                "variance of the mean", f"SUM({','.join(strata.terms)})/{area}^2{calibration}", variance_value,
                "(t CO2e/ha)2", "vm0042:70, vm0042:71, mollisol:shared-control",
            )  # fmt: skip
            parts = zip(strata.terms, strata.freedoms, strict=True)
            spread = "+".join(f"SUMPRODUCT({term},{term}/{freedom})" for term, freedom in parts)
            total = f"({variance}*{area}^2)" if lost else f"SUM({','.join(strata.terms)})"
            freedom = self._live(
                "degrees of freedom (Satterthwaite)",
                f'IF({variance}>0,{total}^2/({spread}{lost}),"")', own.degrees_of_freedom, "1",
                "mollisol:satterthwaite",
            )  # fmt: skip
        error = self._result(
            "standard error, t CO2e/ha", "standard error", f"SQRT({variance})", own.standard_error_t_co2e_per_ha,
            "t CO2e/ha", "mollisol:standard-error",
        )  # fmt: skip
        t = self._live(
            "t quantile of the deduction", student("confidence", freedom), own.t_quantile, "1",
            "by the beta distribution: T.INV would round the degrees of freedom down to a whole number",
        )  # fmt: skip
        self._result(
            "credited by the moment form, t CO2e/ha", "credited by the moment form", f"{mean}-{t}*{error}",
            own.credited_t_co2e_per_ha, "t CO2e/ha", "mollisol:credited-after-deduction",
        )  # fmt: skip
        moment_value = self._known.number(f"uncertainty_percent{at}") or own.uncertainty_percent
        below = f'IF(form_deduction_denominator="printed",{mean},ABS({mean}))'
        moment = self._result(
            "UNC of the moment form, %", "UNC of the moment form", f"100*{t}*{error}/{below}", moment_value, "%",
            "vm0042:74",
        )  # fmt: skip
        wide = f'IF(form_eligibility_quantile="printed",NORMSINV(0.95),{student("0.95", freedom)})'
        half_width = self._result(
            "half-width, % of the mean", "two-sided 90 % half-width", f"100*{wide}*{error}/ABS({mean})",
            own.half_width_percent, "%", "vcs-mr:2.4",
        )  # fmt: skip
        others = {name: self._other_form(name, words) for name, words in _FORMS}
        others = {"sharp": self._sharp_form(strata, mean, moment), **others}
        sharp = others["sharp"]
        if self._period.credited_form == "posterior":
            # it stands in the place of deduction B, below the ceiling of deduction A
            sharp = f"MAX({sharp},{others['posterior']})"
        choice = (
            f'IF(issuing_form="moment",{moment},IF(AND(issuing_form="posterior",ISNUMBER({others["posterior"]})),'
            f'{others["posterior"]},IF(issuing_form="sharp",'
            f"MAX({moment},IF(ISNUMBER({others['sharp']}),{sharp},{others['posterior']})),"
            f"MAX({moment},{','.join(others.values())}))))"
        )
        issuing = self._result(
            "UNC that issues, %", "UNC that issues, by the rule of issuance", choice,
            self._period.issuing_uncertainty_percent, "%", "mollisol:lower-of-routes",
        )  # fmt: skip
        passes = self._live(
            "within the bar", f"IF({half_width}<=bar_percent,1,0)", float(own.eligible), "0 or 1",
            "vcs.eligibility.half-width",
        )  # fmt: skip
        if not own.eligible and self._period.state == "eligible":
            passes = self._carried("within the bar over ten years", 1.0, "0 or 1", "the findings of the run")
        return issuing, passes

    def _sharp_form(self, strata: StrataCells | None, mean: str, moment: str) -> str:
        """Return where the UNC of the sharp form stands: on a sheet of its own, carried over where cells cannot."""
        own = self._period.sharp
        if strata is not None and own is not None:
            sheet = DeductionSheet(self._book, own, self._number, self._known, strata, self._period.name)
            if sheet.possible:
                cell, found = sheet.write(mean, moment)
                self.found |= found
                return self._live(
                    "UNC of the sharp form", cell, own.uncertainty_percent, "%", "the sheet of the deduction"
                )
        return self._other_form("sharp", "sharp form")

    def _other_form(self, name: str, words: str) -> str:
        """Write the UNC of a form that cells cannot compute."""
        value = self._known.number(f"{name}_uncertainty_percent{self._at}")
        source = f"{_CARRIED}: it does not follow when a core is changed"
        return self._carried(f"UNC of the {words}", value, "%", source)

    def _after(self, mean: str, yearly: tuple[str, str], uncertainty: str) -> tuple[str, str]:
        self._title("Yearly stock change after the deduction")
        woody, first = self._period.woody, self._period.vintages[0]
        trees = (woody.project_t_co2e_per_year, woody.baseline_t_co2e_per_year) if woody else (0.0, 0.0)
        values = (first.project_change_t_co2e, first.baseline_change_t_co2e)
        names = (("project", "vm0042:45"), ("baseline", "vm0042:44"))
        cells = []
        for (scenario, source), change, value, own in zip(names, yearly, values, trees, strict=True):
            stock = self._carried(f"trees and shrubs a year, {scenario}", own, "t CO2e")
            formula = f"{change}*(1-{uncertainty}/100*IF({mean}>=0,1,-1))+{stock}"
            label = f"{scenario} change a year after the deduction"
            cells.append(self._live(label, formula, value, "t CO2e", source))
        return cells[0], cells[1]

    def _years(self, project: str, baseline: str, before: str, computed: Mapping[str, list[str]]) -> str:
        """Write the years of the period in columns, with their sums; give where the cumulative change stands."""
        self._title("Reductions, removals, leakage and buffer by year")
        vintages, sheet = self._period.vintages, self._sheet
        years = [f"{vintage.during.start} to {vintage.during.end}" for vintage in vintages]
        sheet.head(self._row, ("year of the period", *years, "sum"))
        self._row += 1
        for column, vintage in enumerate(vintages, start=1):
            cells = {"after": project, "baseline_after": baseline, "before": before}
            cells |= {name: places[column - 1] for name, places in computed.items()}
            self._year(column, vintage, cells)
            before = cells["cumulative"]
        last = len(vintages)
        for place, row in enumerate(_ROWS.values(), start=self._row):
            sheet.text(place, 0, row.label, "label")
            sheet.text(place, 2 + last, row.source, "note")
            if row.figure and row.summed:
                total = math.fsum(getattr(vintage, row.figure) for vintage in vintages)
                span = sheet.span(place, 1, place, last)
                cell = sheet.live(place, 1 + last, f"SUM({span})", total, "result")
                self.found[f"{row.label}, t CO2e"] = (cell, total)
        self._row += len(_ROWS)
        return before

    def _year(self, column: int, vintage: Vintage, cells: dict[str, str]) -> None:
        """Write one year, and enter where each of its rows stands."""
        project, baseline = vintage.project_change_t_co2e, vintage.baseline_change_t_co2e
        without_figure = {
            "lost": min(0.0, project) - min(0.0, baseline),
            "gained": max(0.0, project) - max(0.0, baseline),
            "leakage_er": vintage.reductions_t_co2e - vintage.net_reductions_t_co2e,
            "leakage_cr": vintage.removals_t_co2e - vintage.net_removals_t_co2e,
        }
        for place, (name, row) in enumerate(_ROWS.items(), start=self._row):
            value = getattr(vintage, row.figure) if row.figure else without_figure[name]
            if row.formula:
                number = "0" if name == "switch" else _AMOUNT
                formula = row.formula.format(**cells)
                cells[name] = self._sheet.live(place, column, formula, value, number=number)
            elif name in cells:
                cells[name] = self._sheet.live(place, column, cells[name], value, number=_AMOUNT)
            else:
                cells[name] = self._sheet.put(place, column, value, "carried", _AMOUNT)

    def _units(self, verified: str, bar: str) -> str:
        period = self._period
        self._title("Units")
        total = self._result(
            "verified total, t CO2e", "verified total", f"SUM({verified})", period.verified_total_t_co2e,
            "t CO2e", "vm0042:79",
        )  # fmt: skip
        refused = period.issuance == "refused" and period.deduction.eligible
        source = "the findings of the run"
        other = self._carried("refused for another reason", float(refused), "0 or 1", source)
        return self._result(
            "units, whole t CO2e", "units to issue, whole tonnes down",
            f"IF(AND({bar}=1,{other}=0),MAX(0,INT({total})),0)",
            float(period.units_to_issue_t), "whole t CO2e", "mollisol:units-to-issue",
        )  # fmt: skip

    def _calendar(self, units: str, spans: Mapping[str, str]) -> None:
        """Lay the units over calendar years and labels: shares by days, whole units by largest remainders."""
        period = self._period
        if not period.calendar:
            return
        self._title("Calendar years and labels")
        days = self._known.array(f"days{self._at}")
        sheet, start = self._sheet, self._row
        count, years = len(period.vintages), len(period.calendar)
        for place, part in enumerate(period.calendar):
            sheet.text(start + place, 0, f"days in {part.year}", "label")
            for year in range(count):
                sheet.put(start + place, 1 + year, float(days[year][place]), "given", "0")
        for year in range(count):
            span = sheet.span(start, 1 + year, start + years - 1, 1 + year)
            sheet.live(start + years, 1 + year, f"SUM({span})", float(days[year].sum()), number="0")
        sheet.text(start + years, 0, "days of the year of the period", "label")
        total_days = sheet.span(start + years, 1, start + years, count)
        top = start + years + 2
        counted = ("share of the units", "whole units down", "remainder", "units")
        sheet.head(top, ("calendar year and label", "t CO2e", *counted))
        rows = [
            (
                f"{part.year} {label}s", name, place, getattr(part, f"verified_{label}s_t_co2e"),
                float(getattr(part, f"{label}_units_t")),
            )
            for label, name in (("reduction", "verified_er"), ("removal", "verified_cr"))
            for place, part in enumerate(period.calendar)
        ]  # fmt: skip
        first, last = top + 1, top + len(rows)
        amounts, downs = sheet.span(first, 1, last, 1), sheet.span(first, 3, last, 3)
        rests = sheet.span(first, 4, last, 4)
        positive = sum(max(0.0, amount) for _, _, _, amount, _ in rows)
        for number, (label, name, place, amount, whole) in enumerate(rows):
            row = first + number
            line = row + 1
            sheet.text(row, 0, label, "label")
            own_days = sheet.span(start + place, 1, start + place, count)
            sheet.live(row, 1, f"SUMPRODUCT({spans[name]},{own_days}/{total_days})", amount)
            share = max(0.0, amount) / positive * period.units_to_issue_t if positive else 0.0
            all_positive = f'SUMIF({amounts},">0")'
            sheet.live(row, 2, f"IF({all_positive}>0,MAX(0,B{line})/{all_positive}*{units},0)", share)
            sheet.live(row, 3, f"INT(ROUND(C{line},9))", float(math.floor(round(share, 9))), number="0")
            sheet.live(row, 4, f"ROUND(C{line}-D{line},9)", round(share - math.floor(round(share, 9)), 9))
            earlier = f"+COUNTIF({sheet.span(first, 4, row - 1, 4)},E{line})" if number else ""
            rank = f'1+COUNTIF({rests},">"&E{line}){earlier}'
            formula = f"D{line}+IF({rank}<=ROUND({units}-SUM({downs}),0),1,0)"
            self.found[f"units {label}, whole t CO2e"] = (
                sheet.live(row, 5, formula, whole, "result", "0"), whole,
            )  # fmt: skip
