"""The normal structure of the stocks given the sampled quantities: deviations, their precisions, the likelihood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from mollisol.methodology.soil_models.calibration_plan import RESIDUAL, CalibrationPlan, Effect
from mollisol.methodology.soil_models.trials import Trials
from mollisol.quantification.models.arrays import FloatArray, IntArray
from mollisol.uncertainty.calibration.layout import Layout
from mollisol.uncertainty.calibration.models import terms
from mollisol.uncertainty.calibration.responses import Places

CAMPAIGN = "campaign"
_ONE, _ALL_INPUTS = -1, -2


@dataclass(frozen=True, slots=True)
class Deviations:
    """The deviations of an effect: which term it acts on, which of them each place has (-1 for none), and its sd."""

    effect: Effect
    term: int
    of_place: IntArray
    first: int
    keys: tuple[tuple[str, ...], ...]


class Structure:
    """Which deviations act on which stocks, and the likelihood with all of them integrated out.

    The deviations of the start, one for each site, are independent of each other given the rest: they are eliminated
    first, site by site. What remains is one small system for each draw.
    """

    def __init__(self, trials: Trials, plan: CalibrationPlan, layout: Layout, places: Places) -> None:
        sites = trials.inputs.sites
        self.site = places.site
        self.start_t_ha = np.array([s.soc_t_ha for s in sites])
        errors = {r.site: r.start_standard_error_t_ha for r in trials.trial_sites}
        self._start_se = np.array([errors[s.site] or np.nan for s in sites])
        self.deviations = _deviations(trials, plan, layout, places)
        self.count = sum(len(d.keys) for d in self.deviations)
        n, q, m = len(places.site), self.count, len(sites)
        slots = [(d.term, np.where(d.of_place >= 0, d.of_place + d.first, -1)) for d in self.deviations]
        self._slots = slots
        pairs = [(a, b) for a in range(len(slots)) for b in range(a, len(slots))]
        self._pairs = pairs
        rows, columns = [], []
        for number, (a, b) in enumerate(pairs):
            ea, eb = slots[a][1], slots[b][1]
            both = (ea >= 0) & (eb >= 0)
            at = np.flatnonzero(both)
            rows.append(ea[both] * q + eb[both])
            columns.append(at + number * n)
            if a != b:
                rows.append(eb[both] * q + ea[both])
                columns.append(at + number * n)
        self._among = _adder(rows, columns, (q * q, len(pairs) * n))
        here = [np.flatnonzero(e >= 0) for _, e in slots]
        self._with_start = _adder(
            [self.site[at] * q + e[at] for at, (_, e) in zip(here, slots, strict=True)],
            [at + number * n for number, at in enumerate(here)],
            (m * q, len(slots) * n),
        )
        self._onto = _adder(
            [e[at] for at, (_, e) in zip(here, slots, strict=True)],
            [at + number * n for number, at in enumerate(here)],
            (q, len(slots) * n),
        )
        self._by_site = _adder([self.site], [np.arange(n)], (m, n))

    def start_variance(self, residual_sd: FloatArray) -> FloatArray:
        """Return the variance of the stock at the start, (draw, site)."""
        return np.where(np.isnan(self._start_se), residual_sd[:, None], np.nan_to_num(self._start_se)) ** 2

    def precision(self, quantities: Mapping[str, FloatArray], draws: int) -> FloatArray:
        """Return the prior precision of each deviation, (draw, deviation)."""
        out = np.empty((draws, self.count))
        for d in self.deviations:
            sd = quantities[d.effect.sd] if isinstance(d.effect.sd, str) else np.full(draws, d.effect.sd)
            out[:, d.first : d.first + len(d.keys)] = 1.0 / sd[:, None] ** 2
        return out

    def expected(self, x: FloatArray, inert: FloatArray, start_t_ha: FloatArray) -> FloatArray:
        """Return the stock at the places with no deviation, (draw, place)."""
        f = x[0]
        return np.asarray(inert * (1.0 - f) + f * start_t_ha + x[1:-1].sum(axis=0))

    def system(
        self,
        x: FloatArray,
        inert: FloatArray,
        observed: FloatArray,
        weight: FloatArray,
        quantities: Mapping[str, FloatArray],
    ) -> Conditioned:
        """Return the deviations' normal distribution given the stocks, as precisions and right-hand sides."""
        draws, n = x.shape[1:]
        sigma = quantities[RESIDUAL]
        gap = observed - self.expected(x, inert, self.start_t_ha[self.site])
        f = x[0]
        of_slot = (
            np.stack([self._value(x, term) for term, _ in self._slots])
            if self._slots
            else np.zeros((0, draws, n))
        )
        weighted = of_slot * weight
        products = (
            np.stack([weighted[a] * of_slot[b] for a, b in self._pairs])
            if self._pairs
            else np.zeros((0, draws, n))
        )
        q, m = self.count, len(self.start_t_ha)
        among = self._sum(self._among, products).reshape(draws, q, q)
        diagonal = np.arange(q)
        among[:, diagonal, diagonal] += self.precision(quantities, draws)
        cross = self._sum(self._with_start, weighted * f).reshape(draws, m, q)
        start_variance = self.start_variance(sigma)
        own = 1.0 / start_variance + self._sum(self._by_site, (f * f * weight)[None])
        onto_start = self._sum(self._by_site, (f * gap * weight)[None])
        onto = self._sum(self._onto, weighted * gap)
        return Conditioned(own, cross, among, onto_start, onto, gap, weight, start_variance)

    def loads(self, x: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what weighted sums of the stocks, (sum, place), take of each deviation and of each start.

        Returns
        -------
        tuple
            (draw, sum, deviation) and (draw, sum, site).
        """
        draws = x.shape[1]
        on_deviation = np.zeros((draws, len(weights), self.count))
        on_start = np.zeros((draws, len(weights), len(self.start_t_ha)))
        for number, place in np.argwhere(weights != 0.0):
            w = weights[number, place]
            on_start[:, number, self.site[place]] += w * x[0][:, place]
            for term, of_place in self._slots:
                if of_place[place] >= 0:
                    on_deviation[:, number, of_place[place]] += w * self._value(x, term)[:, place]
        return on_deviation, on_start

    def _value(self, x: FloatArray, term: int) -> FloatArray:
        """Return a term, all inputs together, or 1 for an error of the measurements."""
        if term == _ALL_INPUTS:
            return np.asarray(x[1:-1].sum(axis=0))
        return np.ones(x.shape[1:]) if term == _ONE else x[term]

    def _sum(self, adder: sparse.csr_matrix, values: FloatArray) -> FloatArray:
        """Add values (slot, draw, place) up to (draw, target)."""
        flat = np.moveaxis(values, 1, 2).reshape(-1, values.shape[1])
        return np.ascontiguousarray((adder @ flat).T)

    def log_likelihood(
        self,
        x: FloatArray,
        inert: FloatArray,
        observed: FloatArray,
        weight: FloatArray,
        quantities: Mapping[str, FloatArray],
    ) -> FloatArray:
        """Return the log likelihood with all deviations integrated out, (draw,), up to a constant."""
        s = self.system(x, inert, observed, weight, quantities)
        reduced, right = s.reduced()
        left_over = (s.gap**2 * s.weight).sum(axis=1) - (s.onto_start**2 / s.own).sum(axis=1)
        q = self.count
        bordered = np.empty((len(right), q + 1, q + 1))
        bordered[:, :q, :q] = reduced
        bordered[:, q, :q] = bordered[:, :q, q] = right
        bordered[:, q, q] = left_over
        root = np.diagonal(np.linalg.cholesky(bordered), axis1=1, axis2=2)
        log_det = (
            2.0 * np.log(root[:, :q]).sum(axis=1)
            + np.log(s.own).sum(axis=1)
            + np.log(s.start_variance).sum(axis=1)
            - np.log(self.precision(quantities, len(right))).sum(axis=1)
            - np.log(s.weight).sum(axis=1)
        )
        return np.asarray(-0.5 * (log_det + root[:, q] ** 2))


@dataclass(frozen=True, slots=True)
class Conditioned:
    """Precisions and right-hand sides of the deviations given the stocks, by draw.

    Parameters
    ----------
    own, cross, among
        Precision of the starts (draw, site), between starts and deviations (draw, site, deviation), among deviations.
    onto_start, onto
        Right-hand sides.
    gap, weight, start_variance
        Observed less expected, inverse variance of a stock, variance of the starts.
    """

    own: FloatArray
    cross: FloatArray
    among: FloatArray
    onto_start: FloatArray
    onto: FloatArray
    gap: FloatArray
    weight: FloatArray
    start_variance: FloatArray

    def reduced(self) -> tuple[FloatArray, FloatArray]:
        """Return the precision and right-hand side of the deviations with the starts eliminated."""
        scaled = self.cross / self.own[..., None]
        reduced = self.among - np.matmul(self.cross.transpose(0, 2, 1), scaled)
        right = self.onto - (scaled * self.onto_start[..., None]).sum(axis=1)
        return reduced, right


def _adder(rows: list[IntArray], columns: list[IntArray], shape: tuple[int, int]) -> sparse.csr_matrix:
    """Return the matrix that adds entries up to where they belong."""
    r = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    c = np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64)
    return sparse.csr_matrix((np.ones(len(r)), (r, c)), shape=shape)


def _deviations(trials: Trials, plan: CalibrationPlan, layout: Layout, places: Places) -> list[Deviations]:
    """Return the deviations of every effect: one for each group that has a stock and the input it acts on."""
    of_site = {r.site: r for r in trials.trial_sites}
    experiment = {s.study: s.experiment for s in trials.studies}
    rows = [of_site[trials.inputs.sites[s].site] for s in places.site]
    found: list[Deviations] = []
    first = 0
    beside = {CAMPAIGN: _ONE, "inputs": _ALL_INPUTS}
    for effect in plan.effect:
        if effect.on not in (*beside, *terms(layout)):
            continue
        groups = [
            {
                "site": (row.site,),
                "treatment": (experiment[row.study], row.treatment),
                "study": (row.study,),
                "experiment": (experiment[row.study],),
                "campaign": (experiment[row.study], str(year)),
                "all": ("all",),
            }[effect.by]
            for row, year in zip(rows, places.year.tolist(), strict=True)
        ]
        has = np.ones(len(trials.inputs.sites), dtype=bool)
        if effect.on in layout.inputs:
            of = layout.inputs[effect.on]
            has = (of.plant_c_t_ha + of.manure_c_t_ha).any(axis=0) | of.humified_t_ha.any(axis=0)
        mine = has[places.site]
        keys = tuple(sorted({group for group, there in zip(groups, mine, strict=True) if there}))
        number = {key: place for place, key in enumerate(keys)}
        if not keys:
            continue
        term = beside[effect.on] if effect.on in beside else terms(layout).index(effect.on)
        of_place = [number[g] if there else -1 for g, there in zip(groups, mine, strict=True)]
        found.append(Deviations(effect, term, np.array(of_place, dtype=np.int64), first, keys))
        first += len(keys)
    return found
