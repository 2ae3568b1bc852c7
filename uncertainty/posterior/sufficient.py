"""Sums that carry all the points say: by unit and measurement class, units with equal design taken together.

One pass over the sorted points. Whatever is asked later costs time in the number of *different* designs of a
unit (numbers of points by class, sums of the shared design), not in points; at worst in units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.posterior.declaration import IntArray

_CHUNK: Final = 1_500_000


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Parts of a Gaussian likelihood with unit effects integrated out, for B settings of the variances.

    Shapes: ``mean`` (B, G), ``cross`` (B, G, q), ``shared`` (B, q, q), ``mean_data`` (B, G), ``shared_data``
    (B, q), ``squares`` and ``log_det`` (B,). The last four feed the estimand of a finite population, summed
    over the sampled units of each group: shrinkage weight w (B, G), w L (B, G), w g (B, G, q), w h (B, G).
    """

    mean: FloatArray
    cross: FloatArray
    shared: FloatArray
    mean_data: FloatArray
    shared_data: FloatArray
    squares: FloatArray
    log_det: FloatArray
    weight: FloatArray
    weight_mean: FloatArray
    weight_shared: FloatArray
    weight_data: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Sufficient sums of one side (project or control) of a declaration.

    G groups, K classes, q shared columns, C cells (units of one group with equal design). ``cell_points`` is
    (C, K), ``cell_shared`` (K, q C), ``cell_data`` (K, C) and ``cell_products`` (K K, C).
    """

    groups: int
    units: int
    replicated: bool
    points_by_class: FloatArray
    group_points: FloatArray
    group_shared: FloatArray
    group_data: FloatArray
    shared_square: FloatArray
    shared_data: FloatArray
    square_sums: FloatArray
    start: IntArray
    cell_units: FloatArray
    cell_points: FloatArray
    cell_shared: FloatArray
    cell_data: FloatArray
    cell_products: FloatArray

    @classmethod
    def of(
        cls,
        *,
        value: FloatArray,
        unit: IntArray,
        group: IntArray,
        kind: IntArray,
        design: FloatArray,
        groups: int,
        kinds: int,
    ) -> Block:
        """Take the sums of n points.

        Parameters
        ----------
        value
            Changes, centred, shape (n,).
        unit, group, kind
            Codes, shape (n,): unit treated independently, its group (one mean), class of point variance.
        design
            Shared columns, shape (n, q).
        groups, kinds
            Numbers of groups and classes, G and K.
        """
        order = np.lexsort((value, *design.T[::-1], kind, unit, group))
        value, design = value[order], design[order]
        unit, group, kind = unit[order], group[order], kind[order]
        first = np.flatnonzero(np.r_[True, (unit[1:] != unit[:-1]) | (group[1:] != group[:-1])])
        units, q = first.size, design.shape[1]
        place = np.repeat(np.arange(units), np.diff(np.r_[first, value.size]))
        slot = place * kinds + kind
        count = np.bincount(slot, minlength=units * kinds)
        total_of = np.bincount(slot, value, units * kinds)
        mean_of = total_of / np.maximum(count, 1)
        squares = np.bincount(kind, (value - mean_of[slot]) ** 2, kinds)
        sums = np.stack([np.bincount(slot, x, units * kinds) for x in design.T], -1) if q else None
        x_sum = (sums if sums is not None else np.empty((units * kinds, 0))).reshape(units, kinds, q)
        n = count.astype(np.float64).reshape(units, kinds)
        total, mean = total_of.reshape(units, kinds), mean_of.reshape(units, kinds)
        by_group = group * kinds + kind
        size = groups * kinds

        def grouped(weights: FloatArray | None) -> FloatArray:
            out = np.bincount(by_group, weights, size).astype(np.float64)
            return np.asarray(out.reshape(groups, kinds), np.float64)

        shared_square = np.zeros((kinds, q, q))
        shared_data = np.zeros((kinds, q))
        for k in range(kinds):
            own = kind == k
            shared_square[k] = design[own].T @ design[own]
            shared_data[k] = design[own].T @ value[own]
        group_of_unit = group[first]
        key = np.concatenate([group_of_unit[:, None], n, x_sum.reshape(units, -1)], axis=1)
        _, cell, cell_units = np.unique(key, axis=0, return_inverse=True, return_counts=True)
        cell = cell.reshape(-1)
        lead = np.full(cell_units.size, units)
        np.minimum.at(lead, cell, np.arange(units))
        cells = cell_units.size
        products = np.empty((kinds * kinds, cells))
        for k in range(kinds):
            for m in range(kinds):
                products[k * kinds + m] = np.bincount(cell, total[:, k] * total[:, m], cells)
        data = np.stack([np.bincount(cell, total[:, k], cells) for k in range(kinds)])
        return cls(
            groups=groups,
            units=units,
            replicated=units < value.size,
            points_by_class=np.bincount(kind, minlength=kinds).astype(np.float64),
            group_points=grouped(None),
            group_shared=np.stack([grouped(x) for x in design.T], -1) if q else np.zeros((groups, kinds, 0)),
            group_data=grouped(value),
            shared_square=shared_square,
            shared_data=shared_data,
            square_sums=squares + (n * mean**2).sum(axis=0),
            start=np.searchsorted(group_of_unit[lead], np.arange(groups)),
            cell_units=cell_units.astype(np.float64),
            cell_points=n[lead],
            cell_shared=np.ascontiguousarray(x_sum[lead].transpose(1, 2, 0)).reshape(kinds, -1),
            cell_data=data,
            cell_products=products,
        )

    def pieces(self, point_variance: FloatArray, unit_variance: FloatArray, *, whole: bool = True) -> Pieces:
        """Evaluate the likelihood's parts; works on complex numbers too, for exact derivatives.

        Parameters
        ----------
        point_variance
            Variance of a point within its unit by class, shape (B, K).
        unit_variance
            Variance between units, shape (B,).
        whole
            False leaves the four parts that only the estimand needs empty.
        """
        wide = self.cell_units.size * (len(self.points_by_class) + 2 * self.shared_data.shape[1] + 4)
        step = max(1, _CHUNK // wide)
        parts = [
            self._some(point_variance[i : i + step], unit_variance[i : i + step], whole)
            for i in range(0, len(unit_variance), step)
        ]
        names = Pieces.__slots__
        return Pieces(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def _by_group(self, values: FloatArray) -> FloatArray:
        if self.start.size == self.cell_units.size:
            return values  # each group is one cell
        return np.asarray(np.add.reduceat(values, self.start, axis=-1))

    def _some(self, point_variance: FloatArray, unit_variance: FloatArray, whole: bool) -> Pieces:
        precise = 1 / point_variance
        count, cells, q = len(precise), self.cell_units.size, self.shared_data.shape[1]
        each = self.cell_units
        information = precise @ self.cell_points.T
        inflation = 1 + unit_variance[:, None] * information
        weight = unit_variance[:, None] / inflation
        many = each * weight
        data = precise @ self.cell_data
        pairs = (precise[:, :, None] * precise[:, None, :]).reshape(count, -1)
        squares = precise @ self.square_sums - (weight * (pairs @ self.cell_products)).sum(axis=1)
        lean = many * information
        columns = (precise @ self.cell_shared).reshape(count, q, cells)
        cross = np.tensordot(precise, self.group_shared, axes=(1, 1))
        shared = np.tensordot(precise, self.shared_square, axes=1)
        shared_data = precise @ self.shared_data
        weight_shared = cross[:0]
        if q:
            cross = cross - self._by_group(lean[:, None, :] * columns).transpose(0, 2, 1)
            leaning = many[:, None, :] * columns
            shared = shared - np.matmul(leaning, columns.transpose(0, 2, 1))
            shared_data = shared_data - np.matmul(columns, (weight * data)[..., None])[..., 0]
            weight_shared = self._by_group(leaning).transpose(0, 2, 1) if whole else cross[:0]
        elif whole:
            weight_shared = cross
        nothing = information[:0]
        return Pieces(
            mean=self._by_group(each * information / inflation),
            cross=cross,
            shared=shared,
            mean_data=self._by_group(data / inflation),
            shared_data=shared_data,
            squares=squares,
            log_det=-np.log(precise) @ self.points_by_class + np.log(inflation) @ each,
            weight=self._by_group(many) if whole else nothing,
            weight_mean=self._by_group(lean) if whole else nothing,
            weight_shared=weight_shared,
            weight_data=self._by_group(weight * data) if whole else nothing,
        )
