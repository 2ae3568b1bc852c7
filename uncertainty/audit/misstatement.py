"""An auditor's sample: what a record does to the credit, which records to vouch, and what their faults project to."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import Amount, Count, Fraction, Numbers, Probability, equation
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    at_least,
    row,
    same_shape,
    whole,
)

type IntArray = NDArray[np.int64]


@equation(
    "mollisol:replicate-influence",
    "dC/dx_i",
    "ha",
    Locator("Hampel, Journal of the American Statistical Association 69", "1974", "p. 383-393"),
)
def replicate_influence_ha(
    *,
    lever_ha: Numbers,
    group: Annotated[FloatArray, Range(0, whole=True)],
    change_t_co2e_per_ha: Numbers,
    multiplier: Amount,
) -> Value:
    r"""Return the derivative of the credited total by the change of each replicate, the multiplier held.

    Parameters
    ----------
    lever_ha
        Of each group: the area of a stratum; for a control group minus the area that leans on it. Shape (G,). [ha]
    group
        Number of the group of each replicate, shape (n,). [whole numbers, 0 to G - 1]
    change_t_co2e_per_ha
        Change of each replicate, shape (n,); two or more in each group. [t CO2e/ha]
    multiplier
        Of the standard error in the credited value: Student's t. [0 or more]

    Returns
    -------
    array
        Shape (n,). [t CO2e per t CO2e/ha, so ha]

    Raises
    ------
    ValueError
        For a group with fewer than two replicates, shapes that differ, or a number out of range.

    Notes
    -----
    .. math::

        \frac{dC}{dx_i} = \frac{w_g}{n_g} - k \, \frac{w_g^2 \, (x_i - \bar{x}_g)}{n_g \, (n_g - 1) \, SE},
        \qquad SE = \sqrt{\sum_g w_g^2 \frac{s_g^2}{n_g}}

    Here :math:`w_g` is ``lever_ha``, :math:`x_i` is ``change_t_co2e_per_ha``, :math:`g` is ``group`` and
    :math:`k` is ``multiplier``.

    Source: the derivative of sum_g L_g mean_g - t sqrt(sum_g L_g^2 s_g^2 / n_g), the moment form over the project
    (Eqs. 70, 71 and 74): L_g / n_g - t L_g^2 (x_i - mean_g) / (n_g (n_g - 1) SE).

    Examples
    --------
    >>> result = replicate_influence_ha(
    ...     lever_ha=[10.0], group=[0, 0], change_t_co2e_per_ha=[1.0, 3.0], multiplier=0.4
    ... )
    >>> print(result)
    [7. 3.]
    """
    same_shape(group=group, change_t_co2e_per_ha=change_t_co2e_per_ha)
    of = group.astype(np.int64)
    count = np.bincount(of, minlength=lever_ha.size).astype(np.float64)
    if of.max() >= lever_ha.size or np.any(count < 2):
        raise ValueError(
            f"group must number {lever_ha.size} groups of two or more, found sizes {count.tolist()}"
        )
    mean = np.bincount(of, change_t_co2e_per_ha, lever_ha.size) / count
    apart = change_t_co2e_per_ha - mean[of]
    variance = np.bincount(of, apart**2, lever_ha.size) / (count - 1)
    error = float(np.sqrt((lever_ha**2 * variance / count).sum()))
    slope = lever_ha[of] / count[of]
    if error == 0:
        return slope
    spread = lever_ha[of] ** 2 * apart / (count[of] * (count[of] - 1) * error)
    influence: Value = slope - multiplier * spread
    return influence


def systematic_selection(*, size: ArrayLike, number: int, seed: int) -> IntArray:
    """Pick with probability proportional to size: a random order, a random start, equal steps.

    Parameters
    ----------
    size
        Of each item, shape (n,), not all 0. [0 or more]
    number
        How many to pick; an item larger than a step is picked more than once. [1 or more]
    seed
        Of order and start.

    Returns
    -------
    array
        Numbers of the items, shape (number,), sorted.

    Raises
    ------
    ValueError
        If no item has a size, or ``number`` is below 1.

    Notes
    -----
    Source: Madow (1949), Annals of Mathematical Statistics 20, p. 333-354; as dollar-unit sampling picks invoices.
    """
    sizes = row("size", at_least("size", size, 0.0))
    if sizes.sum() <= 0:
        raise ValueError("size must be above 0 for some item: nothing hangs on any of them")
    steps = int(whole("number", number, 1))
    random = np.random.default_rng(seed)
    order = random.permutation(sizes.size)
    ends = np.cumsum(sizes[order])
    marks = (random.random() + np.arange(steps)) * ends[-1] / steps
    return np.sort(order[np.minimum(np.searchsorted(ends, marks, side="right"), sizes.size - 1)])


@equation(
    "mollisol:projected-misstatement",
    "E",
    "t CO2e",
    Locator("Hansen and Hurwitz, Annals of Mathematical Statistics 14", "1943", "p. 333-362"),
)
def projected_misstatement_t_co2e(*, misstatement_t_co2e: Numbers, probability: Fraction) -> Value:
    r"""Return the misstatements of records picked with these probabilities, projected to all records.

    Parameters
    ----------
    misstatement_t_co2e
        Of each pick, shape (n,); a record that was picked twice stands twice. [t CO2e]
    probability
        Of the record in one pick: its size over the sum of sizes, shape (n,). [fraction]

    Returns
    -------
    float
        [t CO2e]

    Raises
    ------
    ValueError
        For shapes that differ, or a number out of range.

    Notes
    -----
    .. math:: E = \frac{1}{n} \sum_i \frac{e_i}{p_i}

    Here :math:`e_i` is ``misstatement_t_co2e`` and :math:`p_i` is ``probability``.

    Source: the estimator of Hansen and Hurwitz; unbiased whatever the faults are.

    Examples
    --------
    >>> result = projected_misstatement_t_co2e(
    ...     misstatement_t_co2e=[4.0, 0.0, -1.0, 4.0], probability=[0.2, 0.5, 0.1, 0.2]
    ... )
    >>> print(result)
    7.5
    """
    return float(_expanded(misstatement_t_co2e, probability).mean())


@equation(
    "mollisol:projected-misstatement-error",
    "SE(E)",
    "t CO2e",
    Locator("Hansen and Hurwitz, Annals of Mathematical Statistics 14", "1943", "p. 333-362"),
)
def projected_misstatement_error_t_co2e(*, misstatement_t_co2e: Numbers, probability: Fraction) -> Value:
    r"""Return the standard error of a projected misstatement.

    Parameters
    ----------
    misstatement_t_co2e, probability
        As in :func:`projected_misstatement_t_co2e`, two or more.

    Returns
    -------
    float
        [t CO2e]

    Raises
    ------
    ValueError
        For one pick, shapes that differ, or a number out of range.

    Notes
    -----
    .. math:: SE(E) = \sqrt{\frac{1}{n \, (n - 1)} \sum_i \left(\frac{e_i}{p_i} - E\right)^2}

    Here :math:`e_i` is ``misstatement_t_co2e`` and :math:`p_i` is ``probability``.

    Source: the variance of draws with replacement; equal steps through a random order stay a little below it.

    Examples
    --------
    >>> result = projected_misstatement_error_t_co2e(
    ...     misstatement_t_co2e=[4.0, 0.0, -1.0, 4.0], probability=[0.2, 0.5, 0.1, 0.2]
    ... )
    >>> print(result)
    7.5
    """
    expanded = row("misstatement_t_co2e", _expanded(misstatement_t_co2e, probability), 2)
    return float(np.std(expanded, ddof=1) / np.sqrt(expanded.size))


def _expanded(misstatement: FloatArray, probability: Value) -> FloatArray:
    same_shape(misstatement_t_co2e=misstatement, probability=probability)
    if np.any(probability <= 0):
        raise ValueError("probability must be above 0: a record without size is never picked")
    expanded: FloatArray = misstatement / probability
    return expanded


@equation(
    "mollisol:share-not-excluded",
    "p_max",
    "1",
    Locator("Clopper and Pearson, Biometrika 26", "1934", "p. 404-413"),
)
def share_not_excluded(*, picks: Count, confidence: Probability) -> Value:
    """Return the largest share that may be at fault where none of the picks was.

    Parameters
    ----------
    picks
        How many were picked with probability proportional to size. [1 or more]
    confidence
        [fraction]

    Returns
    -------
    float or array
        Share of the sum of sizes. [fraction]

    Raises
    ------
    ValueError
        For a number out of range.

    Notes
    -----
    .. math:: p_{max} = 1 - (1 - c)^{1/n}

    Here :math:`n` is ``picks`` and :math:`c` is ``confidence``.

    Source: (1 - p)^n = 1 - confidence, the bound of monetary-unit sampling without errors: about 3/n at 95 %.

    Examples
    --------
    >>> print(share_not_excluded(picks=[1, 2], confidence=0.95))
    [0.95      0.7763932]
    """
    bound: Value = 1 - (1 - confidence) ** (1 / picks)
    return bound
