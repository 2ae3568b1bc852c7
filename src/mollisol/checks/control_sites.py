"""Step 2c: do the control sites stand for their units? Equivalence, trends before the start, regression to the mean."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from mollisol.methodology.checks.baseline_controls import contaminated_sites, lost_sites
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.project import QuantificationUnit
from mollisol.methodology.results.run import ControlDiagnostics
from mollisol.methodology.trace import Quantity
from mollisol.quantification.averages import mean_by_group
from mollisol.quantification.soil_carbon_change import stock_change_t_co2e_per_ha
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha
from mollisol.stocks.measured import UnitStocks
from mollisol.uncertainty.comparison.control_sites import (
    equivalence_margin,
    equivalence_p_value,
    regression_to_mean_t_co2e_per_ha,
    trend_difference_t_co2e_per_ha_yr,
)
from mollisol.uncertainty.comparison.similarity import welch_p_value

_DAYS_PER_YEAR = 365.25
_WHERE = "docs/measure-and-model.md, control sites"


def diagnose_controls(
    context: Context, stocks: UnitStocks
) -> tuple[tuple[ControlDiagnostics, ...], list[Finding]]:
    """Look at the control sites of each unit beside the printed similarity test.

    Returns
    -------
    tuple
        One row for each unit that has control sites to compare with, and what there is to say. Nothing here refuses.
    """
    project = context.project
    if not project.measured_controls or not project.control_links:
        return (), []
    step = _Diagnosis(context, stocks)
    rows, findings = [], []
    error = _standard_error(context)
    for unit in project.quantification_units:
        empty = step.without_carbon(unit)
        if empty is not None:
            findings.append(empty)
            continue
        row = step.of_unit(unit)
        if row is not None:
            rows.append(row)
            findings += step.findings(row, error)
    return tuple(rows), findings


class _Diagnosis:
    def __init__(self, context: Context, stocks: UnitStocks) -> None:
        project = context.project
        self._project, self._stocks, self._trace = project, stocks, context.trace
        self._confidence = context.rules.number("vm0042.control.similarity-confidence")
        self._contaminated, self._lost = contaminated_sites(project), lost_sites(project)
        period = project.head.verification_periods[0]
        self._first, self._last = period.first_campaign, period.last_campaign
        self._moves: tuple[Quantity, Quantity] | None = None

    def without_carbon(self, unit: QuantificationUnit) -> Finding | None:
        """Find stocks of 0 in a unit: a margin that is a share of them means nothing."""
        own = self._trace.quantities.get(f"similarity_unit_stock.{unit.quantification_unit}")
        empty = [] if own is None else [own.index[n] for n in np.flatnonzero(np.asarray(own.value) <= 0)]
        if own is None or not empty:
            return None
        return Finding(
            code="zero-stock",
            severity=Severity.WARNING,
            where=Place(file="core_increments.csv", column="soc_g_per_kg", thing=f"sampling unit {empty[0]}"),
            found=f"{len(empty)} of {len(own.index)} sampling units with a stock of 0 t C/ha or less at the start",
            allowed="carbon in every sampling unit",
            do="look whether 0 stands for a missing value; the unit is not compared with its control sites",
            clause=_WHERE,
        )

    def of_unit(self, unit: QuantificationUnit) -> ControlDiagnostics | None:
        """Give the row of a unit; None where too few values were compared at the start."""
        trace, name = self._trace, unit.quantification_unit
        known = trace.quantities
        own = known.get(f"similarity_unit_stock.{name}")
        controls = known.get(f"similarity_site_stock.{name}") or known.get(f"similarity_control_stock.{name}")
        if own is None or controls is None or f"similarity_p_value.{name}" not in known:
            return None
        share = trace.rule("mollisol.control.equivalence-margin")
        level = float(np.mean(own.value))
        chance = trace.compute(
            f"equivalence_p_value.{name}",
            equivalence_p_value,
            first=own,
            second=controls,
            margin=trace.compute(
                f"equivalence_margin.{name}", equivalence_margin, stock_t_c_per_ha=own, share=share
            ),
        )
        printed = float(known[f"similarity_p_value.{name}"].value)
        strata = {s.stratum for s in self._project.strata if s.quantification_unit == name}
        sites = {link.control_site for link in self._project.control_links if link.stratum in strata}
        trend, trend_p, years = self._trend(name, strata, sites)
        return ControlDiagnostics(
            quantification_unit=name,
            sampling_units=len(own.index),
            control_values=len(controls.index),
            difference_percent=100 * (level - float(np.mean(controls.value))) / level,
            similarity_p_value=printed,
            similar=printed >= 1 - self._confidence,
            equivalence_p_value=float(chance.value),
            equivalence_margin_percent=100 * float(share.value),
            equivalent=float(chance.value) <= (1 - self._confidence) / 2,
            trend_difference_t_co2e_per_ha_yr=trend,
            trend_p_value=trend_p,
            look_back_years=years,
            regression_to_mean_t_co2e_per_ha=self._regression(name, strata, sites),
            contaminated=tuple(sorted(sites & set(self._contaminated))),
            lost=tuple(sorted(sites & set(self._lost))),
        )

    def _values(
        self, name: str, of: Quantity, strata: set[str], sites: set[str]
    ) -> tuple[Quantity, Quantity] | None:
        """Pick the sampling units of the strata, and the means of the sites; None where a side has fewer than two."""
        home = self._stocks.home_of
        own = [place for place, unit in enumerate(of.index) if home[unit] in strata]
        members: dict[str, list[int]] = defaultdict(list)
        for place, unit in enumerate(of.index):
            if home[unit] in sites:
                members[home[unit]].append(place)
        linked = [place for site in sorted(members) for place in members[site]]
        if len(own) < 2 or len(linked) < 2:
            return None
        units, control = (
            self._trace.arrange(
                f"{name}.{side}",
                np.asarray(of.value)[places],
                [of],
                index=[of.index[place] for place in places],
                places=places,
            )
            for side, places in (("unit", own), ("control_unit", linked))
        )
        if len(members) == 1:
            return units, control
        return units, self._trace.compute(
            f"{name}.control_site",
            mean_by_group,
            index=sorted(members),
            unit=of.unit,
            values=control,
            group=[number for number, site in enumerate(sorted(members)) for _ in members[site]],
        )

    def _trend(
        self, name: str, strata: set[str], sites: set[str]
    ) -> tuple[float | None, float | None, float | None]:
        """Compare the changes before the start, where a campaign of the look-back measured the same units."""
        earlier = [
            campaign
            for campaign in self._project.head.campaigns
            if campaign.name in self._stocks.by_campaign
            and campaign.during.end < self._project.head.start_date
            and campaign.name != self._first
        ]
        start = self._stocks.by_campaign.get(self._first)
        if not earlier or start is None:
            return None, None, None
        back = self._stocks.by_campaign[earlier[0].name]
        if back.index != start.index:
            return None, None, None
        change = self._trace.compute(
            f"look_back_change.{name}",
            stock_change_t_co2e_per_ha,
            index=start.index,
            stock_start_t_c_per_ha=back,
            stock_end_t_c_per_ha=start,
        )
        sides = self._values(f"look_back_change.{name}", change, strata, sites)
        if sides is None:
            return None, None, None
        first = next(c for c in self._project.head.campaigns if c.name == self._first)
        years = (first.during.start - earlier[0].during.start).days / _DAYS_PER_YEAR
        trend = self._trace.compute(
            f"trend_difference.{name}",
            trend_difference_t_co2e_per_ha_yr,
            unit_change_t_co2e_per_ha=sides[0],
            control_change_t_co2e_per_ha=sides[1],
            years=years,
        )
        chance = self._trace.compute(f"trend_p_value.{name}", welch_p_value, first=sides[0], second=sides[1])
        return float(trend.value), float(chance.value), years

    def _first_period(self) -> tuple[Quantity, Quantity] | None:
        """Give change and starting stock of all sampling units over the first period, computed once for all."""
        start = self._stocks.by_campaign.get(self._first)
        end = self._stocks.by_campaign.get(self._last)
        if self._moves is None and start is not None and end is not None and start.index == end.index:
            change = self._trace.compute(
                "first_change",
                stock_change_t_co2e_per_ha,
                index=start.index,
                stock_start_t_c_per_ha=start,
                stock_end_t_c_per_ha=end,
            )
            level = self._trace.compute(
                "first_stock", stock_t_co2e_per_ha, index=start.index, stock_t_c_per_ha=start
            )
            self._moves = (change, level)
        return self._moves

    def _regression(self, name: str, strata: set[str], sites: set[str]) -> float | None:
        """Compute what of the first period's difference unlike starting stocks explain."""
        first = self._first_period()
        if first is None:
            return None
        change, level = first
        trace = self._trace
        moved = self._values(f"first_change.{name}", change, strata, sites)
        began = self._values(f"first_stock.{name}", level, strata, sites)
        if moved is None or began is None:
            return None
        group = [1] * len(moved[0].index) + [0] * len(moved[1].index)
        both = {
            key: trace.arrange(
                f"{key}.{name}",
                np.concatenate([np.asarray(side.value) for side in sides]),
                list(sides),
                index=[*sides[0].index, *sides[1].index],
            )
            for key, sides in (("regression_start", began), ("regression_change", moved))
        }
        try:
            found = trace.compute(
                f"regression_to_mean.{name}",
                regression_to_mean_t_co2e_per_ha,
                start_t_co2e_per_ha=both["regression_start"],
                change_t_co2e_per_ha=both["regression_change"],
                group=group,
            )
        except ValueError:
            return None  # starting stocks that agree exactly: nothing can regress
        return float(found.value)

    def findings(self, row: ControlDiagnostics, error: float) -> list[Finding]:
        """Say what the diagnostics of a unit found; ``error`` is the standard error of the first difference."""
        where = Place(file="control_links.csv", thing=f"unit {row.quantification_unit}")
        found = []
        if row.similar and not row.equivalent:
            found.append(
                Finding(
                    code="control-equivalence-not-shown",
                    severity=Severity.NOTE,
                    where=where,
                    found=f"start {row.difference_percent:+.1f} % apart; two one-sided tests p = "
                    f"{row.equivalence_p_value:.3f}, where the printed test finds nothing (p = "
                    f"{row.similarity_p_value:.3f})",
                    allowed=f"shown to differ by less than {row.equivalence_margin_percent:g} %, p up to "
                    f"{(1 - self._confidence) / 2:g}",
                    do="know that few and scattered control sites always pass the printed test; more would show it",
                    clause="mollisol.control.equivalence-margin",
                )
            )
        if row.trend_p_value is not None and row.trend_p_value < 1 - self._confidence:
            found.append(
                Finding(
                    code="control-trend-differs",
                    severity=Severity.WARNING,
                    where=where,
                    found=f"{row.trend_difference_t_co2e_per_ha_yr:+.2f} t CO2e/(ha yr) apart over "
                    f"{row.look_back_years:.1f} years before the start, p = {row.trend_p_value:.3f}",
                    allowed="parallel before the start: a difference in differences takes for an effect what was not",
                    do="find out why, or choose control sites that ran in parallel",
                    clause=_WHERE,
                )
            )
        moved = row.regression_to_mean_t_co2e_per_ha
        if moved is not None and moved > error:
            found.append(
                Finding(
                    code="control-regression-to-mean",
                    severity=Severity.WARNING,
                    where=where,
                    found=f"{moved:.2f} t CO2e/ha of the first period's difference follow from unlike starting stocks",
                    allowed=f"up to the standard error of the difference, {error:.2f} t CO2e/ha",
                    do="look whether units were chosen for low stocks; the same points measured again would show it",
                    clause=_WHERE,
                )
            )
        return found


def _standard_error(context: Context) -> float:
    period = context.project.head.verification_periods[0].name
    known = [
        quantity
        for name, quantity in context.trace.quantities.items()
        if name.startswith("standard_error.corrected@") and name.partition("@")[2].split(":")[0] == period
    ]
    return max((float(quantity.value) for quantity in known), default=0.0)
