"""Calibrates on a trial folder: checks, checkpoint, chains, gates, and the folder of the set."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mollisol.methodology.findings import Finding, UserError, blocking, in_order
from mollisol.methodology.soil_models.calibrated import CalibratedSet
from mollisol.methodology.soil_models.calibration_plan import (
    CalibrationPlan,
    check_plan,
    default_plan,
    plan_from,
)
from mollisol.methodology.soil_models.trials import Trials
from mollisol.output import write_beside
from mollisol.reading.external_model import SETTINGS
from mollisol.reading.intake import Intake
from mollisol.reading.trials import trials_of

if TYPE_CHECKING:
    from mollisol.uncertainty.calibration.sampler import Chains

PLAN_FILE = "calibration.toml"
CHECKPOINT = "checkpoint.npz"
type Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a calibration gives: the set (None where it was stopped), and every finding."""

    made: CalibratedSet | None
    findings: tuple[Finding, ...]


def _plan(intake: Intake, model: str) -> CalibrationPlan | None:
    """Read the plan of a folder, or take the default of the model."""
    before = len(intake.findings)
    tables = intake.toml(PLAN_FILE, required=False)
    if tables is None:
        return None if len(intake.findings) > before else default_plan(model)
    plan, findings = plan_from(tables, model)
    intake.findings += findings
    return plan


def read_for_calibration(folder: Path) -> tuple[Trials | None, CalibrationPlan | None, list[Finding]]:
    """Read and check trials and plan of a folder by itself."""
    intake = Intake(folder)
    trials, plan = calibration_of(intake)
    return trials, plan, intake.findings


def calibration_of(intake: Intake) -> tuple[Trials | None, CalibrationPlan | None]:
    """Read and check trials and plan; every finding goes to the intake."""
    trials = trials_of(intake)
    if trials is None:
        return None, None
    if trials.inputs.external is not None:
        intake.add("external-not-calibrated", SETTINGS, trials.inputs.external.declared.name)
        return None, None
    model = trials.inputs.model
    plan = _plan(intake, model)
    if plan is not None:
        intake.findings += check_plan(plan, model=model, inputs=_kinds(trials))
    return trials, plan


def _kinds(trials: Trials) -> set[str]:
    """Return the kinds of input of a schedule, without the history."""
    from mollisol.uncertainty.calibration.layout import input_kinds

    rows = trials.inputs.schedule
    names = {row.scenario for row in rows}
    own = [row for row in rows if len(names) == 1 or row.scenario != trials.inputs.baseline]
    return set(input_kinds(own))


def calibrate(
    folder: Path, out: Path, *, seed: int, resume: bool, report: Report = lambda _d, _t, _x: None
) -> Calibration:
    """Calibrate on a folder and write the set.

    Parameters
    ----------
    folder
        The trial folder.
    out
        Where the set goes: a folder that is not there yet, or one of an earlier calibration.
    seed
        Of all random numbers.
    resume
        Go on from the checkpoint in ``out``. The draws are those of a run that was never stopped.
    report
        Called with generations done, generations at most, and a text.

    Raises
    ------
    UserError
        If there is no checkpoint to go on from, it is of another run, or the folder cannot be written.
    """
    trials, plan, findings = read_for_calibration(folder)
    if trials is None or plan is None or blocking(findings):
        return Calibration(None, tuple(in_order(findings)))
    from mollisol.uncertainty.calibration.fit import calibration_trials, fit, run_key
    from mollisol.uncertainty.calibration.sampler import SamplerSettings

    chosen = calibration_trials(trials)
    if not chosen.studies:
        raise UserError("no study of studies.csv calibrates: let its use be calibration or cross-validation")
    settings = SamplerSettings()
    key = run_key(chosen, plan, seed, settings)
    _make(out)
    place = out / CHECKPOINT
    begun = _load(place, key) if resume else None

    def keep(chains: Chains) -> None:
        _save(place, key, chains)

    made, refused = fit(chosen, plan, seed=seed, settings=settings, begun=begun, keep=keep, report=report)
    findings += refused
    if not refused:
        write_set(out, made)
        place.unlink(missing_ok=True)
    return Calibration(made, tuple(in_order(findings)))


def _make(out: Path) -> None:
    """Make the folder, or say why not."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{out.name} cannot be made: {error.strerror}; name another folder with --out"
        ) from error
    known = {CHECKPOINT, "set.toml", "draws.csv"}
    strange = sorted(p.name for p in out.iterdir() if p.name not in known and not p.name.startswith("."))
    if strange:
        raise UserError(
            f"{out.name} holds {strange[0]}, which is not of a calibration; name another folder with --out"
        )


def write_set(out: Path, made: CalibratedSet) -> None:
    """Write a set, each file beside its place and then renamed."""
    for name, content in made.files().items():
        write_beside(out / name, content)


def _save(path: Path, key: str, chains: Chains) -> None:
    """Write a checkpoint."""
    import numpy as np

    buffer = io.BytesIO()
    content: dict[str, Any] = {"key": np.array(key), **asdict(chains)}
    np.savez(buffer, **content)
    write_beside(path, buffer.getvalue())


def _load(path: Path, key: str) -> Chains:
    """Read a checkpoint of the same run.

    Raises
    ------
    UserError
        If there is none, it cannot be read, or it is of another run.
    """
    import zipfile

    import numpy as np

    from mollisol.uncertainty.calibration.sampler import Chains

    if not path.is_file():
        raise UserError(f"there is no {path.name} to resume from; run without --resume")
    try:
        with np.load(path, allow_pickle=False) as kept:
            if str(kept["key"]) != key:
                raise UserError(
                    f"{path.name} is of another calibration: trials, priors, seed or settings have changed; "
                    "run without --resume"
                )
            values: dict[str, Any] = {field.name: kept[field.name] for field in fields(Chains)}
            values |= {name: int(values[name]) for name in ("generation", "accepted")}
            return Chains(**values)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(f"{path.name} cannot be read; run without --resume") from error
