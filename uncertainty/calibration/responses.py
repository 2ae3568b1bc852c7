"""The terms of a model at the places where stocks stand, for many draws at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mollisol.methodology.soil_models.inputs import SiteRow
from mollisol.methodology.soil_models.trials import Trials
from mollisol.quantification.models.arrays import FloatArray, IntArray
from mollisol.quantification.models.rothc.equations import inert_from_stock
from mollisol.uncertainty.calibration.layout import Layout
from mollisol.uncertainty.calibration.models import responder, terms

INERT, SHIFT = "inert_factor", "slow_shift"


@dataclass(frozen=True, slots=True)
class Places:
    """Where stocks stand: the site and the year at whose end, (place,)."""

    site: IntArray
    year: IntArray

    @classmethod
    def of(cls, sites: Sequence[str], pairs: Sequence[tuple[str, int]]) -> Places:
        """Make them from names and years."""
        at = {name: number for number, name in enumerate(sites)}
        return cls(
            np.array([at[site] for site, _ in pairs], dtype=np.int64),
            np.array([year for _, year in pairs], dtype=np.int64),
        )


class Responses:
    """The terms of the model at places, for many draws at once."""

    def __init__(self, trials: Trials, layout: Layout) -> None:
        base = trials.inputs.parameters.values
        model = trials.inputs.model
        self.sites = trials.inputs.sites
        self.names = terms(layout)
        self._layout = layout
        self._run = [responder(model, layout, cohort, base) for cohort in layout.cohorts]
        self._base = base
        self._known_inert = np.array([site.iom_t_ha is not None for site in self.sites])
        self.inert_t_ha = np.array([_inert(site, model) for site in self.sites])

    def at(self, places: Places, values: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
        """Return the terms, (term, draw, place), and the inert carbon at each place, (draw, place).

        Parameters
        ----------
        places
            Sites and years.
        values
            The sampled numbers of the model by name, (draw,).
        """
        draws = max((len(v) for v in values.values()), default=1)
        kernel = {name: v[None] for name, v in values.items() if name not in (INERT, SHIFT)}
        out = np.empty((len(self.names), draws, len(places.site)))
        where = [self._layout.at[self.sites[s].site] for s in places.site]
        for number, (run, cohort) in enumerate(zip(self._run, self._layout.cohorts, strict=True)):
            mine = [i for i, (c, _) in enumerate(where) if c == number]
            if not mine:
                continue
            done = run(kernel)
            rows = places.year[mine] - cohort.start_year - 1
            columns = np.array([where[i][1] for i in mine])
            later = rows >= 0
            picked = np.zeros((len(self.names), len(mine), done.shape[3]))
            picked[:, later] = done[:, rows[later], columns[later]]
            picked[0, ~later] = 1.0
            out[:, :, mine] = np.moveaxis(picked, 2, 1)
        if SHIFT in values:
            out[0] -= values[SHIFT][:, None] * out[-1]
        factor = np.where(self._known_inert[places.site], 1.0, values.get(INERT, np.ones(1))[:, None])
        return out, np.broadcast_to(factor * self.inert_t_ha[places.site], out.shape[1:])


def _inert(site: SiteRow, model: str) -> float:
    """Return the inert carbon of a site, a measured one or that of Falloon 1998; nothing for models that have none."""
    if model != "rothc":
        return 0.0
    return site.iom_t_ha if site.iom_t_ha is not None else float(inert_from_stock(soc_t_ha=site.soc_t_ha))
