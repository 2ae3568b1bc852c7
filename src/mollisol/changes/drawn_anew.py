"""Strata and control sites whose points were drawn anew: their change is that of independent samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.trace import Quantity
from mollisol.quantification.soil_carbon_change import stock_change_t_co2e_per_ha
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha
from mollisol.routes.interface import PeriodInputs, SiteAnew
from mollisol.stocks.groups import mean_of_all
from mollisol.stocks.measured import PlaceAnew
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.scaling.campaigns import (
    change_over_campaigns_t_co2e_per_ha,
    freedom_over_campaigns,
    panels_of,
    values_over_campaigns_t_co2e_per_ha,
    variance_over_campaigns_t2,
)
from mollisol.uncertainty.scaling.sampling_error import independent_change_variance_t2, sampling_variance_t2


@dataclass(frozen=True, slots=True, eq=False)
class OfStratum:
    """The stocks of a stratum at both ends, and the variance of its change.

    Parameters
    ----------
    freedom
        The degrees of freedom of the variance.
    mean
        Its change.
    apart
        Its two samples as independent groups: the stocks at the start with their sign turned, and those at the end.
    """

    name: str
    first: Quantity
    last: Quantity
    variance: Quantity
    replicates: int
    mean: Quantity
    freedom: float
    apart: tuple[Quantity, ...]


def stratum_drawn_anew(
    context: PeriodContext, name: str, hectares: Quantity, start: Quantity, end: Quantity
) -> OfStratum:
    """Compute change and variance of a stratum from two independent samples of it.

    The degrees of freedom are Welch's: those of two variances, each of its own sample, by Satterthwaite.
    """
    first, last = (
        context.compute(
            f"{label}_stock_co2e.{name}", stock_t_co2e_per_ha, index=stock.index, stock_t_c_per_ha=stock
        )
        for label, stock in (("first", start), ("last", end))
    )
    means = [mean_of_all(context, f"anew_mean.{name}.{n}", stock) for n, stock in enumerate((start, end))]
    change = context.compute(
        f"anew_change.{name}",
        stock_change_t_co2e_per_ha,
        stock_start_t_c_per_ha=means[0],
        stock_end_t_c_per_ha=means[1],
    )
    parts = [
        context.compute(
            f"anew_variance.{name}.{n}", sampling_variance_t2, area_ha=hectares, change_t_co2e_per_ha=stock
        )
        for n, stock in enumerate((first, last))
    ]
    freedom = context.compute(
        f"anew_degrees_of_freedom.{name}",
        satterthwaite,
        variances=context.arrange(
            f"anew_variances.{name}", np.array([float(part.value) for part in parts]), parts
        ),
        degrees_of_freedom=[len(stock.index) - 1.0 for stock in (first, last)],
    )
    variance = context.compute(
        f"project_variance.{name}",
        # other units each time: there is no covariance to take off
        independent_change_variance_t2,
        area_ha=hectares,
        stock_start_t_co2e_per_ha=first,
        stock_end_t_co2e_per_ha=last,
    )
    turned = context.arrange(f"start_turned.{name}", -np.asarray(first.value), [first], index=first.index)
    return OfStratum(
        name,
        first,
        last,
        variance,
        min(len(first.index), len(last.index)),
        context.arrange(f"anew_change_of_stratum.{name}", float(np.ravel(change.value)[0]), [change]),
        float(freedom.value),
        (turned, last),
    )


def stratum_of_campaigns(context: PeriodContext, name: str, hectares: Quantity, anew: PlaceAnew) -> OfStratum:
    """Compute change and variance of a stratum from all campaigns of a period, some of whose points are others."""
    parts, given = _of_campaigns(context, name, anew)
    change = context.compute(f"campaigns_change.{name}", change_over_campaigns_t_co2e_per_ha, **given)
    variance = context.compute(
        f"project_variance.{name}", variance_over_campaigns_t2, area_ha=hectares, **given
    )
    freedom = context.compute(f"campaigns_degrees_of_freedom.{name}", freedom_over_campaigns, **given)
    panels = panels_of(
        np.asarray(given["stock_t_co2e_per_ha"].value), given["sampling_unit"], given["campaign"]
    )
    apart = tuple(
        context.arrange(
            f"campaigns_panel.{name}.{k}",
            panels.contribution[panels.panel == k] * size,
            [given["stock_t_co2e_per_ha"]],
            index=[str(unit) for unit in panels.unit[panels.panel == k]],
        )
        for k, size in enumerate(panels.sizes)
    )
    return OfStratum(
        name,
        parts[0],
        parts[-1],
        variance,
        int(panels.sizes.sum()),
        context.arrange(f"campaigns_change_of_stratum.{name}", float(change.value), [change]),
        float(freedom.value),
        apart,
    )


def site_drawn_anew(context: PeriodContext, name: str, anew: PlaceAnew) -> SiteAnew:
    """Compute values of a control site's units that have the mean and the spread of its change."""
    _, given = _of_campaigns(context, name, anew)
    places = [*dict.fromkeys(place for campaign in anew.places for place in campaign)]
    used = panels_of(
        np.asarray(given["stock_t_co2e_per_ha"].value), given["sampling_unit"], given["campaign"]
    )
    value = context.compute(
        f"campaigns_values.{name}",
        values_over_campaigns_t_co2e_per_ha,
        index=[f"{name}/{places[unit]}" for unit in used.unit],
        **given,
    )
    freedom = context.compute(f"campaigns_degrees_of_freedom.{name}", freedom_over_campaigns, **given)
    return SiteAnew(value, float(freedom.value))


def _of_campaigns(
    context: PeriodContext, name: str, anew: PlaceAnew
) -> tuple[list[Quantity], dict[str, Any]]:
    """Return the stocks of each campaign, and all of them as arguments of the estimate over campaigns."""
    parts = [
        context.compute(
            f"campaign_stock_co2e.{name}.{n}", stock_t_co2e_per_ha, index=stock.index, stock_t_c_per_ha=stock
        )
        for n, stock in enumerate(anew.stocks)
    ]
    places = [place for campaign in anew.places for place in campaign]
    number = {place: n for n, place in enumerate(dict.fromkeys(places))}
    return parts, {
        "stock_t_co2e_per_ha": context.join(
            f"campaign_stocks.{name}",
            parts,
            [f"{n}/{unit}" for n, part in enumerate(parts) for unit in part.index],
        ),
        "sampling_unit": [number[place] for place in places],
        "campaign": [n for n, campaign in enumerate(anew.places) for _ in campaign],
    }


def hold_what_is_computed(inputs: PeriodInputs) -> None:
    """Stop where points were drawn anew and the forms of a period cannot carry what is declared.

    Raises
    ------
    ValueError
        With errors of the laboratory, or under rules that issue the posterior or the lowest of all forms.
    """
    if not (anew := sorted({**inputs.stocks.anew, **inputs.stocks.sites_anew})):
        return
    names = ", ".join(anew)
    if inputs.errors is not None:
        raise ValueError(
            f"points of {names} were drawn anew; errors of laboratory or soil mass are not carried there"
        )
    rule = str(inputs.context.trace.rule("mollisol.issuance.form").value)
    if rule not in ("sharp", "moment"):
        raise ValueError(
            f"points of {names} were drawn anew, of which the form that issues ({rule}) has no model"
        )
