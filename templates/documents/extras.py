"""Libraries that only some users need: loaded when they are used, and missed in plain words."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mollisol.methodology.findings import UserError


class MissingExtraError(UserError):
    """A format needs a library that is not installed; the message names the extra."""


def load(module: str, *, what: str) -> Any:
    """Import a module of the extra ``report``.

    Raises
    ------
    MissingExtraError
        If it, or a system library that it stands on, is not there.
    """
    try:
        return import_module(module)
    except (ImportError, OSError) as error:
        raise MissingExtraError(
            f"{what} needs {module.partition('.')[0]}, which cannot be loaded ({error}); "
            "install the extra: pip install 'mollisol[report]'"
        ) from None
