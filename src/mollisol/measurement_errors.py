"""Declared laboratory errors of the changes: what is of each point, and what a campaign shares."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.project import Project, VerificationPeriod
from mollisol.methodology.trace import Quantity
from mollisol.methodology.units import CO2E_PER_C
from mollisol.stocks import UnitStocks

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PointErrors:
    """Errors of the stocks of some points at the start and the end of a period, in t CO2e/ha.

    Parameters
    ----------
    stock
        Stocks at both times, shape (2, n). [t CO2e/ha]
    own_relative
        Standard deviation of each point's own error, as a fraction of its stock, shape (2, n).
    batch
        Number of the batch (method and campaign) that each stock shares an error with, shape (2, n).
    batch_relative
        Standard deviation of each batch's error, as a fraction of the stock, shape (B,).
    batch_names
        What the batches are.
    """

    stock: FloatArray
    own_relative: FloatArray
    batch: NDArray[np.int64]
    batch_relative: FloatArray
    batch_names: tuple[str, ...]

    @property
    def declared(self) -> bool:
        """Whether any error was declared."""
        return bool(self.own_relative.any() or self.batch_relative.any())

    def pick(self, places: list[int]) -> PointErrors:
        """Give the errors of some of the points."""
        return PointErrors(
            self.stock[:, places],
            self.own_relative[:, places],
            self.batch[:, places],
            self.batch_relative,
            self.batch_names,
        )


def point_errors(project: Project, stocks: UnitStocks, period: VerificationPeriod) -> PointErrors:
    """Read the declared errors of every point of a period, in the order of its stocks.

    Samples of one point share its own error: a repeat determination is of a sample, and samples average it.
    """
    campaigns = (period.first_campaign, period.last_campaign)
    methods = {method.id: method for method in project.head.laboratory_methods}
    samples: Counter[tuple[str, str]] = Counter()
    method_of: dict[tuple[str, str], str] = {}
    for campaign, point, _ in {(i.campaign, i.point, i.sample) for i in project.core_increments}:
        samples[campaign, point] += 1
    for item in project.core_increments:
        method_of.setdefault((item.campaign, item.point), item.laboratory_method)
    batches = sorted(
        {(campaign, method_of[campaign, point]) for campaign, point in method_of if campaign in campaigns}
    )
    number = {batch: place for place, batch in enumerate(batches)}
    per_campaign: list[Quantity] = [stocks.points_by_campaign[campaign] for campaign in campaigns]
    places = [
        [(campaign, point) for point in of.index]
        for campaign, of in zip(campaigns, per_campaign, strict=True)
    ]
    return PointErrors(
        stock=CO2E_PER_C * np.stack([of.value for of in per_campaign]),
        own_relative=np.array(
            [[methods[method_of[p]].repeat_relative_sd / np.sqrt(samples[p]) for p in row] for row in places]
        ),
        batch=np.array([[number[p[0], method_of[p]] for p in row] for row in places], dtype=np.int64),
        batch_relative=np.array([methods[method].batch_relative_sd for _, method in batches]),
        batch_names=tuple(f"batch {method}, campaign {campaign}" for campaign, method in batches),
    )
