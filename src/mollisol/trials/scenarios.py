"""A model on a folder of its tables, by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mollisol.methodology.findings import Finding, FindingsError, blocking, in_order
from mollisol.reading.intake import Handed
from mollisol.reading.model_folder import read_folder

if TYPE_CHECKING:
    from mollisol.quantification.models.scenarios import ScenarioRuns


def run_folder(
    folder: Handed, *, model: str = "", parameters: str = "", options: Sequence[str] = ()
) -> tuple[ScenarioRuns, str, list[Finding]]:
    """Run every scenario of a folder through one model with one parameter set.

    Parameters
    ----------
    folder, model, parameters, options
        As in :func:`~mollisol.reading.model_folder.read_folder`.

    Returns
    -------
    tuple
        The runs, the SHA-256 of the parameter set, and the findings that do not block.

    Raises
    ------
    FindingsError
        With every finding, if something blocks.
    """
    inputs, findings = read_folder(folder, model=model, parameters=parameters, options=options)
    if inputs is None or blocking(findings):
        raise FindingsError(in_order(findings))
    from mollisol.quantification.models.run_inputs import run_inputs

    try:
        runs = run_inputs(inputs)
    except FindingsError as error:
        raise FindingsError(in_order([*findings, *error.findings])) from None
    findings = in_order([*findings, *runs.findings])
    if blocking(findings):
        raise FindingsError(findings)
    return runs, inputs.parameters.sha256, findings
