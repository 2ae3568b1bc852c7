"""A calibration as one density: the sampled quantities' prior and the stocks' likelihood, deviations integrated out.

Given the sampled quantities a measured stock is

    y = IOM + F (S - IOM) + sum of kinds of input (1 + deviations) G + composition H + campaign + e,

with F, G, H from the model, S the stock at the start (normal around the measured one), all deviations normal with mean
0, and e normal with variance SE^2 + residual_sd^2. So y is jointly normal, and the deviations drop out exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mollisol.methodology.soil_models.calibrated import CalibrationPrior
from mollisol.methodology.soil_models.calibration_plan import RESIDUAL, CalibrationPlan
from mollisol.methodology.soil_models.trials import ObservationRow, Trials
from mollisol.quantification.models.arrays import FloatArray
from mollisol.uncertainty.calibration.layout import lay_out
from mollisol.uncertainty.calibration.priors import Priors
from mollisol.uncertainty.calibration.responses import Places, Responses
from mollisol.uncertainty.calibration.structure import Structure


class Problem:
    """A calibration of trials under a plan.

    Parameters
    ----------
    trials
        Checked trials, only those to calibrate on.
    plan
        Checked plan.
    """

    def __init__(self, trials: Trials, plan: CalibrationPlan) -> None:
        self.trials, self.plan = trials, plan
        self.priors = Priors(plan.prior)
        self.layout = lay_out(trials)
        self.responses = Responses(trials, self.layout)
        start_of = {r.site: r.start_year for r in trials.trial_sites}
        kept = [(r, y) for r in trials.observations if (y := stands_at(r)) > start_of[r.site]]
        names = [s.site for s in trials.inputs.sites]
        self.places = Places.of(names, [(r.site, y) for r, y in kept])
        self.observed = np.array([r.soc_t_ha for r, _ in kept])
        self.known_variance = np.array([(r.standard_error_t_ha or 0.0) ** 2 for r, _ in kept])
        self.structure = Structure(trials, plan, self.layout, self.places)

    def log_density(self, points: FloatArray) -> FloatArray:
        """Return the log posterior density of points in sampling coordinates, (point,), up to a constant."""
        out = self.priors.log_density(points)
        fine = np.isfinite(out)
        if fine.any():
            out[fine] += self.log_likelihood(self.named(points[fine]))
        return out

    def named(self, points: FloatArray) -> dict[str, FloatArray]:
        """Return the quantities of points by name, (point,)."""
        values = self.priors.values(points)
        return {name: values[:, place] for place, name in enumerate(self.priors.names)}

    def log_likelihood(self, quantities: Mapping[str, FloatArray]) -> FloatArray:
        """Return the log likelihood of quantities, (draw,), up to a constant."""
        x, inert = self.responses.at(self.places, of_model(quantities, self.plan.prior))
        variance = self.known_variance + quantities[RESIDUAL][:, None] ** 2
        return self.structure.log_likelihood(x, inert, self.observed, 1.0 / variance, quantities)


def of_model(
    quantities: Mapping[str, FloatArray], priors: Sequence[CalibrationPrior]
) -> dict[str, FloatArray]:
    """Return those of the quantities that the model takes."""
    return {p.name: quantities[p.name] for p in priors if p.role in ("model", "start")}


def stands_at(row: ObservationRow) -> int:
    """Return the year at whose end a stock is compared: its own from July on, else the one before."""
    return row.year if row.month >= 7 else row.year - 1
