"""Lay the vintages of a period over calendar years, and its whole units over years and labels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from mollisol.methodology.base import Interval
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.results.figure import entries, whole
from mollisol.methodology.results.run import CalendarPart, Vintage
from mollisol.methodology.trace import Quantity
from mollisol.programmes.interface import Shares
from mollisol.quantification.accounting.units import calendar_split_t_co2e, units_by_label_t


def days_by_year(spans: Sequence[Interval]) -> tuple[tuple[int, ...], list[list[float]]]:
    """Return the calendar years that the spans touch, and the days that each span has in each."""
    years = tuple(range(spans[0].start.year, spans[-1].end.year + 1))
    days = [
        [
            float(max(0, (min(span.end, date(year, 12, 31)) - max(span.start, date(year, 1, 1))).days + 1))
            for year in years
        ]
        for span in spans
    ]
    return years, days


def calendar_parts(
    context: PeriodContext, vintages: Sequence[Vintage], verified: Sequence[Shares], units: Quantity
) -> tuple[CalendarPart, ...]:
    """Return what of a period falls into each calendar year.

    Parameters
    ----------
    vintages, verified
        The years of the period, as the equations ran.
    units
        Whole units of the period; they are laid over years and labels so that they add up.

    Notes
    -----
    The equations run by year of the period. A calendar year gets its share of each by days, after all of them: the
    switch has then been set, and neither a total nor a label moves.
    """
    trace, period = context.trace, context.period.name
    trace.rule("mollisol.vintages.split")
    years, days = days_by_year([vintage.during for vintage in vintages])
    labels = tuple(map(str, years))
    given = trace.given(f"days@{period}", np.array(days), "day", ["project.toml: verification_periods"])
    parts = []
    for kind in ("reductions", "removals"):
        amounts = trace.arrange(
            f"verified_{kind}_by_year@{period}",
            np.array([getattr(vintage, f"verified_{kind}_t_co2e") for vintage in vintages]),
            [getattr(shares, kind) for shares in verified],
        )
        parts.append(
            trace.compute(
                f"calendar_{kind}@{period}",
                calendar_split_t_co2e,
                index=labels,
                amount_t_co2e=amounts,
                days=given,
            )
        )
    names = [f"{label} {kind}" for kind in ("reductions", "removals") for label in labels]
    both = trace.join(f"calendar_labels@{period}", parts, names)
    counted = trace.compute(
        f"units_by_label@{period}",
        units_by_label_t,
        index=both.index,
        units_t=units,
        amount_t_co2e=both,
    )
    width, labelled, units_of_label = len(years), entries(both), entries(counted)
    return tuple(
        CalendarPart(
            year=year,
            verified_reductions_t_co2e=labelled[place],
            verified_removals_t_co2e=labelled[width + place],
            reduction_units_t=whole(units_of_label[place]),
            removal_units_t=whole(units_of_label[width + place]),
        )
        for place, year in enumerate(years)
    )
