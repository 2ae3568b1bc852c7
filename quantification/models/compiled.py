"""The only door to the compiler: numba is imported when this module is, and nothing compiles before a first call.

Machine code is kept in the user's cache folder (``MOLLISOL_CACHE_DIR``, else ``XDG_CACHE_HOME/mollisol``, else
``~/.cache/mollisol``), in a sub-folder named by a hash of the compiled sources, so that it never goes stale and is
never written beside an installed package. Where no such folder can be written it is not kept at all. A
``NUMBA_CACHE_DIR`` that the user has set wins.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numba
from numba import types
from numba.extending import intrinsic

_SOURCES = ("compiled.py", "linear/compiled.py", "rothc/compiled.py")


def _cache_folder() -> str:
    """Return a folder that can be written, or an empty string."""
    base = os.environ.get("MOLLISOL_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    digest = hashlib.sha256()
    for name in _SOURCES:
        digest.update(Path(__file__).parent.joinpath(name).read_bytes())
    try:
        root = Path(base) if base else Path.home() / ".cache"
        folder = root / "mollisol" / f"models-{digest.hexdigest()[:16]}"
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return str(folder)
    except (OSError, RuntimeError):
        return ""


_FOLDER = _cache_folder()


def compiled[F: Callable[..., Any]](function: F) -> F:
    """Return the compiled form of a function: no interpreter lock, no fast-math, IEEE order of operations kept.

    Without fast-math a lane gives the same bits wherever it stands in a block, which is why results do not depend on
    the block size, on the number of threads, or on how a list of sites is split.
    """
    settings: Any = numba.config
    theirs = settings.CACHE_DIR
    try:
        if not theirs:
            settings.CACHE_DIR = _FOLDER
        wrap = numba.njit(nogil=True, error_model="numpy", cache=bool(theirs or _FOLDER))
        return cast(F, wrap(function))
    finally:
        settings.CACHE_DIR = theirs


def _read_bits(_context: Any, _number: Any) -> Any:
    """Return the 64 bits of a float as an integer."""

    def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.int64))

    return types.int64(types.float64), build


def _read_float(_context: Any, _bits: Any) -> Any:
    """Return the float that has these 64 bits."""

    def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.float64))

    return types.float64(types.int64), build


_bits_of: Any = intrinsic(_read_bits)
_float_of: Any = intrinsic(_read_float)


def _exp(x: float) -> float:
    """Return e^x without a branch, so that loops become vector instructions; within 1 unit in the last place.

    x is cut to [-700, 700]. The exponent is split into whole powers of two (shifted into the float's exponent bits)
    and a rest below half of log 2, whose power series is carried to the 13th term.
    """
    x = min(max(x, -700.0), 700.0)
    shifted = x * 1.4426950408889634 + 6755399441055744.0
    whole = shifted - 6755399441055744.0
    r = (x - whole * 6.93147180369123816490e-01) - whole * 1.90821492927058770002e-10
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    power: float = _float_of(_bits_of(p) + (_bits_of(shifted) << 52))
    return power


exp = cast(Callable[[float], float], numba.njit(inline="always", error_model="numpy")(_exp))
