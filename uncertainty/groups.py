"""Labels of groups, and the place of each value in its group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mollisol.quantification.checks import FloatArray

type Labels = Sequence[str] | Sequence[int] | NDArray[np.str_] | NDArray[np.int64]
"""An id for each value: of a sample, a batch or a site."""


def places(name: str, labels: Labels, values: FloatArray) -> tuple[NDArray[np.intp], FloatArray]:
    """Return the number of the group of each value, and the size of each group, groups in the order of their ids.

    Raises
    ------
    ValueError
        If there is not one id for each value.
    """
    ids = np.asarray(labels)
    if values.ndim != 1 or ids.shape != values.shape:
        raise ValueError(f"{name} must hold one id for each value, found {ids.shape} for {values.shape}")
    _, place = np.unique(ids, return_inverse=True)
    return place, np.bincount(place).astype(np.float64)
