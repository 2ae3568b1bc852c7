"""What a model says of comparisons: with a published set, or under the joint draws of a calibrated one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mollisol.methodology.soil_models.calibrated import CalibratedSet
from mollisol.methodology.soil_models.trials import ComparisonRow, Trials
from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.validation.effects import trial_effect


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Modelled effects of comparisons under joint draws.

    Parameters
    ----------
    effect_t_co2e_per_ha
        Shape (k, L); one column for a published set. [t CO2e/ha]
    sd_t_co2e_per_ha
        What the model leaves over, without the error of the measurement, same shape; None for a published set.
    """

    effect_t_co2e_per_ha: FloatArray
    sd_t_co2e_per_ha: FloatArray | None


type Predict = Callable[[Trials, Sequence[ComparisonRow], CalibratedSet | None], Prediction]


def published(trials: Trials, rows: Sequence[ComparisonRow], _: CalibratedSet | None) -> Prediction:
    """Model comparisons with the published set of the folder, from the stock that was measured at the start."""
    from mollisol.uncertainty.calibration.layout import lay_out
    from mollisol.uncertainty.calibration.problem import Places, Responses

    layout = lay_out(trials)
    sites = [site.site for site in trials.inputs.sites]
    start = {site.site: site.soc_t_ha for site in trials.inputs.sites}
    pairs = sorted({(site, year) for row in rows for site, year in _stocks_of(row)})
    terms, inert = Responses(trials, layout).at(Places.of(sites, pairs), {})
    began = np.array([start[site] for site, _ in pairs])
    stock = inert * (1 - terms[0]) + terms[0] * began + terms[1:-1].sum(axis=0)
    return Prediction(effects(rows, dict(zip(pairs, stock.T, strict=True))), None)


def _stocks_of(row: ComparisonRow) -> list[tuple[str, int]]:
    """Give the sites and years of a comparison."""
    sites = [site for site in (row.treated_site, row.reference_site) if site]
    return [(site, year) for site in sites for year in (row.from_year, row.to_year)]


def effects(
    rows: Sequence[ComparisonRow], stock_t_c_per_ha: Mapping[tuple[str, int], FloatArray]
) -> FloatArray:
    """Give the effect of each comparison, (k, L), from modelled stocks by site and year, (L,)."""
    draws = len(next(iter(stock_t_c_per_ha.values())))

    def of(place: str, when: str) -> FloatArray:
        keys = [(getattr(row, place), getattr(row, when)) for row in rows]
        return np.stack([stock_t_c_per_ha[key] if key[0] else np.zeros(draws) for key in keys])

    return np.asarray(
        trial_effect(
            treated_start_t_c_per_ha=of("treated_site", "from_year"),
            treated_end_t_c_per_ha=of("treated_site", "to_year"),
            reference_start_t_c_per_ha=of("reference_site", "from_year"),
            reference_end_t_c_per_ha=of("reference_site", "to_year"),
        )
    )
