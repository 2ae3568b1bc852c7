"""The parts of a declaration of error sources. All changes are in t CO2e/ha over the verification period."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from mollisol.quantification.checks import FloatArray, at_least, finite, positive, whole

type IntArray = NDArray[np.int64]
type BoolArray = NDArray[np.bool_]
type Baseline = Literal["measured", "modelled", "hybrid", "none"]

MOST_CLASSES: Final = 24
"""Measurement classes: sums are kept by field and class, and their products by pairs of classes."""
MOST_POINT_SPREADS: Final = 3
"""Classes of strata with a spread of their own, besides that of control sites."""
FEWEST_POINTS_OF_A_SPREAD: Final = 20
FEWEST_CONTROL_SITES: Final = 3
_ROUNDING: Final = 1e-13
"""Points that agree to this share of their size agree exactly."""


def _codes(name: str, value: Any, size: int, bound: int | None = None) -> IntArray:
    array = whole(name, value, 0)
    if array.shape != (size,):
        raise ValueError(f"{name} must hold {size} numbers, one a row, found shape {array.shape}")
    if bound is not None and (array >= bound).any():
        raise ValueError(f"{name} must be below {bound}, found {array.max():g}")
    return array.astype(np.int64)


def _vector(name: str, value: Any) -> FloatArray:
    array = np.asarray(value, dtype=np.float64)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must be one row of numbers, found shape {array.shape}")
    missing = np.flatnonzero(np.isnan(array))
    if missing.size:
        raise ValueError(
            f"{name} is missing in row {missing[0]} ({missing.size} in all): leave out what was not measured"
        )
    return finite(name, array)


def _none() -> Any:
    return np.empty(0)


class _Frozen:
    """Sets checked values on a frozen dataclass."""

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            if isinstance(value, np.ndarray):
                value = value.copy()
                value.flags.writeable = False
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True, eq=False)
class Strata(_Frozen):
    """The strata of the project.

    Parameters
    ----------
    area_ha
        Shape (H,). [ha, above 0]
    fields
        Fields in each stratum, sampled or not, shape (H,); left out or infinity where the number is not known, which is
        the cautious reading. Fields of a stratum count alike. [1 or more]
    practice
        Code of each stratum's practice, shape (H,); only model error differs by it.
    climate
        Code of each stratum's climate zone, shape (H,); only model error differs by it.
    point_spread
        Code of the class of strata that shares one spread between points, shape (H,); at most three
        classes, of 20 points or more each where the prior is half-normal.
    against
        True for groups of control sites that stand as strata and count against the project, shape (H,).
    """

    area_ha: FloatArray
    fields: FloatArray = field(default_factory=_none)
    practice: IntArray = field(default_factory=_none)
    point_spread: IntArray = field(default_factory=_none)
    climate: IntArray = field(default_factory=_none)
    against: BoolArray = field(default_factory=_none)

    def __post_init__(self) -> None:
        """Check shapes and ranges."""
        area = positive("area_ha", _vector("area_ha", self.area_ha))
        number = (
            np.full(area.size, np.inf) if np.size(self.fields) == 0 else np.array(self.fields, np.float64)
        )
        if number.shape != area.shape or not (number >= 1).all():
            raise ValueError("fields must hold a number of at least 1, or infinity, for each stratum")
        zero = np.zeros(area.size, np.int64)
        self._set(
            area_ha=area,
            fields=number,
            practice=_codes("practice", zero if np.size(self.practice) == 0 else self.practice, area.size),
            climate=_codes("climate", zero if np.size(self.climate) == 0 else self.climate, area.size),
            point_spread=_codes(
                "point_spread",
                zero if np.size(self.point_spread) == 0 else self.point_spread,
                area.size,
                MOST_POINT_SPREADS + 2 * int(np.any(self.against)),
            ),
            against=zero.astype(bool) if np.size(self.against) == 0 else np.array(self.against, bool),
        )

    @property
    def weight(self) -> FloatArray:
        """Share of each stratum in the area of the project, shape (H,); below 0 where it counts against it."""
        share: FloatArray = self.area_ha / self.area_ha[~self.against].sum()
        return np.where(self.against, -share, share)


@dataclass(frozen=True, slots=True, eq=False)
class ProjectPoints(_Frozen):
    """Paired changes at the points of the project.

    Parameters
    ----------
    change
        Measured change, or the modelled practice effect where the baseline is modelled, shape (n,).
        [t CO2e/ha]
    stratum
        Place of the point's stratum, shape (n,).
    unit
        Code of the unit treated independently (field) that the point lies in, shape (n,); left out where the design
        drew the points at random in the stratum with no stage between.
    measurement_class
        Place of the point's known measurement sd, shape (n,).
    """

    change: FloatArray
    stratum: IntArray
    unit: IntArray = field(default_factory=_none)
    measurement_class: IntArray = field(default_factory=_none)

    def __post_init__(self) -> None:
        """Check shapes and ranges."""
        change = _vector("change", self.change)
        size = change.size
        unit = np.arange(size) if np.size(self.unit) == 0 else self.unit
        kind = np.zeros(size) if np.size(self.measurement_class) == 0 else self.measurement_class
        self._set(
            change=change,
            stratum=_codes("stratum", self.stratum, size),
            unit=_codes("unit", unit, size),
            measurement_class=_codes("measurement_class", kind, size),
        )


@dataclass(frozen=True, slots=True, eq=False)
class ControlPoints(_Frozen):
    """Paired changes at the points of the control sites.

    Parameters
    ----------
    change
        Shape (m,). [t CO2e/ha]
    site
        Place of the point's control site, shape (m,).
    link
        Weight of each stratum in what a site stands for, shape (C, H), rows sum to 1. A site that serves
        several strata carries their shares of the area.
    measurement_class
        As in :class:`ProjectPoints`, shape (m,).
    """

    change: FloatArray
    site: IntArray
    link: FloatArray
    measurement_class: IntArray = field(default_factory=_none)

    def __post_init__(self) -> None:
        """Check shapes and ranges."""
        change = _vector("control change", self.change)
        size = change.size
        link = at_least("link", self.link, 0.0)
        if link.ndim != 2 or (np.abs(link.sum(axis=1) - 1) > 1e-9).any():
            raise ValueError("link must have a row for each control site, and each row must sum to 1")
        site = _codes("site", self.site, size, link.shape[0])
        empty = np.setdiff1d(np.arange(link.shape[0]), site)
        if empty.size:
            raise ValueError(f"control site {empty[0]} has no point: leave the site out")
        kind = np.zeros(size) if np.size(self.measurement_class) == 0 else self.measurement_class
        self._set(
            change=change,
            site=site,
            link=link,
            measurement_class=_codes("control measurement_class", kind, size),
        )


@dataclass(frozen=True, slots=True, eq=False)
class SharedEffect(_Frozen):
    """An error that many points share and that therefore does not average out.

    Parameters
    ----------
    name, source
        For the error budget; the source says where the sd is from.
    sd
        Its standard deviation, known. [t CO2e/ha per unit of the design]
    project, control
        What the error adds to each point per unit, shapes (n,) and (m,); None where it adds nothing.
    """

    name: str
    sd: float
    project: FloatArray | None = None
    control: FloatArray | None = None
    source: str = ""

    def __post_init__(self) -> None:
        """Check shapes and ranges."""
        self._set(sd=float(at_least(f"sd of {self.name}", self.sd, 0.0)))
        for side in ("project", "control"):
            if (column := getattr(self, side)) is not None:
                self._set(**{side: _vector(f"{side} design of {self.name}", column)})


@dataclass(frozen=True, slots=True, eq=False)
class Validation(_Frozen):
    """Comparisons of the model with measured practice effects.

    Parameters
    ----------
    residual
        Observed less modelled practice effect, out of fold, shape (V,). [t CO2e/ha]
    standard_error
        Of the observed effect, shape (V,). [t CO2e/ha]
    study, practice
        Codes, shape (V,); practices as in :class:`Strata`.
    duration
        Length of the comparison, shape (V,). [years, above 0]
    climate
        Code of the climate zone, shape (V,), as in :class:`Strata`; a bias of the zones is learned where at least two
        of them have comparisons.
    """

    residual: FloatArray
    standard_error: FloatArray
    study: IntArray
    practice: IntArray
    duration: FloatArray
    climate: IntArray = field(default_factory=_none)

    def __post_init__(self) -> None:
        """Check shapes and ranges."""
        residual = _vector("residual", self.residual)
        size = residual.size
        error = at_least("standard_error", _vector("standard_error", self.standard_error), 0.0)
        duration = positive("duration", _vector("duration", self.duration))
        if error.size != size or duration.size != size:
            raise ValueError(f"standard_error and duration must hold {size} numbers")
        climate = np.zeros(size) if np.size(self.climate) == 0 else self.climate
        self._set(
            residual=residual,
            standard_error=error,
            study=_codes("study", self.study, size),
            practice=_codes("validation practice", self.practice, size),
            duration=duration,
            climate=_codes("validation climate", climate, size),
        )

    @property
    def zones(self) -> int:
        """Return the climate zones with comparisons."""
        return int(np.unique(self.climate).size)


@dataclass(frozen=True, slots=True, eq=False)
class ModelDraws(_Frozen):
    """Model runs under joint draws of the model's parameters; column l is the same draw everywhere.

    Parameters
    ----------
    effect
        Modelled practice effect of each stratum, shape (H, L), where the baseline is modelled. [t CO2e/ha]
    baseline_stratum, baseline_control
        Modelled baseline change of strata and control sites, shapes (H, L) and (C, L), for hybrid baselines
        (a blended baseline hands in its mean over rotation phases, draw by draw). [t CO2e/ha]
    """

    effect: FloatArray = field(default_factory=_none)
    baseline_stratum: FloatArray = field(default_factory=_none)
    baseline_control: FloatArray = field(default_factory=_none)

    def __post_init__(self) -> None:
        """Check shapes and ranges."""
        for place in fields(self):
            if np.size(value := getattr(self, place.name)):
                draws = finite(place.name, value)
                if draws.ndim != 2 or draws.shape[1] < 2:
                    raise ValueError(f"{place.name} must have a row a place and two draws or more")
                self._set(**{place.name: draws})


type SpreadPrior = Literal["half-normal", "log-uniform"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a standard deviation besides the data: a variance with so many degrees of freedom.

    Its likelihood is that of a sum of squares, freedom times variance, that is chi-square about the true variance.
    """

    name: str
    freedom: float
    variance: float


@dataclass(frozen=True, slots=True)
class Prior:
    """A prior as it is printed: of this scale on a standard deviation, or flat or normal."""

    name: str
    family: SpreadPrior | Literal["flat", "normal"]
    scale: float
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Declaration(_Frozen):
    """Everything that makes the change of a verification period uncertain, part by part.

    Parameters
    ----------
    strata, project, control
        Units and data; ``control`` is None where the baseline is modelled or none.
    measurement_sd
        Known measurement sd of each class, shape (K,). [t CO2e/ha]
    shared
        Shared linear effects.
    baseline
        Kind of baseline; ``none`` subtracts nothing and looks at the project's own change.
    validation, model
        For modelled and hybrid baselines.
    period_years
        Length of the period. [years]
    prior_scale
        S, the scale of the half-normal priors; None takes twice the pooled sd of the paired changes.
    validation_scale
        The same for the validation block; None takes twice the sd of the residuals.
    bias_scale
        Scale of the biases of practices and of climate zones, the pooled measurement uncertainty of the validation.
        [t CO2e/ha]
    effect_prior_sd
        sd of a normal prior on the means; None is flat, the only choice for crediting.
    spread_prior
        Family of the priors on the spread of units and of control sites.
    evidence
        What is known of these spreads besides the data.
    """

    strata: Strata
    project: ProjectPoints
    control: ControlPoints | None = None
    measurement_sd: FloatArray = field(default_factory=lambda: np.zeros(1))
    shared: tuple[SharedEffect, ...] = ()
    baseline: Baseline = "measured"
    validation: Validation | None = None
    model: ModelDraws | None = None
    period_years: float = 1.0
    prior_scale: float | None = None
    validation_scale: float | None = None
    bias_scale: float | None = None
    effect_prior_sd: float | None = None
    spread_prior: SpreadPrior = "half-normal"
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        """Check each part by itself."""
        self._set(
            measurement_sd=at_least("measurement_sd", _vector("measurement_sd", self.measurement_sd), 0.0),
            shared=tuple(effect for effect in self.shared if effect.sd > 0),
        )

    @property
    def controls(self) -> ControlPoints:
        """Return the control points.

        Raises
        ------
        ValueError
            If there are none.
        """
        if self.control is None:
            raise ValueError("there are no control points")
        return self.control

    @property
    def trials(self) -> Validation:
        """Return the validation comparisons.

        Raises
        ------
        ValueError
            If there are none.
        """
        if self.validation is None:
            raise ValueError("there are no validation comparisons")
        return self.validation

    @property
    def model_draws(self) -> ModelDraws:
        """Return the model runs.

        Raises
        ------
        ValueError
            If there are none.
        """
        if self.model is None:
            raise ValueError("there are no model draws")
        return self.model

    @property
    def modelled_error(self) -> bool:
        """Return whether model error enters."""
        return self.baseline in ("modelled", "hybrid")
