"""The sheet of the sharp form of a period: both deductions from the changes of sampling units, in formulas."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.results.deductions import SharpDeduction
from mollisol.templates.workbook.changes import StrataCells
from mollisol.templates.workbook.known import Known
from mollisol.templates.workbook.sheet import Book, Cell, Look, student

_HEAD: Final = (
    "stratum, control site or shared error", "side", "replicates", "mean change, t CO2e/ha", "variance of changes",
    "third moment", "share of the area", "part of A", "df of A", "excess skewness", "part of lambda", "group",
    "squared distance from its group", "part of B", "df of B",
)  # fmt: skip
_COUNT, _MEAN, _SPREAD, _THIRD, _SHARE, _A, _FREEDOM, _EXCESS, _LAMBDA, _GROUP, _OFF, _B, _FREEDOM_B = range(
    2, 15
)
_WEIGHTS: Final = 16
"""The first column of the weights of control sites in the means of strata."""
_KNOWN_ERROR: Final = 1e99
"""Degrees of freedom of an error that is known: no cell holds infinity."""


class DeductionSheet:
    """The sheet ``Deduction n``: a row for each stratum, control site and shared error, then the two deductions."""

    def __init__(
        self, book: Book, sharp: SharpDeduction, number: int, known: Known, strata: StrataCells, period: str
    ) -> None:
        self._book, self._sharp, self._number, self._known = book, sharp, number, known
        self._strata, self._at = strata, f"@{period}"
        self._sites = known.labels(f"variance_of_site_mean{self._at}")
        self._homes = {**strata.project, **{site: strata.control[site] for site in self._sites}}
        self._spans = list(self._homes.values())
        self._own, self._every = len(strata.project), len(self._spans)

    @property
    def possible(self) -> bool:
        """Return whether the form rests on the sampling units that the sheet of changes has, and no others."""
        name = f"sharp_skewness_a{self._at}"
        if name not in self._known:
            return False
        samples = self._known.given(name, "samples")[: self._every]
        return bool(samples == [float(n) for _, n in self._spans])

    def write(self, mean: str, moment: str) -> tuple[str, dict[str, Cell]]:
        """Write the sheet; give where the UNC of the form stands, and both deductions with what the engine found.

        Parameters
        ----------
        mean, moment
            Where the mean difference and the UNC of the moment form stand.
        """
        self._sheet = sheet = self._book.sheet(f"Deduction {self._number}", (38, 16), freeze=(1, 1))
        sheet.head(0, _HEAD)
        terms = {form: self._known.array(f"sharp_terms_{form}{self._at}").tolist() for form in "ab"}
        further = len(terms["a"]) - self._every
        self._last = self._every + further + 1
        self._row = self._last + 2
        return self._lines(mean, moment, terms, further)

    def _span(self, column: int, first: int, last: int) -> str:
        return self._sheet.span(first, column, last, column)

    def _line(self, label: str, formula: str, value: float, source: str, look: Look = "live") -> str:
        self._sheet.text(self._row, 0, label, "label")
        self._sheet.text(self._row, 2, source, "note")
        self._row += 1
        if not formula:
            return self._sheet.put(self._row - 1, 1, value)
        return self._sheet.live(self._row - 1, 1, formula, value, look, "0.000000")

    def _lines(
        self, mean: str, moment: str, terms: Mapping[str, list[float]], further: int
    ) -> tuple[str, dict[str, Cell]]:
        known, at, sharp = self._known, self._at, self._sharp
        setting = {
            name: self._line(
                name, "", known.given(f"project_excess_skewness{at}", name), "the setting " + sharp.setting
            )
            for name in ("gate", "sample_term", "longest")
        }
        own, sites = (1, self._own), (self._own + 1, self._every)
        excess = [
            self._excess(side, sign, span, setting)
            for side, sign, span in (("project", "-", own), ("control", "", sites))
        ]
        below = self._line(
            "below_confidence", "", known.given(f"sharp_level_of_sites{at}", "below_confidence"), "as above"
        )
        freedom = float(sharp.site_degrees_of_freedom)
        count = self._line("sites less groups of sites", "", freedom, "0: one site alone")
        if freedom:
            between = self._line(
                "variance between sites", f"SUM({self._span(_OFF, *sites)})/{count}",
                known.number(f"variance_between_sites{at}") or 0.0, "mollisol:spread-of-sites",
            )  # fmt: skip
            of_sites = f"{between}*SUMSQ({self._span(_SHARE, *sites)})"
        else:
            of_sites = self._line(
                "lone_site", "", known.given(f"lone_site_variance{at}", "factor"), "as above"
            )
        self._rows(terms, excess, further, of_sites, freedom)
        deductions = []
        level = f"(confidence-{below})"
        for form, part, nu, probability, value in (
            ("a", _A, _FREEDOM, "confidence", sharp.deduction_a_t_co2e_per_ha),
            ("b", _B, _FREEDOM_B, level, sharp.deduction_b_t_co2e_per_ha),
        ):
            parts, freedoms = (self._span(column, 1, self._last) for column in (part, nu))
            numbers = {name: known.number(f"sharp_{name}_{form}{at}") or 0.0 for name in (
                "variance", "freedom", "t", "skewness", "multiplier",
            )}  # fmt: skip
            word = form.upper()
            variance = self._line(f"variance of {word}", f"SUM({parts})", numbers["variance"], "mollisol:sum")
            effective = self._line(
                f"degrees of freedom of {word}", f"{variance}^2/SUMPRODUCT({parts},{parts}/{freedoms})",
                numbers["freedom"], "mollisol:satterthwaite",
            )  # fmt: skip
            multiplier = self._line(
                f"t of {word}", student(probability, effective), numbers["t"], "mollisol:t-quantile"
            )
            if form == "a":
                skew = self._line(
                    "lambda, skewness of the estimate", f"SUM({self._span(_LAMBDA, 1, self._last)})/{variance}^1.5",
                    numbers["skewness"], "mollisol:skewness-of-estimate",
                )  # fmt: skip
                multiplier = self._line(
                    "lengthened multiplier", f"{multiplier}+{skew}*(2*{multiplier}^2+1)/6", numbers["multiplier"],
                    "mollisol:lengthened-multiplier",
                )  # fmt: skip
            cell = self._line(
                f"deduction {word}, t CO2e/ha",
                f"{multiplier}*SQRT({variance})",
                value,
                "docs/deduction.md",
                "result",
            )
            deductions.append((cell, value))
        # the posterior stands in the place of B where points share declared errors
        counted = "ab" if "b" in known.labels(f"sharp_deductions_percent{at}") else "a"
        largest = ",".join(
            f"100*{cell}/ABS({mean})" for (cell, _), _ in zip(deductions, counted, strict=False)
        )
        percent = known.number(f"sharp_uncertainty_percent{at}") or 0.0
        unc = self._line(
            "UNC of the sharp form, %",
            f"MAX({moment},{largest})",
            percent,
            "mollisol:lower-of-routes",
            "result",
        )
        names = ("deduction A, t CO2e/ha", "deduction B, t CO2e/ha")
        return unc, dict(zip(names, deductions, strict=True))

    def _excess(
        self, side: str, sign: str, rows: tuple[int, int], setting: Mapping[str, str]
    ) -> tuple[str, float]:
        """Write the pooled skewness of a side and what of it lies beyond chance; give where."""
        counts, thirds, spreads = (self._span(column, *rows) for column in (_COUNT, _THIRD, _SPREAD))
        known, at = self._known, self._at
        seen = known.given(f"{side}_excess_skewness{at}", "samples")
        number = self._line(
            f"{side}: samples in groups of three", f'SUMIF({counts},">=3")', seen, "docs/deduction.md"
        )
        spread = f"SUMPRODUCT(--({counts}>=3),{counts},{spreads})"
        skewness = self._line(
            f"{side}: pooled skewness",
            f"IF({spread}>0,SUMPRODUCT({counts},{thirds})*SQRT({number})/{spread}^1.5,0)",
            known.number(f"{side}_skewness{at}") or 0.0, "mollisol:pooled-skewness",
        )  # fmt: skip
        value = known.number(f"{side}_excess_skewness{at}") or 0.0
        beyond = f"{sign}{skewness}-{setting['gate']}*SQRT(6/{number})"
        longer = f"(1+{setting['sample_term']}/{number})"
        excess = self._line(
            f"{side}: excess skewness",
            f"IF({number}>0,MIN({setting['longest']},MAX(0,{longer}*({beyond}))),0)", value, "mollisol:excess-skewness",
        )  # fmt: skip
        return excess, value

    def _rows(
        self,
        terms: Mapping[str, list[float]],
        excess: list[tuple[str, float]],
        further: int,
        of_sites: str,
        site_freedom: float,
    ) -> None:
        """Write a row for each part of the variances; ``of_sites`` is what B takes: their spread, or the factor."""
        sheet, strata, known, at = self._sheet, self._strata, self._known, self._at
        changes = known.by_label(f"change_of_unit{at}")
        freedoms = known.given(f"sharp_freedom_a{at}", "degrees_of_freedom")
        areas = np.array([float(area) for area in known.array(f"area_ha{at}")])
        weights = known.array(f"control_site_weight{at}")
        groups = known.given(f"variance_between_sites{at}", "group") if site_freedom else []
        means = [_values(changes, home).mean() for home in self._sites]
        for number, (home, (span, n)) in enumerate(self._homes.items()):
            row, site = number + 1, number - self._own
            line, values, side = row + 1, _values(changes, home), int(site >= 0)
            sheet.words(row, (home, ("project", "control")[side]))
            sheet.put(row, _COUNT, n, "text")
            sheet.live(row, _MEAN, f"AVERAGE({span})", float(values.mean()))
            moments = _moments(values)
            sheet.live(row, _SPREAD, f"VAR({span})" if n > 1 else "0", moments[0])
            cubes = f"SUMPRODUCT(({span}-AVERAGE({span}))^3)"
            third = f"C{line}*{cubes}/((C{line}-1)*(C{line}-2))" if n > 2 else "0"
            sheet.live(row, _THIRD, third, moments[1])
            if side:
                column = self._span(_WEIGHTS + site, 1, self._own)
                sheet.text(0, _WEIGHTS + site, f"weight of {home}", "head")
                for place, weight in enumerate(weights[:, site], start=1):
                    sheet.put(place, _WEIGHTS + site, float(weight))
                share = float(areas @ weights[:, site] / areas.sum())
                sheet.live(row, _SHARE, f"SUMPRODUCT({strata.area},{column})/SUM({strata.area})", share)
                part, freedom = f"G{line}^2*E{line}/C{line}", f"MAX(1,C{line}-1)"
            else:
                share = float(areas[number] / areas.sum())
                sheet.live(row, _SHARE, f"{strata.sheet.at(row, 2)}/SUM({strata.area})", share)
                part, freedom = f"{strata.sheet.at(row, 7)}/SUM({strata.area})^2", strata.sheet.at(row, 8)
            sheet.live(row, _A, part, terms["a"][number])
            sheet.live(row, _FREEDOM, freedom, freedoms[number])
            sheet.live(row, _EXCESS, *excess[side])
            tail = excess[side][1] * terms["a"][number] ** 1.5 / math.sqrt(n)
            sheet.live(row, _LAMBDA, f"J{line}*H{line}^1.5/SQRT(C{line})", tail)
            if side and site_freedom:
                own = [mean for mean, group in zip(means, groups, strict=True) if group == groups[site]]
                sheet.put(row, _GROUP, groups[site])
                names, every = (self._span(column, self._own + 1, self._every) for column in (_GROUP, _MEAN))
                off = f"(D{line}-SUMIF({names},L{line},{every})/COUNTIF({names},L{line}))^2"
                sheet.live(row, _OFF, off, float((means[site] - np.mean(own)) ** 2))
                self._part_of_b(row, "0", 0.0, 1.0)
            elif side:
                self._part_of_b(row, f"{of_sites}*H{line}", terms["b"][number], freedoms[number])
            else:
                self._part_of_b(row, f"H{line}", terms["b"][number], freedoms[number])
        for number in range(further):
            row, place = self._every + 1 + number, self._every + number
            sheet.words(row, ("shared error", "carried over"))
            freedom_of = _finite(freedoms[place])
            sheet.put(row, _A, terms["a"][place], "carried", "0.0000")
            sheet.put(row, _FREEDOM, freedom_of, "carried", "0.0000")
            self._part_of_b(row, f"H{row + 1}", terms["a"][place], freedom_of)
        sheet.text(self._last, 0, "control sites, by the spread of their means")
        sheet.put(self._last, _A, 0.0, "text")
        sheet.put(self._last, _FREEDOM, 1.0, "text")
        if site_freedom:
            self._part_of_b(self._last, of_sites, terms["b"][self._own], site_freedom)
        else:
            self._part_of_b(self._last, "0", 0.0, 1.0)

    def _part_of_b(self, row: int, formula: str, value: float, freedom: float) -> None:
        self._sheet.live(row, _B, formula, value)
        self._sheet.put(row, _FREEDOM_B, freedom, "text", "0.0000")


def _values(changes: Mapping[str, float], home: str) -> NDArray[np.float64]:
    return np.array([value for label, value in changes.items() if label.partition("/")[0] == home])


def _moments(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the sample variance and the third moment; 0 where too few samples show them."""
    n, off = values.size, values - values.mean()
    variance = float((off**2).sum() / (n - 1)) if n > 1 else 0.0
    return variance, float(n * (off**3).sum() / ((n - 1) * (n - 2))) if n > 2 else 0.0


def _finite(freedom: float | str | None) -> float:
    """Return degrees of freedom as a cell can hold them."""
    return freedom if isinstance(freedom, (int, float)) and math.isfinite(freedom) else _KNOWN_ERROR
