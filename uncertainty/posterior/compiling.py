"""From a declaration to arrays in working units: blocks, columns, components, and the weights of the estimand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.posterior.declaration import IntArray, Prior, SpreadPrior
from mollisol.uncertainty.posterior.declaration_checks import (
    control_residual,
    link_group,
    pooled_sd,
    within,
)
from mollisol.uncertainty.posterior.specification import Specification
from mollisol.uncertainty.posterior.sufficient import Block

LOWEST_LOG: Final = -12.0
"""A standard deviation below exp(-12) of the spread of the data is as good as none."""
NO_UNIT_LEVEL: Final = -1
MOST_COMPONENTS: Final = 8
SHARE_OF_STRATA: Final = 0.25
"""Prior scale of s_theta as a share of S. With one control site a stratum, differences between strata cannot be told
from differences between sites, and what is called a difference between strata is not an error: the same scale
for both gave P(truth >= credited) = 0.61 where sites differ, a quarter of it 0.66 (docs/posterior.md).
"""


WIDE: Final = (0.01, 10.0)
"""Ends of a log-uniform prior, in units of its scale: beyond what a few replicates could show."""


@dataclass(frozen=True, slots=True)
class Component:
    """A variance component: its prior scale and the unit its logarithm is taken in. [t CO2e/ha]."""

    name: str
    scale: float
    unit: float
    source: str
    family: SpreadPrior = "half-normal"
    freedom: float = np.inf
    """Degrees of freedom that its replicates show it with, where the prior is on the spread of means."""

    @property
    def prior(self) -> Prior:
        """Return the prior as it is printed."""
        return Prior(self.name, self.family, self.scale, self.source)


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """A block, where its variances come from, and what one unit of it is.

    ``of_point`` is the class of each point, a pair of measurement class and spread between points; by class,
    ``kind`` holds the measurement class, ``point`` the place of the point component, ``known`` the measurement
    variance in working units. ``level`` is the place of the unit component, or -1 where units have one point each
    and the two spreads cannot be told apart (then the point component is the whole spread).
    """

    block: Block
    of_point: IntArray
    kind: IntArray
    point: IntArray
    known: FloatArray
    level: int


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """Working form; everything is divided by ``unit``. Shapes: H strata, q shared columns, r cut columns.

    Learned biases of the model, of practices and then of climate zones (P,): their weight in the estimand, the place
    of the component each is drawn with, and which comparison has which, (V, P).

    ``theta_basis`` has the directions of the strata's deviations t that control sites speak of, orthonormal rows; the
    others have their prior and enter the estimand's variance alone.
    """

    specification: Specification
    unit: float
    components: tuple[Component, ...]
    project: Side
    control: Side | None
    project_centre: FloatArray
    control_centre: float
    link: FloatArray
    theta_basis: FloatArray
    shared_sd: FloatArray
    cut_columns: int
    cut_estimand: FloatArray
    fixed_variance: float
    offset: float
    weight: FloatArray
    per_field: FloatArray
    unsampled: FloatArray
    bias_weight: FloatArray
    bias_place: IntArray
    bias_design: FloatArray

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the components, in order."""
        return tuple(component.name for component in self.components)

    def place(self, name: str) -> int:
        """Return the place of a component, or -1."""
        return self.names.index(name) if name in self.names else NO_UNIT_LEVEL


def spread_names(specification: Specification, replicated: bool) -> tuple[IntArray, list[str]]:
    """Return the codes of the classes of strata that have points, and the component of each."""
    spread, against = specification.strata.point_spread, specification.strata.against
    used = np.unique(spread[specification.project.stratum])
    label = "s_point" if replicated else "s_field"
    names = [label if k == 0 else f"{label}[{k}]" for k in range(used.size)]
    controls = set(spread[against].tolist())
    return used, [
        "s_control" if int(code) in controls else name for code, name in zip(used, names, strict=True)
    ]


def _pairs(specification: Specification, replicated: bool) -> tuple[IntArray, IntArray, list[str], list[str]]:
    """Return the point component of each project and control point, as places in two lists of names."""
    spread = specification.strata.point_spread
    used, names = spread_names(specification, replicated)
    mine = np.searchsorted(used, spread[specification.project.stratum])
    if specification.control is None:
        return mine, np.empty(0, np.int64), names, []
    if not replicated:
        return mine, np.zeros(specification.control.change.size, np.int64), names, ["s_control"]
    main = spread[specification.control.link.argmax(axis=1)][specification.control.site]
    return mine, np.searchsorted(used, main), names, names


def compile_specification(specification: Specification) -> Compiled:
    """Compile a declaration for the exact engine.

    Raises
    ------
    ValueError
        If nothing shows the spread of the change and no ``prior_scale`` is declared.
    """
    try:
        unit = pooled_sd(specification)
    except ValueError:
        known = max((item.variance for item in specification.evidence), default=0.0)
        unit = specification.prior_scale or float(np.sqrt(known))
        if not unit:
            raise
    scale = specification.prior_scale if specification.prior_scale is not None else 2 * unit
    said = (
        "declared" if specification.prior_scale is not None else "twice the pooled sd of the paired changes"
    )
    strata, points = specification.strata, specification.project
    number = strata.area_ha.size
    replicated = np.unique(points.unit).size < points.unit.size
    control = specification.control
    if control is not None:
        replicated |= np.unique(control.site).size < control.site.size
    mine, theirs, names, control_names = _pairs(specification, replicated)
    labels = list(names)
    if replicated:
        labels.insert(0, "s_field")
    if control is not None:
        labels.append("s_control")
        shares = control.link[np.unique(control.site)]
        if (
            specification.spread_prior == "half-normal"
            and number > 1
            and not np.allclose(shares, strata.weight, rtol=1e-9, atol=1e-12)
        ):
            labels.append("s_theta")
    if specification.spread_prior == "half-normal":
        components = [
            Component(name, SHARE_OF_STRATA * scale if name == "s_theta" else scale, unit, said)
            for name in labels
        ]
    else:
        components = [_of_means(specification, name, names, unit) for name in labels]
    components += _validation_components(specification)
    place = {component.name: k for k, component in enumerate(components)}
    if "s_climate" in place and len(components) > MOST_COMPONENTS:
        raise ValueError(
            f"{len(components)} variance components are too many beside the bias of climate zones, at most "
            f"{MOST_COMPONENTS}: declare fewer classes of point_spread"
        )

    designs = specification.shared
    cut, cut_estimand, fixed = _model_draws(specification, unit)
    measured = (specification.measurement_sd / unit) ** 2

    def side(
        value: FloatArray, unit_code: IntArray, group: IntArray, kind: IntArray, point: IntArray,
        point_names: list[str], design: FloatArray, level: str,
    ) -> Side:  # fmt: skip
        pair, code = np.unique(np.stack([kind, point]), axis=1, return_inverse=True)
        block = Block.of(
            value=value, unit=unit_code, group=group, kind=code.reshape(-1), design=design,
            groups=int(group.max()) + 1, kinds=pair.shape[1],
        )  # fmt: skip
        where = np.array([place[point_names[k]] for k in pair[1]])
        return Side(
            block,
            code.reshape(-1),
            pair[0],
            where,
            measured[pair[0]],
            place[level] if replicated else NO_UNIT_LEVEL,
        )

    def columns(which: str, size: int) -> FloatArray:
        parts = [np.zeros(size) if (own := getattr(effect, which)) is None else own for effect in designs]
        return np.stack(parts, axis=1) if parts else np.zeros((size, 0))

    centre = np.bincount(points.stratum, points.change) / np.bincount(points.stratum)
    project = side(
        (points.change - centre[points.stratum]) / unit, points.unit, points.stratum,
        points.measurement_class, mine, names, columns("project", points.change.size), "s_field",
    )  # fmt: skip
    middle, link, other = 0.0, np.zeros((0, number)), None
    if control is not None:
        residual = control_residual(specification)
        middle = float(residual.mean()) if specification.baseline == "measured" else 0.0
        group = link_group(control)
        link = np.unique(control.link, axis=0)
        design = columns("control", control.change.size)
        other = side(
            (residual - middle) / unit, control.site, group[control.site], control.measurement_class,
            theirs, control_names, np.concatenate([design, cut[control.site]], axis=1), "s_control",
        )  # fmt: skip
    weight = strata.weight
    fields = strata.fields if replicated or specification.modelled_error else np.full(number, np.inf)
    sampled = np.bincount(
        np.unique(np.stack([points.unit, points.stratum]), axis=1)[1], minlength=number
    ).astype(np.float64)
    finite_fields = np.isfinite(fields)
    offset = float(weight @ centre) - middle
    if specification.baseline == "hybrid":
        offset -= float(weight @ specification.model_draws.baseline_stratum.mean(axis=1))
    bias_weight, bias_place, bias_design = _biases(specification, place)
    return Compiled(
        specification=specification,
        unit=unit,
        components=tuple(components),
        project=project,
        control=other,
        project_centre=centre / unit,
        control_centre=middle / unit,
        link=link,
        theta_basis=_spanned(link, number),
        shared_sd=np.array([effect.sd / unit for effect in designs]),
        cut_columns=cut.shape[1],
        cut_estimand=cut_estimand,
        fixed_variance=fixed,
        offset=offset / unit,
        weight=weight,
        per_field=np.where(finite_fields, weight / np.where(finite_fields, fields, 1.0), 0.0),
        unsampled=np.where(finite_fields, np.where(finite_fields, fields, 0.0) - sampled, 0.0),
        bias_weight=bias_weight,
        bias_place=bias_place,
        bias_design=bias_design,
    )


def _of_means(specification: Specification, name: str, names: list[str], unit: float) -> Component:
    """Return the component of a spread of means: its scale is the spread that its own replicates show."""
    points, spread = specification.project, specification.strata.point_spread
    squares, freedom = 0.0, 0.0
    if name in names:
        code = spread_names(specification, replicated=False)[0][names.index(name)]
        own = spread[points.stratum] == code
        squares, count = within(points.change[own], points.stratum[own])
        freedom = float(count)
    elif specification.control is not None:
        residual = control_residual(specification)
        squares, count = within(residual, np.zeros(residual.size, np.int64))
        freedom = float(count)
    for known in specification.evidence:
        if known.name == name:
            squares, freedom = squares + known.freedom * known.variance, freedom + known.freedom
    if specification.prior_scale is not None:
        scale = specification.prior_scale
        return Component(name, scale, scale, "declared", "log-uniform", freedom)
    if freedom == 0:
        raise ValueError(f"nothing shows the spread {name}: take two replicates or more")
    # replicates that agree exactly are known no better than to a hundredth of the spread of all
    scale = max(float(np.sqrt(squares / freedom)), WIDE[0] * unit)
    return Component(
        name, scale, scale, f"spread of its replicates, {freedom:g} d.f.", "log-uniform", freedom
    )


def _spanned(link: FloatArray, strata: int) -> FloatArray:
    """Return an orthonormal basis of the rows, (r, H); the identity where they span everything."""
    if link.size == 0:
        return np.zeros((0, strata))
    if len(link) == strata and (np.count_nonzero(link, axis=0) == 1).all() and link.any(axis=1).all():
        return np.eye(strata)  # each stratum has sites of its own
    _, size, basis = np.linalg.svd(link, full_matrices=False)
    kept = size > size[0] * 1e-12
    return np.eye(strata) if kept.sum() == strata else np.asarray(basis[kept])


def _validation_components(specification: Specification) -> list[Component]:
    if specification.validation is None:
        return []
    spread = (
        float(specification.validation.residual.std(ddof=1))
        if specification.validation.residual.size > 1
        else 0.0
    )
    scale = specification.validation_scale if specification.validation_scale is not None else 2 * spread
    said = (
        "declared"
        if specification.validation_scale is not None
        else "twice the sd of the validation residuals"
    )
    if scale <= 0 or specification.bias_scale is None:
        raise ValueError("one validation comparison shows no spread: declare validation_scale")
    unit = spread or scale
    biases = ["s_beta", "s_climate"] if specification.validation.zones > 1 else ["s_beta"]
    return [
        Component("s_site", scale, unit, said),
        Component("s_eps", scale, unit, said),
        *(
            Component(
                name, specification.bias_scale, specification.bias_scale, "pooled measurement uncertainty"
            )
            for name in biases
        ),
    ]


def _biases(specification: Specification, place: dict[str, int]) -> tuple[FloatArray, IntArray, FloatArray]:
    """Return weights in the estimand, places of their components, and designs of the learned biases."""
    if specification.validation is None:
        return np.zeros(0), np.zeros(0, np.int64), np.zeros((0, 0))
    weights, places, designs = [], [], []
    sides = (
        ("s_beta", specification.validation.practice, specification.strata.practice),
        ("s_climate", specification.validation.climate, specification.strata.climate),
    )
    for name, code, code_of_stratum in sides:
        if name not in place:
            continue
        used = np.union1d(code, code_of_stratum) if specification.baseline == "modelled" else np.unique(code)
        weight = np.zeros(used.size)
        if specification.baseline == "modelled":
            np.add.at(weight, np.searchsorted(used, code_of_stratum), specification.strata.weight)
        weights.append(weight)
        places.append(np.full(used.size, place[name]))
        designs.append((code[:, None] == used).astype(np.float64))
    return np.concatenate(weights), np.concatenate(places), np.concatenate(designs, axis=1)


def _model_draws(specification: Specification, unit: float) -> tuple[FloatArray, FloatArray, float]:
    """Return the effect of the model's parameters at low rank.

    Returns
    -------
    tuple
        Loadings of control sites (C, r) and of the estimand (r,), and the variance that no data stand beside.
    """
    sites = 0 if specification.control is None else specification.control.link.shape[0]
    none = np.zeros((sites, 0)), np.zeros(0)
    if specification.model is None:
        return (*none, 0.0)
    weight = specification.strata.weight
    if specification.baseline == "modelled":
        return (*none, float(np.var(weight @ specification.model.effect, ddof=1)) / unit**2)
    own, other = specification.model.baseline_stratum, specification.model.baseline_control
    stack = np.concatenate([own, other])
    left, size, _ = np.linalg.svd(stack - stack.mean(axis=1, keepdims=True), full_matrices=False)
    kept = size > size[0] * 1e-12 if size.size and size[0] > 0 else np.zeros(size.size, bool)
    loading = left[:, kept] * size[kept] / np.sqrt(stack.shape[1] - 1) / unit
    return loading[len(weight) :], -(weight @ loading[: len(weight)]), 0.0
