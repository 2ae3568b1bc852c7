"""Carbon at one soil mass for all profiles and campaigns (VM0042 section 8.2.1.6).

The document asks for equal soil mass and prints no interpolation. Its Figure 3 uses a natural cubic spline
through (0, 0) and the increment boundaries, whose last cubic goes on beyond the deepest sample.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import checked, equation, ours, vm0042
from mollisol.quantification.checks import FloatArray, Value, ratio, same_shape

type Interpolation = Literal["natural_cubic_spline", "linear"]
Mass = Annotated[Value, Range(0, unit="t/ha", above=True)]
Masses = Annotated[FloatArray, Range(0, unit="t/ha", above=True, least=1)]
Cumulated = Annotated[FloatArray, Range(least=1)]
_STEP: Final = "the distance between two cumulative soil masses"


def _knots(mass: FloatArray, value: FloatArray, reference: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Put (0, 0) before every profile and check the order of the knots."""
    same_shape(cumulative_soil_mass_t_per_ha=mass, cumulative_value=value)
    if reference.ndim != 1:
        raise ValueError(f"reference_soil_mass_t_per_ha must be a row, found shape {reference.shape}")
    zero = np.zeros((*mass.shape[:-1], 1))
    knots = np.concatenate([zero, mass], axis=-1)
    if (np.diff(knots, axis=-1) <= 0).any():
        raise ValueError("cumulative_soil_mass_t_per_ha must be above 0 and strictly ascending by depth")
    return knots, np.concatenate([zero, value], axis=-1)


def _piece(knots: FloatArray, reference: FloatArray) -> NDArray[np.intp]:
    """Return the number of the piece that holds each reference; the last piece holds all beyond."""
    below: NDArray[np.intp] = (reference[:, None] >= knots[..., None, :]).sum(axis=-1) - 1
    last: NDArray[np.intp] = np.minimum(below, knots.shape[-1] - 2)
    return last


def _second_derivatives(step: FloatArray, slope: FloatArray) -> FloatArray:
    """Solve the tridiagonal system of the natural spline for all profiles at once."""
    k = step.shape[-1]
    bend = np.zeros((*step.shape[:-1], k + 1))
    upper = np.zeros_like(bend)
    for i in range(1, k):
        pivot = 2 * (step[..., i - 1] + step[..., i]) - step[..., i - 1] * upper[..., i - 1]
        upper[..., i] = step[..., i] / pivot
        pull = 6 * (slope[..., i] - slope[..., i - 1])
        bend[..., i] = (pull - step[..., i - 1] * bend[..., i - 1]) / pivot
    for i in range(k - 1, 0, -1):
        bend[..., i] -= upper[..., i] * bend[..., i + 1]
    return bend


@checked
def natural_cubic_spline_at(
    *,
    cumulative_soil_mass_t_per_ha: Cumulated,
    cumulative_value: Cumulated,
    reference_soil_mass_t_per_ha: Masses,
) -> FloatArray:
    """Return the natural cubic spline through (0, 0) and the knots, its last cubic continued beyond the deepest.

    Parameters
    ----------
    cumulative_soil_mass_t_per_ha
        Knots, shape (profiles, k) or (..., k), strictly ascending along the last axis. [t/ha, above 0]
    cumulative_value
        What is interpolated, same shape: carbon, or depth. [any unit]
    reference_soil_mass_t_per_ha
        Where to read the spline, shape (r,). [t/ha, above 0]

    Returns
    -------
    array
        Shape (profiles, r) or (..., r). [unit of the value]

    Raises
    ------
    ValueError
        For knots that do not ascend, shapes that differ, or numbers that are not finite.

    Notes
    -----
    Source: VM0042 2.2 Figure 3, after Wendt and Hauser (2013). One increment alone gives a straight line.
    """
    reference = reference_soil_mass_t_per_ha
    knots, values = _knots(cumulative_soil_mass_t_per_ha, cumulative_value, reference)
    step = np.diff(knots, axis=-1)
    slope = ratio(_STEP, np.diff(values, axis=-1), step)
    bend = _second_derivatives(step, slope)
    piece = _piece(knots, reference)
    left, right = (np.take_along_axis(bend, piece + side, axis=-1) for side in (0, 1))
    width = np.take_along_axis(step, piece, axis=-1)
    beyond = reference - np.take_along_axis(knots, piece, axis=-1)
    tangent = np.take_along_axis(slope, piece, axis=-1) - width * (2 * left + right) / 6
    cubic = ratio(_STEP, right - left, 6 * width)
    start = np.take_along_axis(values, piece, axis=-1)
    return start + beyond * (tangent + beyond * (left / 2 + beyond * cubic))


@equation("mollisol:linear-at", "y(M)", "t soil/ha", vm0042("8.2.1.6"))
def linear_at(
    *,
    cumulative_soil_mass_t_per_ha: Cumulated,
    cumulative_value: Cumulated,
    reference_soil_mass_t_per_ha: Masses,
) -> FloatArray:
    r"""Return the straight lines through (0, 0) and the knots, the last one continued beyond the deepest.

    Parameters
    ----------
    cumulative_soil_mass_t_per_ha, cumulative_value, reference_soil_mass_t_per_ha
        As in :func:`natural_cubic_spline_at`.

    Returns
    -------
    array
        Shape (profiles, r) or (..., r). [unit of the value]

    Raises
    ------
    ValueError
        As in :func:`natural_cubic_spline_at`.

    Notes
    -----
    .. math:: y(M) = y_{k-1} + (M - M_{k-1}) \, \frac{y_k - y_{k-1}}{M_k - M_{k-1}}, \qquad M_{k-1} \le M < M_k

    Here :math:`M` is ``reference_soil_mass_t_per_ha``, :math:`M_k` is ``cumulative_soil_mass_t_per_ha`` and
    :math:`y_k` is ``cumulative_value``.

    Source: Ellert and Bettany (1995), which VM0042 2.2 section 8.2.1.6 allows.

    Examples
    --------
    >>> result = linear_at(
    ...     cumulative_soil_mass_t_per_ha=[[15.0, 30.0]], cumulative_value=[[1950.0, 4050.0]],
    ...     reference_soil_mass_t_per_ha=[20.0, 30.0, 36.0]
    ... )
    >>> print(result)
    [[2650. 4050. 4890.]]
    """
    reference = reference_soil_mass_t_per_ha
    knots, values = _knots(cumulative_soil_mass_t_per_ha, cumulative_value, reference)
    slope = ratio(_STEP, np.diff(values, axis=-1), np.diff(knots, axis=-1))
    piece = _piece(knots, reference)
    start, from_mass = (np.take_along_axis(array, piece, axis=-1) for array in (values, knots))
    return start + (reference - from_mass) * np.take_along_axis(slope, piece, axis=-1)


@checked
def carbon_within_layers_t_per_ha(
    *,
    cumulative_soil_mass_t_per_ha: Cumulated,
    cumulative_carbon_t_per_ha: Cumulated,
    reference_soil_mass_t_per_ha: Masses,
) -> tuple[FloatArray, FloatArray]:
    """Return the least and the greatest carbon above a reference mass that the sampled layers leave possible.

    Carbon summed down a profile can only rise, so it lies between the sums at the two boundaries around the reference.
    Beyond the deepest one it is at least what was sampled, and at most that with more soil like the richest layer.

    Parameters
    ----------
    cumulative_soil_mass_t_per_ha, cumulative_carbon_t_per_ha, reference_soil_mass_t_per_ha
        As in :func:`carbon_at_equivalent_soil_mass_t_per_ha`.

    Returns
    -------
    tuple of arrays
        Least and greatest, each of shape (profiles, r). [t C/ha]
    """
    reference = reference_soil_mass_t_per_ha
    knots, values = _knots(cumulative_soil_mass_t_per_ha, cumulative_carbon_t_per_ha, reference)
    richest = ratio(_STEP, np.diff(values, axis=-1), np.diff(knots, axis=-1)).max(axis=-1, keepdims=True)
    piece = _piece(knots, reference)
    above, below = (np.take_along_axis(values, piece + side, axis=-1) for side in (0, 1))
    short = reference - knots[..., -1:]
    least = np.where(short > 0, values[..., -1:], above)
    return least, np.where(short > 0, values[..., -1:] + short * richest, below)


_METHODS: Final[dict[str, Callable[..., FloatArray]]] = {
    "natural_cubic_spline": natural_cubic_spline_at,
    "linear": linear_at,
}


@equation(
    "vm0042:8.2.1.6",
    "SOC_ESM",
    "t C/ha",
    vm0042("8.2.1.6", table="Figure 3", page="37"),
)
def carbon_at_equivalent_soil_mass_t_per_ha(
    *,
    cumulative_soil_mass_t_per_ha: Cumulated,
    cumulative_carbon_t_per_ha: Cumulated,
    reference_soil_mass_t_per_ha: Masses,
    interpolation: Interpolation = "natural_cubic_spline",
) -> FloatArray:
    r"""Return the carbon above the reference soil mass, for all profiles and references.

    Parameters
    ----------
    cumulative_soil_mass_t_per_ha
        Soil mass down to each increment's lower end, shape (profiles, k), strictly ascending. [t soil/ha]
    cumulative_carbon_t_per_ha
        Carbon down to the same ends, same shape. [t C/ha]
    reference_soil_mass_t_per_ha
        Reference masses, the same for all profiles and campaigns compared, shape (r,). [t soil/ha]
    interpolation
        ``natural_cubic_spline`` as in the printed example, or ``linear``. One choice for all campaigns.

    Returns
    -------
    array
        Shape (profiles, r). [t C/ha]

    Raises
    ------
    ValueError
        For knots that do not ascend, shapes that differ, a number that is not finite, or another method.

    Notes
    -----
    .. math:: SOC_{ESM} = S(M_{ref}), \qquad S(0) = 0, \; S(M_k) = C_k

    Here :math:`M_{ref}` is ``reference_soil_mass_t_per_ha``, :math:`M_k` is ``cumulative_soil_mass_t_per_ha``
    and :math:`C_k` is ``cumulative_carbon_t_per_ha``. :math:`S` is the natural cubic spline, or the line,
    through these points.

    Source: VM0042 2.2 section 8.2.1.6 and Figure 3. A reference beyond the sampled mass is an extrapolation:
    :func:`extrapolated_share` says how far.

    Examples
    --------
    >>> result = carbon_at_equivalent_soil_mass_t_per_ha(
    ...     cumulative_soil_mass_t_per_ha=[[1000.0], [2000.0]],
    ...     cumulative_carbon_t_per_ha=[[10.0], [30.0]], reference_soil_mass_t_per_ha=[1500.0]
    ... )
    >>> print(result)
    [[15. ]
     [22.5]]
    """
    if interpolation not in _METHODS:
        raise ValueError(f"interpolation must be one of {', '.join(_METHODS)}, found {interpolation!r}")
    return _METHODS[interpolation](
        cumulative_soil_mass_t_per_ha=cumulative_soil_mass_t_per_ha,
        cumulative_value=cumulative_carbon_t_per_ha,
        reference_soil_mass_t_per_ha=reference_soil_mass_t_per_ha,
    )


@equation(
    "mollisol:esm-extrapolation",
    "x_ESM",
    "fraction of the sampled mass",
    ours("how far a reference lies beyond the sample"),
)
def extrapolated_share(*, sampled_soil_mass_t_per_ha: Mass, reference_soil_mass_t_per_ha: Mass) -> Value:
    r"""Return how far the reference mass lies beyond the sampled mass, as a share of the sampled mass.

    Parameters
    ----------
    sampled_soil_mass_t_per_ha
        Soil mass down to the deepest sample. [t/ha]
    reference_soil_mass_t_per_ha
        Reference mass. [t/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined; 0 where the sample reaches the reference. [fraction]

    Raises
    ------
    ValueError
        For a mass that is not finite and above 0.

    Notes
    -----
    .. math:: x_{ESM} = \max\left(0, \frac{M_{ref}}{M_s} - 1\right)

    Here :math:`M_{ref}` is ``reference_soil_mass_t_per_ha`` and :math:`M_s` is ``sampled_soil_mass_t_per_ha``.

    Source: our definition. The printed example reaches 0.31.

    Examples
    --------
    >>> result = extrapolated_share(
    ...     sampled_soil_mass_t_per_ha=2000.0, reference_soil_mass_t_per_ha=[2500.0, 2000.0, 1500.0]
    ... )
    >>> print(result)
    [0.25 0.   0.  ]
    """
    beyond = ratio("sampled_soil_mass_t_per_ha", reference_soil_mass_t_per_ha, sampled_soil_mass_t_per_ha)
    return np.maximum(0.0, beyond - 1.0)


@equation("mollisol:esm-reference", "M_ref", "t soil/ha", ours("8.2.1.6 of VM0042 2.2, the densest sample"))
def reference_soil_mass_t_per_ha(*, soil_mass_at_reporting_depth_t_per_ha: Masses) -> Value:
    r"""Return the reference soil mass: the largest at the reporting depth over all samples compared.

    Parameters
    ----------
    soil_mass_at_reporting_depth_t_per_ha
        Over all points, campaigns and both scenarios of what is compared, shape (..., n). [t/ha]

    Returns
    -------
    float or array
        Largest along the last axis. [t soil/ha]

    Raises
    ------
    ValueError
        For no value, or a mass that is not finite and above 0.

    Notes
    -----
    .. math:: M_{ref} = \max_i M_i

    Here :math:`M_i` is ``soil_mass_at_reporting_depth_t_per_ha``.

    Source: VM0042 2.2 section 8.2.1.6: the reference covers the densest sample. Shallow soils get their own.

    Examples
    --------
    >>> result = reference_soil_mass_t_per_ha(
    ...     soil_mass_at_reporting_depth_t_per_ha=[1950.0, 1534.0, 1498.0]
    ... )
    >>> print(result)
    1950.0
    """
    return soil_mass_at_reporting_depth_t_per_ha.max(axis=-1)
