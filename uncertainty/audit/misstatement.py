"""An auditor's sample: what a record does to the credit, which records to vouch, and what their faults project to."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    at_least,
    between,
    finite,
    row,
    same_shape,
    whole,
)
from mollisol.uncertainty.student import probability_of

type IntArray = NDArray[np.int64]


@equation(
    "mollisol:replicate-influence",
    symbol="dC/dx_i",
    unit="ha",
    locator=Locator(
        "Hampel, Journal of the American Statistical Association 69", "1974", section="p. 383-393"
    ),
)
def replicate_influence_ha(
    *, lever_ha: ArrayLike, group: ArrayLike, change_t_co2e_per_ha: ArrayLike, multiplier: ArrayLike
) -> Value:
    """Give the derivative of the credited total by the change of each replicate, the multiplier held.

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
    Source: the derivative of sum_g L_g mean_g - t sqrt(sum_g L_g^2 s_g^2 / n_g), the moment form over the project
    (Eqs. 70, 71 and 74): L_g / n_g - t L_g^2 (x_i - mean_g) / (n_g (n_g - 1) SE).
    """
    lever = row("lever_ha", finite("lever_ha", lever_ha))
    change = row("change_t_co2e_per_ha", finite("change_t_co2e_per_ha", change_t_co2e_per_ha))
    number = whole("group", group, 0)
    same_shape(group=number, change_t_co2e_per_ha=change)
    of = number.astype(np.int64)
    count = np.bincount(of, minlength=lever.size).astype(np.float64)
    if of.max() >= lever.size or (count < 2).any():
        raise ValueError(
            f"group must number {lever.size} groups of two or more, found sizes {count.tolist()}"
        )
    mean = np.bincount(of, change, lever.size) / count
    apart = change - mean[of]
    variance = np.bincount(of, apart**2, lever.size) / (count - 1)
    error = float(np.sqrt((lever**2 * variance / count).sum()))
    slope = lever[of] / count[of]
    if error == 0:
        return slope
    spread = lever[of] ** 2 * apart / (count[of] * (count[of] - 1) * error)
    influence: Value = slope - at_least("multiplier", multiplier, 0.0) * spread
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
    symbol="E",
    unit="t CO2e",
    locator=Locator("Hansen and Hurwitz, Annals of Mathematical Statistics 14", "1943", section="p. 333-362"),
)
def projected_misstatement_t_co2e(*, misstatement_t_co2e: ArrayLike, probability: ArrayLike) -> Value:
    """Project misstatements of records picked with these probabilities to all records.

    Parameters
    ----------
    misstatement_t_co2e
        Of each pick, shape (n,); a record that was picked twice stands twice. [t CO2e]
    probability
        Of the record in one pick: its size over the sum of sizes, shape (n,). [fraction, above 0]

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
    Source: the estimator of Hansen and Hurwitz; unbiased whatever the faults are.
    """
    return float(_expanded(misstatement_t_co2e, probability).mean())


@equation(
    "mollisol:projected-misstatement-error",
    symbol="SE(E)",
    unit="t CO2e",
    locator=Locator("Hansen and Hurwitz, Annals of Mathematical Statistics 14", "1943", section="p. 333-362"),
)
def projected_misstatement_error_t_co2e(*, misstatement_t_co2e: ArrayLike, probability: ArrayLike) -> Value:
    """Give the standard error of a projected misstatement.

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
    Source: the variance of draws with replacement; equal steps through a random order stay a little below it.
    """
    expanded = row("misstatement_t_co2e", _expanded(misstatement_t_co2e, probability), 2)
    return float(np.std(expanded, ddof=1) / np.sqrt(expanded.size))


def _expanded(misstatement: ArrayLike, probability: ArrayLike) -> FloatArray:
    found = row("misstatement_t_co2e", finite("misstatement_t_co2e", misstatement))
    chance = between("probability", probability, 0.0, 1.0)
    same_shape(misstatement_t_co2e=found, probability=chance)
    if (chance <= 0).any():
        raise ValueError("probability must be above 0: a record without size is never picked")
    expanded: FloatArray = found / chance
    return expanded


@equation(
    "mollisol:share-not-excluded",
    symbol="p_max",
    unit="1",
    locator=Locator("Clopper and Pearson, Biometrika 26", "1934", section="p. 404-413"),
)
def share_not_excluded(*, picks: ArrayLike, confidence: ArrayLike) -> Value:
    """Largest share that may be at fault where none of the picks was.

    Parameters
    ----------
    picks
        How many were picked with probability proportional to size. [1 or more]
    confidence
        [fraction, above 0 and below 1]

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
    Source: (1 - p)^n = 1 - confidence, the bound of monetary-unit sampling without errors: about 3/n at 95 %.
    """
    number = whole("picks", picks, 1)
    bound: Value = 1 - (1 - probability_of("confidence", confidence)) ** (1 / number)
    return bound
