"""The coordinates in which the variance components are integrated.

Logarithms, but for one pair. Where most units of the project have one point, its data show the sum of the variances
between and within units only: in logarithms a thin bent ridge, on which importance weights fail. Half the logarithm
of the sum and the logit of the share straighten it; the change has a constant Jacobian.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.integration.importance import bounded
from mollisol.uncertainty.posterior.compiling import NO_UNIT_LEVEL
from mollisol.uncertainty.posterior.marginal import Marginal

_SHARE_BOUND: Final = 10.0


class Coordinates:
    """A marginal density over coordinates ``phi``, (B, d); ``turned`` are the places of the pair, or None."""

    def __init__(self, marginal: Marginal) -> None:
        self._gradient = marginal.gradient
        low, high = marginal.bounds()
        self._density = bounded(marginal.log_density, low, high)
        of = marginal.of
        pair = of.place("s_field"), of.place("s_point")
        self.turned = None if NO_UNIT_LEVEL in pair else pair
        self.low, self.high = low.copy(), high.copy()
        if self.turned:
            self.low[pair[1]], self.high[pair[1]] = -_SHARE_BOUND, _SHARE_BOUND

    def eta(self, phi: FloatArray) -> FloatArray:
        """Return the logarithms of the components."""
        eta = np.array(phi)
        if self.turned:
            field, point = self.turned
            total, share = phi[..., field], phi[..., point]
            eta[..., field] = total - 0.5 * np.logaddexp(0, -share)
            eta[..., point] = total - 0.5 * np.logaddexp(0, share)
        return eta

    def log_density(self, phi: FloatArray) -> FloatArray:
        """Return the log density, minus infinity outside the bounds of the components."""
        return self._density(self.eta(phi))

    def gradient(self, phi: FloatArray) -> FloatArray:
        """Return the exact gradient of :meth:`log_density`."""
        slope = self._gradient(self.eta(phi))
        if self.turned is None:
            return slope
        field, point = self.turned
        own, other = slope[..., field].copy(), slope[..., point].copy()
        share = 1 / (1 + np.exp(-phi[..., point]))
        slope[..., field] = own + other
        slope[..., point] = 0.5 * ((1 - share) * own - share * other)
        return slope
