"""A soil model on frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from mollisol.api.tables import UNITS, bytes_of_frame, frame_of_rows
from mollisol.trials.scenarios import run_folder


def run_model(
    tables: Mapping[str, pd.DataFrame] | str | Path,
    *,
    model: str = "",
    parameters: str = "",
    options: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the stocks of every scenario as a soil model gives them, by scenario, site, year and draw, in t C/ha.

    Parameters
    ----------
    tables
        The frames ``sites``, ``schedule`` and ``weather``, as ``mollisol model run`` reads them; or a folder of them.
    model, parameters, options
        As of ``mollisol model run``: ``model="rothc"``, a parameter set by its id, and options of it such as
        ``group=name``; what a folder's ``model.toml`` says holds where they are not given.

    Raises
    ------
    FindingsError
        With every finding, if something blocks.

    Examples
    --------
    >>> import mollisol
    >>> from importlib.resources import files
    >>> place = files("mollisol") / "examples" / "soil-models" / "rothamsted"
    >>> stocks = mollisol.run_model(str(place), model="rothc")
    >>> stocks.index.names, stocks.attrs["units"]
    (FrozenList(['scenario', 'site', 'year', 'draw']), {'soc_t_ha': 't C/ha'})
    """
    if isinstance(tables, Mapping):
        place = {f"{name}.csv": bytes_of_frame(frame) for name, frame in tables.items()}
        runs, _, _ = run_folder(place, model=model, parameters=parameters, options=options)
    else:
        runs, _, _ = run_folder(Path(tables), model=model, parameters=parameters, options=options)
    stocks = frame_of_rows(runs.rows(), ["scenario", "site", "year", "draw"])
    stocks.attrs[UNITS] = {"soc_t_ha": "t C/ha"}
    return stocks
