"""The way out where importance sampling fails: an ensemble of walkers on the same marginal density.

The affine-invariant stretch move of Goodman and Weare (2010) needs no gradient and no tuning, evaluates half
of the walkers at a time, and does not mind badly scaled or curved densities of few dimensions. It stands where
the specification has NUTS on the marginal density: same density, no compiler on the engine's path.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.integration.importance import SHIFTS, Draws, LogDensity

_SEED: Final = 74
_WALKERS: Final = 128
_BURN: Final = 1500
_KEPT: Final = 3000
_THIN: Final = 10
_STRETCH: Final = 2.0


def walk(log_density: LogDensity, start: FloatArray) -> tuple[Draws, float]:
    """Sample the density.

    Parameters
    ----------
    log_density
        Shapes (B, d) to (B,).
    start
        Settings with finite density to start from, shape (B, d), best first.

    Returns
    -------
    tuple
        Equally weighted draws, walkers in eight groups as the shifts of importance sampling; and the largest
        split R-hat over the dimensions, between the halves of the run and the groups.
    """
    dice = np.random.Generator(np.random.PCG64(_SEED))
    d = start.shape[1]
    at = start[np.arange(_WALKERS) % len(start)] + 1e-3 * dice.standard_normal((_WALKERS, d))
    value = log_density(at)
    half = _WALKERS // 2
    kept = []
    for step in range(_BURN + _KEPT):
        order = dice.permutation(_WALKERS)
        for own, other in ((order[:half], order[half:]), (order[half:], order[:half])):
            root = 1 / np.sqrt(_STRETCH) + dice.random(half) * (np.sqrt(_STRETCH) - 1 / np.sqrt(_STRETCH))
            stretch = root**2
            partner = at[dice.choice(other, half)]
            tried = partner + stretch[:, None] * (at[own] - partner)
            found = log_density(tried)
            with np.errstate(invalid="ignore"):
                gain = (d - 1) * np.log(stretch) + found - value[own]
            taken = np.log(dice.random(half)) < gain
            at[own[taken]], value[own[taken]] = tried[taken], found[taken]
        if step >= _BURN and (step - _BURN) % _THIN == 0:
            kept.append(at.copy())
    path = np.stack(kept)
    groups = path.reshape(len(path), SHIFTS, _WALKERS // SHIFTS, d).transpose(1, 0, 2, 3)
    eta = groups.reshape(SHIFTS, -1, d)
    return Draws(eta, np.zeros(eta.shape[:2])), _r_hat(groups)


def _r_hat(groups: FloatArray) -> float:
    size = groups.shape[1] // 2
    chains = np.concatenate([groups[:, :size], groups[:, -size:]])
    chains = chains.reshape(len(chains), -1, chains.shape[-1])
    length = chains.shape[1]
    inner = chains.var(axis=1, ddof=1).mean(axis=0)
    outer = chains.mean(axis=1).var(axis=0, ddof=1) * length
    return float(np.sqrt(((length - 1) / length * inner + outer / length) / inner).max())
