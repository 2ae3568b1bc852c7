"""The posterior of the variance components with all linear effects integrated out, and the estimand given them.

Everything is a normal linear model once the variances are set: the log density and the conditional mean and
variance of the estimand are closed formulas, evaluated for many settings at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.posterior.compiling import LOWEST_LOG, NO_UNIT_LEVEL, WIDE, Compiled, Side
from mollisol.uncertainty.posterior.sufficient import Pieces

_BLOCK: Final = 1_500_000
"""Numbers of strata that stand in memory at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """Log likelihood and the estimand's normal given the variances, each of shape (B,), in working units.

    ``bias`` is the part of ``mean`` that comes from the learned biases of practices and climate zones.
    """

    log_likelihood: FloatArray
    mean: FloatArray
    variance: FloatArray
    bias: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """The normal equations of the scaled effects, the means of the strata eliminated.

    A stratum's mean meets nothing but its own points and the shared effects, so its row is solved by itself and the
    cost grows with the number of strata, not with its cube.

    Parameters
    ----------
    own, cross, own_data
        Precision of each stratum's mean (B, H), its products with the shared effects (B, H, q), and its data (B, H).
    precision, data, cut
        What is left for the other effects, in the layout baseline, t, shared (q), biases (P): (B, p, p), (B, p), and
        the products with the cut draws (B, p, r).
    scale
        Of the other effects, (B, p).
    constant
        Squares and log determinant, those of the eliminated means included, (B,).
    """

    own: FloatArray
    cross: FloatArray
    own_data: FloatArray
    precision: FloatArray
    data: FloatArray
    cut: FloatArray
    scale: FloatArray
    constant: FloatArray
    sides: tuple[Pieces, Pieces | None]
    shared: slice

    def onto_others(self, of_means: FloatArray) -> FloatArray:
        """Return what a vector on the means (B, H) says of the other effects once the means are eliminated, (B, p)."""
        moved = np.zeros(self.data.shape, of_means.dtype)
        moved[:, self.shared] = np.einsum("bhq,bh->bq", self.cross, of_means / self.own)
        return moved

    def means(self, effects: FloatArray) -> FloatArray:
        """Return the means of the strata, centred, from the other effects (B, p), (B, H)."""
        told = self.own_data - np.einsum("bhq,bq->bh", self.cross, effects[:, self.shared])
        return np.asarray(told / self.own)


class Marginal:
    """The compiled model as functions of ``eta``, the logarithms of the components in their units, (B, d)."""

    def __init__(self, compiled: Compiled, *, effect_prior_sd: float | None = None) -> None:
        self.of = compiled
        self.dimensions = len(compiled.components)
        self._unit = np.array([c.unit for c in compiled.components])
        self._ratio = np.array([c.unit / c.scale for c in compiled.components])
        self._flat_log = np.array([c.family == "log-uniform" for c in compiled.components])
        places = [(compiled.place(known.name), known) for known in compiled.specification.evidence]
        self._evidence = [(k, known) for k, known in places if k >= 0]
        self._strata = compiled.weight.size
        spec = compiled.specification
        self._theta = compiled.place("s_theta")
        self._base = 0 if spec.control is None else 1
        self._links = compiled.theta_basis.shape[0] if self._theta >= 0 else 0
        self._shared = compiled.shared_sd.size
        self._biases = compiled.bias_weight.size
        self.size = self._base + self._links + self._shared + self._biases
        effect_sd = spec.effect_prior_sd if effect_prior_sd is None else effect_prior_sd
        self._flat = effect_sd is None
        self._mean_precision = 0.0 if effect_sd is None else (compiled.unit / effect_sd) ** 2
        self._validation = None if spec.validation is None else _ValidationBlock(compiled)

    @property
    def cost(self) -> int:
        """Return how many numbers one evaluation goes through."""
        sides = [side for side in (self.of.project, self.of.control) if side is not None]
        return sum(side.block.cell_shared.size + side.block.cell_points.size for side in sides)

    def components(self, eta: FloatArray) -> FloatArray:
        """Return the standard deviations, shape (B, d). [t CO2e/ha]."""
        return np.asarray(self._unit * np.exp(eta))

    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Return where the density is cut off, shape (d,) each: far below the data and far above the prior."""
        low, high = np.log(WIDE[0] / self._ratio), np.log(WIDE[1] / self._ratio)
        flat = self._flat_log
        return np.where(flat, low, LOWEST_LOG), np.where(flat, high, 4.0 - np.log(self._ratio))

    def log_prior(self, eta: FloatArray) -> FloatArray:
        """Return the log of the priors, without the Jacobian, shape (B,); constants left out."""
        half_normal = -0.5 * (np.exp(eta) * self._ratio) ** 2
        return np.asarray(np.where(self._flat_log, -eta, half_normal).sum(axis=-1))

    def log_density(self, eta: FloatArray) -> FloatArray:
        """Return the log posterior density of ``eta`` up to a constant, shape (B,)."""
        told = [self._log_likelihood(self.system(some, whole=False))[0] for some in self._blocks(eta)]
        return self.log_prior(eta) + eta.sum(axis=-1) + np.concatenate(told)

    def gradient(self, eta: FloatArray) -> FloatArray:
        """Return the exact gradient of :meth:`log_density` by complex steps, shapes (B, d) to (B, d)."""
        step = 1e-20
        count, d = eta.shape
        moved = eta[:, None, :] + 1j * step * np.eye(d)
        with np.errstate(all="ignore"):
            values = self.log_density(moved.reshape(count * d, d))
        return np.asarray(values.imag.reshape(count, d) / step)

    def conditional(self, eta: FloatArray, power: float = 1.0) -> Conditional:
        """Return likelihood and estimand at each ``eta``; ``power`` raises the likelihood to it."""
        parts = [self._conditional(some, power) for some in self._blocks(eta)]
        names = Conditional.__slots__
        return Conditional(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def _blocks(self, eta: FloatArray) -> Iterator[FloatArray]:
        """Yield settings a few at a time, so that many strata never stand in memory under all of them."""
        step = max(1, _BLOCK // (self._strata * (self._shared + 4)))
        yield from (eta[first : first + step] for first in range(0, len(eta), step))

    def _conditional(self, eta: FloatArray, power: float) -> Conditional:
        system = self.system(eta, power)
        value, effects = self._log_likelihood(system)
        weights, known, variance = self.estimand(system, eta)
        columns = np.concatenate([weights[..., None], system.cut], axis=2)
        solved = np.linalg.solve(system.precision, columns)
        mean = self.of.offset + known + np.einsum("bp,bp->b", weights, effects)
        variance = variance + np.einsum("bp,bp->b", weights, solved[..., 0])
        load = self.of.cut_estimand - np.einsum("bp,bpr->br", weights, solved[..., 1:])
        variance = variance + (load**2).sum(axis=1)
        own = slice(self.size - self._biases, self.size)
        bias = np.einsum("bp,bp->b", weights[:, own], effects[:, own])
        return Conditional(value, mean, variance, bias)

    def cut_variance(self, eta: FloatArray) -> FloatArray:
        """Return what the model's parameters add to the variance at each ``eta``, shape (B,), in working units."""
        system = self.system(eta)
        weights = self.estimand(system, eta)[0]
        solved = np.linalg.solve(system.precision, system.cut)
        load = self.of.cut_estimand - np.einsum("bp,bpr->br", weights, solved)
        return np.asarray((load**2).sum(axis=1))

    def system(self, eta: FloatArray, power: float = 1.0, *, whole: bool = True) -> System:
        """Assemble the normal equations at each ``eta``."""
        of, count, p = self.of, len(eta), self.size
        sd = self.components(eta)
        precision = np.zeros((count, p, p), eta.dtype)
        data = np.zeros((count, p), eta.dtype)
        cut = np.zeros((count, p, of.cut_columns), eta.dtype)
        first = self._base + self._links
        shared = slice(first, first + self._shared)
        project = _powered(_evaluate(of.project, sd, of.unit, whole), power)
        precision[:, shared, shared] = project.shared
        data[:, shared] = project.shared_data
        constant = project.squares + project.log_det
        control = None
        if of.control is not None:
            control = _powered(_evaluate(of.control, sd, of.unit, whole=False), power)
            link = of.link @ of.theta_basis.T
            rows = np.concatenate([np.ones((len(link), 1)), link[:, : self._links]], axis=1)
            base = slice(0, rows.shape[1])
            q = self._shared
            precision[:, base, base] = np.einsum("gi,bg,gj->bij", rows, control.mean, rows, optimize=True)
            precision[:, base, shared] += np.einsum("gi,bgq->biq", rows, control.cross[..., :q])
            precision[:, shared, shared] += control.shared[:, :q, :q]
            data[:, base] = control.mean_data @ rows
            data[:, shared] += control.shared_data[:, :q]
            cut[:, base] = np.einsum("gi,bgr->bir", rows, control.cross[..., q:])
            cut[:, shared] = control.shared[:, :q, q:]
            constant = constant + control.squares + control.log_det
        precision[:, shared, : shared.start] = precision[:, : shared.start, shared].transpose(0, 2, 1)
        if self._validation is not None:
            own = slice(p - self._biases, p)
            block, rhs, extra = self._validation.pieces(sd)
            precision[:, own, own], data[:, own] = power * block, power * rhs
            constant = constant + power * extra
        for k, known in self._evidence:
            said = 2 * eta[:, k] + known.variance / sd[:, k] ** 2
            constant = constant + power * known.freedom * said
        scale, prior = self._scales(sd)
        precision = precision * scale[:, :, None] * scale[:, None, :]
        data, cut = data * scale, cut * scale[..., None]
        diagonal = np.arange(p)
        precision[:, diagonal, diagonal] += prior
        mean_data = project.mean_data
        if not self._flat:
            mean_data, data, constant = self._proper_means(mean_data, data, constant)
        mean = project.mean + self._mean_precision
        cross = project.cross * scale[:, None, shared]
        each = cross / mean[..., None]
        precision[:, shared, shared] -= np.matmul(cross.transpose(0, 2, 1), each)
        data[:, shared] -= np.einsum("bhq,bh->bq", each, mean_data)
        constant = constant + np.log(mean).sum(axis=1) - (mean_data**2 / mean).sum(axis=1)
        sides = (project, control)
        return System(mean, cross, mean_data, precision, data, cut, scale, constant, sides, shared)

    def _proper_means(
        self, mean_data: FloatArray, data: FloatArray, constant: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Add a normal prior with mean 0 on the means, moved by what the data were centred with."""
        expected = -self.of.project_centre
        squares = float(expected @ expected)
        if self._base and self.of.specification.baseline == "measured":
            data = data.copy()
            data[:, 0] -= self._mean_precision * self.of.control_centre
            squares += self.of.control_centre**2
        moved = mean_data + self._mean_precision * expected
        return moved, data, constant + self._mean_precision * squares

    def _scales(self, sd: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Scale of each effect, (B, p), and the prior precision of the scaled effect, (p,)."""
        of = self.of
        scale = np.ones((len(sd), self.size), sd.dtype)
        prior = np.ones(self.size)
        if self._base:
            if of.specification.baseline == "hybrid":
                shifts = [of.place(name) for name in ("s_beta", "s_climate", "s_site") if name in of.names]
                spread = (sd[:, shifts] ** 2).sum(axis=1)
                scale[:, 0] = np.sqrt(spread) / of.unit
            else:
                prior[0] = self._mean_precision
        after = self._base
        if self._links:
            scale[:, after : after + self._links] = sd[:, [self._theta]] / of.unit
        after += self._links
        scale[:, after : after + self._shared] = of.shared_sd
        if self._biases:
            scale[:, after + self._shared :] = sd[:, of.bias_place] / of.unit
        return scale, prior

    def _log_likelihood(self, system: System) -> tuple[FloatArray, FloatArray]:
        effects = np.linalg.solve(system.precision, system.data[..., None])[..., 0]
        sign, size = np.linalg.slogdet(system.precision)
        fitted = np.einsum("bp,bp->b", system.data, effects)
        log_det = np.log(sign) + size if np.iscomplexobj(sign) else size
        return -0.5 * (system.constant - fitted + log_det), effects

    def estimand(self, system: System, eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the weights of the scaled effects besides means (B, p), what is known without, and the variance (B,).

        The means of the strata are eliminated, so that their data and their variance given the other effects stand in
        the two last, beside shrunk field effects and what was not sampled.
        """
        of = self.of
        sd = self.components(eta) / of.unit
        project, control = system.sides
        means = np.broadcast_to(of.weight, system.own.shape)
        weights = np.zeros((len(eta), self.size))
        variance = np.full(len(eta), of.fixed_variance)
        if control is not None:
            weights[:, 0] = -1
            if self._links:
                told = of.theta_basis @ of.weight
                weights[:, 1 : 1 + self._links] = -told
                left = max(0.0, float(of.weight @ of.weight - told @ told))
                variance = variance + left * sd[:, self._theta] ** 2
        if self._biases:
            weights[:, self.size - self._biases :] = of.bias_weight
        known = np.zeros(len(eta))
        each = of.per_field
        if each.any() and of.project.level != NO_UNIT_LEVEL:
            means = means - each * project.weight_mean
            weights[:, system.shared] -= np.einsum("h,bhq->bq", each, project.weight_shared)
            known = project.weight_data @ each
            variance = variance + project.weight @ each**2
            variance += float(each**2 @ of.unsampled) * sd[:, of.project.level] ** 2
        if each.any() and of.specification.baseline == "modelled":
            own = sd[:, of.place("s_site")] ** 2 + sd[:, of.place("s_eps")] ** 2
            variance = variance + own * float(of.weight @ each)
        known = known + (means * system.own_data / system.own).sum(axis=1)
        variance = variance + (means**2 / system.own).sum(axis=1)
        return weights * system.scale - system.onto_others(means), known, variance


def _evaluate(side: Side, sd: FloatArray, unit: float, whole: bool) -> Pieces:
    point = (sd[:, side.point] / unit) ** 2 + side.known
    level = side.level
    between = np.zeros(len(sd), sd.dtype) if level == NO_UNIT_LEVEL else (sd[:, level] / unit) ** 2
    return side.block.pieces(point, between, whole=whole)


def _powered(pieces: Pieces, power: float) -> Pieces:
    """Raise the likelihood to a power; the shrinkage of field effects belongs to the model and stays."""
    if power == 1.0:
        return pieces
    told = [place.name for place in fields(Pieces) if not place.name.startswith("weight")]
    return replace(pieces, **{name: power * getattr(pieces, name) for name in told})


class _ValidationBlock:
    """Residuals of the model against trials: biases, study effect, and a residual growing with time."""

    def __init__(self, compiled: Compiled) -> None:
        given, spec = compiled.specification.trials, compiled.specification
        order = np.lexsort((given.residual, given.study, given.climate, given.practice))
        self._residual = given.residual[order] / compiled.unit
        self._known = (given.standard_error[order] / compiled.unit) ** 2
        self._length = given.duration[order] / spec.period_years
        study = np.unique(given.study[order], return_inverse=True)[1]
        self._study = np.eye(int(study.max()) + 1)[study]
        self._bias = compiled.bias_design[order]
        self._both = self._study[:, :, None] * self._bias[:, None, :]
        self._places = compiled.place("s_site"), compiled.place("s_eps")
        self._unit = compiled.unit

    def pieces(self, sd: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return precision (B, P, P), data (B, P), and squares with log determinant (B,), studies integrated out."""
        site, rest = (sd[:, place] / self._unit for place in self._places)
        precise = 1 / (self._known + rest[:, None] ** 2 * self._length)
        information = precise @ self._study
        inflation = 1 + site[:, None] ** 2 * information
        weight = site[:, None] ** 2 / inflation
        columns = np.tensordot(precise, self._both, axes=1)
        data = (precise * self._residual) @ self._study
        total = np.einsum("bv,vp,vo->bpo", precise, self._bias, self._bias, optimize=True)
        block = total - np.einsum("bs,bsp,bso->bpo", weight, columns, columns, optimize=True)
        rhs = (precise * self._residual) @ self._bias - np.einsum("bs,bsp->bp", weight * data, columns)
        squares = precise @ self._residual**2 - (weight * data**2).sum(axis=1)
        return block, rhs, squares - np.log(precise).sum(axis=1) + np.log(inflation).sum(axis=1)
