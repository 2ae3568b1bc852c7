"""The sheet of one period from the mean and its variance to the units."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from mollisol.methodology.results.run import PeriodResult, Vintage
from mollisol.templates.workbook.changes import StrataCells
from mollisol.templates.workbook.known import Known
from mollisol.templates.workbook.sheet import Book, Look, Sheet, Value

_FORMS = (("guarded", "guarded form"), ("montecarlo", "Monte Carlo form"), ("posterior", "posterior"))


@dataclass(slots=True)
class CreditCells:
    """Where the results of a period stand: figure to cell, and what the engine found."""

    found: dict[str, tuple[str, float]] = field(default_factory=dict)
    last_cumulative: str = ""


class CreditSheet:
    """The sheet ``Credit n``: label, value, unit and equation in rows; years of the period in columns."""

    def __init__(self, book: Book, period: PeriodResult, number: int, known: Known) -> None:
        self._period, self._known, self._at = period, known, f"@{period.name}"
        self._sheet: Sheet = book.sheet(f"Credit {number}", (46, 16, 16), freeze=(1, 1))
        self._row = 1
        self.cells = CreditCells()

    def write(self, strata: StrataCells | None, before: str) -> CreditCells:
        """Write the sheet; without strata the mean and its variance are carried over from the engine.

        Parameters
        ----------
        strata
            Where the sums over strata stand.
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
        totals = self._years(project, baseline, before)
        units = self._units(totals, bar)
        self._calendar(units)
        return self.cells

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
        number = "#,##0.0000" if look == "carried" else "General"
        return self._sheet.put(self._line(label, unit, source), 1, value, look, number)

    def _carried(
        self, label: str, value: Value, unit: str, source: str = "carried over from the engine"
    ) -> str:
        return self._given(label, value, unit, source, "carried")

    def _live(
        self, label: str, formula: str, value: Value, unit: str, source: str, look: Look = "live"
    ) -> str:
        cell = self._sheet.live(self._line(label, unit, source), 1, formula, value, look, "#,##0.0000")
        return cell

    def _result(self, key: str, label: str, formula: str, value: float, unit: str, source: str) -> str:
        cell = self._live(label, formula, value, unit, source, "result")
        self.cells.found[key] = (cell, value)
        return cell

    def _mean(self, strata: StrataCells | None, years: str) -> tuple[str, tuple[str, str]]:
        period, number = self._period, self._known.number
        if strata is None:
            project = self._carried(
                "project change a year", period.project_change_t_co2e / period.years, "t CO2e"
            )
            baseline = self._carried(
                "baseline change a year", period.baseline_change_t_co2e / period.years, "t CO2e"
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
        whole, sampling = (
            number(f"{name}{at}") for name in ("variance_with_calibration", "variance_of_mean")
        )
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
                "variance of the mean", f"SUM({strata.terms[0]})/{area}^2{calibration}", variance_value,
                "(t CO2e/ha)2", "vm0042:70, vm0042:71, mollisol:shared-control",
            )  # fmt: skip
            parts = zip(strata.terms[0].split(","), strata.freedoms[0].split(","), strict=True)
            spread = "+".join(f"SUMPRODUCT({term},{term}/{freedom})" for term, freedom in parts)
            freedom = self._live(
                "degrees of freedom (Satterthwaite)",
                f'IF({variance}>0,({variance}*{area}^2)^2/({spread}{lost}),"")' if lost
                else f'IF({variance}>0,SUM({strata.terms[0]})^2/({spread}),"")', own.degrees_of_freedom, "1",
                "mollisol:satterthwaite",
            )  # fmt: skip
        error = self._result(
            "standard error, t CO2e/ha", "standard error", f"SQRT({variance})", own.standard_error_t_co2e_per_ha,
            "t CO2e/ha", "mollisol:standard-error",
        )  # fmt: skip
        t = self._live(
            "t quantile of the deduction", _student("confidence", freedom), own.t_quantile, "1",
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
        wide = f'IF(form_eligibility_quantile="printed",NORMSINV(0.95),{_student("0.95", freedom)})'
        half_width = self._result(
            "half-width, % of the mean", "two-sided 90 % half-width", f"100*{wide}*{error}/ABS({mean})",
            own.half_width_percent, "%", "vcs-mr:2.4",
        )  # fmt: skip
        others = {name: self._other_form(name, words) for name, words in _FORMS}
        choice = (
            f'IF(issuing_form="moment",{moment},IF(AND(issuing_form="posterior",ISNUMBER({others["posterior"]})),'
            f"{others['posterior']},MAX({moment},{','.join(others.values())})))"
        )
        issuing = self._result(
            "UNC that issues, %", "UNC that issues: the largest, unless the rule says otherwise", choice,
            self._period.issuing_uncertainty_percent, "%", "mollisol:lower-of-routes",
        )  # fmt: skip
        passes = self._live(
            "within the bar", f"IF({half_width}<=bar_percent,1,0)", float(own.eligible), "0 or 1",
            "vcs.eligibility.half-width",
        )  # fmt: skip
        return issuing, passes

    def _other_form(self, name: str, words: str) -> str:
        """Write the UNC of a form that cells cannot compute."""
        return self._carried(
            f"UNC of the {words}",
            self._known.number(f"{name}_uncertainty_percent{self._at}"),
            "%",
            "carried over from the engine: it does not follow when a core is changed",
        )

    def _after(self, mean: str, yearly: tuple[str, str], uncertainty: str) -> tuple[str, str]:
        self._title("Yearly stock change after the deduction")
        cells = []
        woody = self._period.woody
        first = self._period.vintages[0]
        for scenario, change, value, trees in (
            (
                "project",
                yearly[0],
                first.project_change_t_co2e,
                woody.project_t_co2e_per_year if woody else 0.0,
            ),
            (
                "baseline",
                yearly[1],
                first.baseline_change_t_co2e,
                woody.baseline_t_co2e_per_year if woody else 0.0,
            ),
        ):
            stock = self._carried(f"trees and shrubs a year, {scenario}", trees, "t CO2e")
            cells.append(
                self._live(
                    f"{scenario} change a year after the deduction",
                    f"{change}*(1-{uncertainty}/100*IF({mean}>=0,1,-1))+{stock}",
                    value,
                    "t CO2e",
                    "vm0042:45" if scenario == "project" else "vm0042:44",
                )
            )
        return cells[0], cells[1]

    def _years(self, project: str, baseline: str, before: str) -> dict[str, str]:
        """Write the years of the period in columns; give the range of each row that is summed."""
        self._title("Reductions, removals, leakage and buffer by year")
        vintages = self._period.vintages
        head = self._row
        self._sheet.text(head, 0, "year of the period", "head")
        for place, vintage in enumerate(vintages):
            self._sheet.text(head, 1 + place, f"{vintage.during.start} to {vintage.during.end}", "head")
        self._sheet.text(head, 1 + len(vintages), "sum", "head")
        self._row += 1
        at = {name: self._row + number for number, name in enumerate(_ROWS)}
        for place, vintage in enumerate(vintages):
            self._year(at, 1 + place, vintage, project, baseline, before)
            before = self._sheet.at(at["cumulative"], 1 + place)
        self.cells.last_cumulative = before
        sums = {}
        for name, (label, source) in _ROWS.items():
            row = at[name]
            self._sheet.text(row, 0, label, "label")
            self._sheet.text(row, 2 + len(vintages), source, "note")
            span = self._sheet.span(row, 1, row, len(vintages))
            sums[name] = span
            if name not in {"cumulative", "switch"}:
                total = math.fsum(getattr(v, _FIELDS[name]) for v in vintages) if name in _FIELDS else None
                if total is not None:
                    cell = self._sheet.live(row, 1 + len(vintages), f"SUM({span})", total, "result")
                    self.cells.found[f"{label}, t CO2e"] = (cell, total)
        self._row += len(_ROWS)
        return sums

    def _year(
        self, place: dict[str, int], column: int, vintage: Vintage, project: str, baseline: str, before: str
    ) -> None:
        sheet = self._sheet

        def put(name: str, formula: str, value: float, number: str = "#,##0.0000") -> str:
            return sheet.live(place[name], column, formula, value, number=number)

        p = put("project", project, vintage.project_change_t_co2e)
        b = put("baseline", baseline, vintage.baseline_change_t_co2e)
        total = put("cumulative", f"{before}+{p}", vintage.cumulative_project_change_t_co2e)
        switch = put("switch", f"IF({total}>0,1,0)", vintage.removals_switch, "0")
        pv, bv = vintage.project_change_t_co2e, vintage.baseline_change_t_co2e
        lost = put("lost", f"MIN(0,{p})-MIN(0,{b})", min(0.0, pv) - min(0.0, bv))
        gained = put("gained", f"MAX(0,{p})-MAX(0,{b})", max(0.0, pv) - max(0.0, bv))
        sources = sheet.put(place["sources"], column, vintage.source_terms_t_co2e, "carried", "#,##0.0000")
        er = put("reductions", f"{sources}+{lost}+(1-{switch})*{gained}", vintage.reductions_t_co2e)
        cr = put("removals", f"{switch}*{gained}", vintage.removals_t_co2e)
        leak = sheet.put(place["leakage"], column, vintage.leakage_t_co2e, "carried", "#,##0.0000")
        share = [f'IF(form_leakage_allocation="printed",{x},MAX(0,{x}))' for x in (er, cr)]
        on = [
            put(name, f"IF({leak}=0,0,{leak}*{part}/({share[0]}+{share[1]}))", gross - net)
            for name, part, gross, net in (
                ("leakage_er", share[0], vintage.reductions_t_co2e, vintage.net_reductions_t_co2e),
                ("leakage_cr", share[1], vintage.removals_t_co2e, vintage.net_removals_t_co2e),
            )
        ]
        net_er = put("net_er", f"{er}-{on[0]}", vintage.net_reductions_t_co2e)
        net_cr = put("net_cr", f"{cr}-{on[1]}", vintage.net_removals_t_co2e)
        buffer_er = put(
            "buffer_er",
            f"({lost}+(1-{switch})*{gained})*rating_percent/100",
            vintage.buffer_on_reductions_t_co2e,
        )
        buffer_cr = put(
            "buffer_cr", f"{switch}*{gained}*rating_percent/100", vintage.buffer_on_removals_t_co2e
        )
        put("verified_er", f"{net_er}-{buffer_er}", vintage.verified_reductions_t_co2e)
        put("verified_cr", f"{net_cr}-{buffer_cr}", vintage.verified_removals_t_co2e)
        cells = [sheet.at(place[name], column) for name in ("verified_er", "verified_cr")]
        put("verified", "+".join(cells), vintage.verified_total_t_co2e)

    def _units(self, sums: dict[str, str], bar: str) -> str:
        period = self._period
        self._title("Units")
        total = self._result(
            "verified total, t CO2e", "verified total", f"SUM({sums['verified']})", period.verified_total_t_co2e,
            "t CO2e", "vm0042:79",
        )  # fmt: skip
        refused = period.issuance == "refused" and period.deduction.eligible
        other = self._carried(
            "refused for another reason", float(refused), "0 or 1", "the findings of the run"
        )
        self._sums = sums
        return self._result(
            "units, whole t CO2e", "units to issue, whole tonnes down",
            f"IF(AND({bar}=1,{other}=0),MAX(0,INT({total})),0)",
            float(period.units_to_issue_t), "whole t CO2e", "mollisol:units-to-issue",
        )  # fmt: skip

    def _calendar(self, units: str) -> None:
        """Lay the units over calendar years and labels: shares by days, whole units by largest remainders."""
        period = self._period
        if not period.calendar:
            return
        self._title("Calendar years and labels")
        days = self._known.array(f"days{self._at}")
        sheet, start = self._sheet, self._row
        count, years = len(period.vintages), len(period.calendar)
        labels = [f"days in {part.year}" for part in period.calendar]
        for place, label in enumerate(labels):
            sheet.text(start + place, 0, label, "label")
            for year in range(count):
                sheet.put(start + place, 1 + year, float(days[year][place]), "given", "0")
        for year in range(count):
            span = sheet.span(start, 1 + year, start + years - 1, 1 + year)
            sheet.live(start + years, 1 + year, f"SUM({span})", float(days[year].sum()), number="0")
        sheet.text(start + years, 0, "days of the year of the period", "label")
        total_days = sheet.span(start + years, 1, start + years, count)
        top = start + years + 2
        sheet.head(
            top,
            (
                "calendar year and label",
                "t CO2e",
                "share of the units",
                "whole units down",
                "remainder",
                "units",
            ),
        )
        rows = [
            (f"{part.year} {label}", name, place, amount, counted)
            for label, name in (("reductions", "verified_er"), ("removals", "verified_cr"))
            for place, part in enumerate(period.calendar)
            for amount, counted in [
                (part.verified_reductions_t_co2e, part.reduction_units_t)
                if name == "verified_er"
                else (part.verified_removals_t_co2e, part.removal_units_t)
            ]
        ]
        first, last = top + 1, top + len(rows)
        amounts, downs = sheet.span(first, 1, last, 1), sheet.span(first, 3, last, 3)
        rests = sheet.span(first, 4, last, 4)
        positive = sum(max(0.0, amount) for _, _, _, amount, _ in rows)
        for number, (label, name, place, amount, counted) in enumerate(rows):
            row = first + number
            line = row + 1
            sheet.text(row, 0, label, "label")
            own_days = sheet.span(start + place, 1, start + place, count)
            sheet.live(row, 1, f"SUMPRODUCT({self._sums[name]},{own_days}/{total_days})", amount)
            share = max(0.0, amount) / positive * period.units_to_issue_t if positive else 0.0
            all_positive = f'SUMIF({amounts},">0")'
            sheet.live(row, 2, f"IF({all_positive}>0,MAX(0,B{line})/{all_positive}*{units},0)", share)
            sheet.live(row, 3, f"INT(ROUND(C{line},9))", float(math.floor(round(share, 9))), number="0")
            sheet.live(row, 4, f"ROUND(C{line}-D{line},9)", round(share - math.floor(round(share, 9)), 9))
            earlier = f"+COUNTIF({sheet.span(first, 4, row - 1, 4)},E{line})" if number else ""
            formula = (
                f'D{line}+IF(1+COUNTIF({rests},">"&E{line}){earlier}<=ROUND({units}-SUM({downs}),0),1,0)'
            )
            cell = sheet.live(row, 5, formula, float(counted), "result", "0")
            self.cells.found[f"units {label}, whole t CO2e"] = (cell, float(counted))
        self._row = last + 2


def _student(probability: str, freedom: str) -> str:
    """Return the quantile of Student's t for any degrees of freedom; without any, that of the normal distribution."""
    beta = f"BETAINV(2*{probability}-1,0.5,{freedom}/2)"
    return f"IF(ISNUMBER({freedom}),SQRT({freedom}*{beta}/(1-{beta})),NORMSINV({probability}))"


_ROWS: dict[str, tuple[str, str]] = {
    "project": ("project change after the deduction", "vm0042:45"),
    "baseline": ("baseline change after the deduction", "vm0042:44"),
    "cumulative": ("cumulative project change since the start", "mollisol:running-total"),
    "switch": ("removals switch", "vm0042:37-switch"),
    "lost": ("losses, project less baseline", "vm0042:37"),
    "gained": ("gains, project less baseline", "vm0042:37"),
    "sources": ("other gases", "carried over from the engine"),
    "reductions": ("reductions", "vm0042:37"),
    "removals": ("removals", "vm0042:40"),
    "leakage": ("leakage", "carried over from the engine"),
    "leakage_er": ("leakage on reductions", "vm0042:39"),
    "leakage_cr": ("leakage on removals", "vm0042:42"),
    "net_er": ("net reductions", "vm0042:38"),
    "net_cr": ("net removals", "vm0042:41"),
    "buffer_er": ("buffer on reductions", "vm0042:75"),
    "buffer_cr": ("buffer on removals", "vm0042:76"),
    "verified_er": ("verified reductions", "vm0042:77"),
    "verified_cr": ("verified removals", "vm0042:78"),
    "verified": ("verified total", "vm0042:79"),
}

_FIELDS = {
    "project": "project_change_t_co2e",
    "baseline": "baseline_change_t_co2e",
    "sources": "source_terms_t_co2e",
    "reductions": "reductions_t_co2e",
    "removals": "removals_t_co2e",
    "leakage": "leakage_t_co2e",
    "net_er": "net_reductions_t_co2e",
    "net_cr": "net_removals_t_co2e",
    "buffer_er": "buffer_on_reductions_t_co2e",
    "buffer_cr": "buffer_on_removals_t_co2e",
    "verified_er": "verified_reductions_t_co2e",
    "verified_cr": "verified_removals_t_co2e",
    "verified": "verified_total_t_co2e",
}
