"""Calibrated parameter sets: joint draws with their priors, data and diagnostics; and the identity of a model run."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

from mollisol.methodology.base import DomainObject
from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.soil_models.catalogue import MODELS
from mollisol.methodology.soil_models.inputs import ModelInputs
from mollisol.methodology.soil_models.parameters import ParameterSet, frozen

type Role = Literal["model", "start", "effect", "error"]
type Distribution = Literal["normal", "lognormal", "uniform", "half-normal"]

_FILES = "mollisol.methodology.soil_models"
SET_FILE, DRAWS_FILE = "set.toml", "draws.csv"


class CalibrationPrior(DomainObject):
    """The prior of one calibrated quantity.

    Parameters
    ----------
    name
        For the role ``model`` the name of a number of the kernel's parameter set.
    role
        ``model``: goes into the kernel. ``start``: says how the pools begin. ``effect``: the sd with which sites that
        were not calibrated on differ. ``error``: the sd of what the model and the measurements leave over.
    distribution, location, scale
        normal (mean, sd); lognormal (median, sd of the logarithm); half-normal (0, scale); uniform (unused, unused).
    low, high
        Range outside which the quantity cannot lie.
    unit, source
        Unit, and where the prior comes from.
    """

    name: str
    role: Role
    distribution: Distribution
    location: float
    scale: float
    low: float
    high: float
    unit: str
    source: str

    def __str__(self) -> str:
        """Return the prior as a line."""
        shape = {
            "normal": f"normal(mean {self.location:g}, sd {self.scale:g})",
            "lognormal": f"lognormal(median {self.location:g}, sd of the logarithm {self.scale:g})",
            "half-normal": f"half-normal(scale {self.scale:g})",
            "uniform": "uniform",
        }[self.distribution]
        unit = "" if self.unit == "1" else f" {self.unit}"
        return f"{self.name} ~ {shape} on {self.low:g} to {self.high:g}{unit} [{self.source}]"


class ParameterDiagnostics(DomainObject):
    """What the sampler says of one quantity: rank-normalised split r-hat and effective sample sizes."""

    name: str
    mean: float
    sd: float
    r_hat: float
    ess_bulk: float
    ess_tail: float


class CalibrationData(DomainObject):
    """One study that a set was calibrated on: how many stocks of it, and the hash of the tables it was read from."""

    study: str
    stocks: int
    citation: str
    licence: str
    sha256: str


class CalibratedSet(DomainObject):
    """A versioned parameter set of joint draws.

    Parameters
    ----------
    id, model, version, title
        What it is.
    base, base_sha256, base_values
        The published set with its options that the draws replace numbers of.
    climate_zones
        Zones of its data; one set of numbers holds for all of them.
    priors
        Of every calibrated quantity, in the order of the draws' columns.
    effects
        Deviations of sites that were integrated out, in words.
    draws
        Joint draws, one tuple each. A simulation uses one draw for all points and scenarios.
    data, left_out
        Studies calibrated on; studies left out, where this is the set of a fold.
    settings
        The settings of the model (start, step, depth, options, weather), as in :class:`ModelIdentity`.
    method, sampler, seed
        The sampler, its settings and its seed.
    diagnostics
        Of every quantity.
    limits
        What the set may not be used for.
    """

    id: str
    model: str
    version: str
    title: str
    base: str
    base_sha256: str
    base_values: dict[str, float]
    climate_zones: tuple[str, ...]
    priors: tuple[CalibrationPrior, ...]
    effects: tuple[str, ...] = ()
    draws: tuple[tuple[float, ...], ...]
    data: tuple[CalibrationData, ...]
    left_out: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...]
    method: str
    sampler: tuple[tuple[str, str], ...]
    seed: int
    diagnostics: tuple[ParameterDiagnostics, ...]
    limits: str

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all calibrated quantities, in the order of the draws' columns."""
        return tuple(prior.name for prior in self.priors)

    def names_of(self, *roles: Role) -> tuple[str, ...]:
        """Names of the quantities with these roles."""
        return tuple(prior.name for prior in self.priors if prior.role in roles)

    def column(self, name: str) -> tuple[float, ...]:
        """Return all draws of one quantity.

        Raises
        ------
        KeyError
            If the set has none of that name.
        """
        if name not in self.names:
            raise KeyError(f"{self.id} has no {name}; it has {', '.join(self.names)}")
        place = self.names.index(name)
        return tuple(draw[place] for draw in self.draws)

    def values_of_draws(self) -> dict[str, tuple[float, ...]]:
        """Return what the kernel takes: one number for what is fixed, all draws for what was calibrated."""
        free = self.names_of("model")
        return {
            name: self.column(name) if name in free else (self.base_values[name],)
            for name in sorted({*self.base_values, *free})
        }

    @property
    def sha256(self) -> str:
        """Hash of model, version, base numbers, names, settings and draws: the numbers a simulation would use."""
        content = [
            self.model,
            self.version,
            sorted(self.base_values.items()),
            self.names,
            self.settings,
            self.draws,
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    @property
    def label(self) -> str:
        """Id and the first digits of the hash, as every result carries them."""
        return f"{self.id}@{self.sha256[:12]}"

    def files(self) -> dict[str, bytes]:
        """Return the set as the files of a folder, ``set.toml`` and ``draws.csv``; the same bytes each time."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["draw", *self.names])
        writer.writerows([place, *map(repr, draw)] for place, draw in enumerate(self.draws))
        plain = self.model_dump(mode="json", exclude={"draws"})
        return {SET_FILE: _toml(plain, self.label).encode(), DRAWS_FILE: out.getvalue().encode()}


def calibrated_from(set_toml: str, draws_csv: str) -> CalibratedSet:
    """Make a set from the texts of its two files.

    Raises
    ------
    ValueError
        If the texts do not make a set, or the draws have other columns than the set's priors.
    """
    plain = tomllib.loads(set_toml)
    plain.pop("label", None)
    rows = list(csv.reader(draws_csv.splitlines()))
    names = ["draw", *(prior["name"] for prior in plain["prior"])]
    if not rows or rows[0] != names:
        raise ValueError(f"the draws have columns {rows[:1]}, the set has {names}")
    renamed = {_SINGULAR.get(key, key): frozen(value) for key, value in plain.items()}
    draws = tuple(tuple(float(cell) for cell in row[1:]) for row in rows[1:])
    return CalibratedSet(**renamed, draws=draws)


@cache
def calibrated_set(name: str) -> CalibratedSet:
    """Read a shipped set.

    Raises
    ------
    KeyError
        If there is none of that name.
    """
    folder = resources.files(_FILES).joinpath("data", "calibrated", name)
    if name not in calibrated_sets():
        raise KeyError(f"no calibrated set {name}; there are {', '.join(calibrated_sets())}")
    texts = [folder.joinpath(file).read_text(encoding="utf-8") for file in (SET_FILE, DRAWS_FILE)]
    return calibrated_from(*texts)


def calibrated_sets() -> list[str]:
    """Return the names of the shipped sets."""
    folder = resources.files(_FILES).joinpath("data", "calibrated")
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in folder.iterdir() if entry.joinpath(SET_FILE).is_file())


class ModelIdentity(DomainObject):
    """What must be the same at calibration, validation, simulation and true-up.

    Parameters
    ----------
    model, model_version
        The model.
    parameter_set, parameters_sha256
        Label and hash of the parameter set: a calibrated one, or a published one.
    settings
        Start of the pools, step, depth, options, kind of weather: sorted pairs.
    """

    model: str
    model_version: str
    parameter_set: str
    parameters_sha256: str
    settings: tuple[tuple[str, str], ...]

    @property
    def sha256(self) -> str:
        """The model hash."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()

    @classmethod
    def of(cls, parameters: CalibratedSet | ParameterSet, settings: Mapping[str, str]) -> ModelIdentity:
        """Return the identity of a parameter set under these settings."""
        return cls(
            model=parameters.model,
            model_version=parameters.version,
            parameter_set=parameters.label,
            parameters_sha256=parameters.sha256,
            settings=tuple(sorted(settings.items())),
        )


def identity_findings(stages: Mapping[str, ModelIdentity]) -> Iterator[Finding]:
    """Compare the identities of the stages with the first of them; one blocking finding per stage that differs."""
    names = list(stages)
    for name in names[1:]:
        first, other = stages[names[0]], stages[name]
        if first.sha256 == other.sha256:
            continue
        ours, theirs = _flat(first), _flat(other)
        differs = [key for key in sorted({*ours, *theirs}) if ours.get(key) != theirs.get(key)]
        yield finding(
            "model-identity-differs",
            f"model at {name}",
            "; ".join(f"{key} {theirs.get(key, 'not said')}" for key in differs),
            allowed=f"as at {names[0]}: "
            + "; ".join(f"{key} {ours.get(key, 'not said')}" for key in differs),
        )


def model_settings(inputs: ModelInputs) -> dict[str, str]:
    """Return the settings that :class:`ModelIdentity` holds, the same way at every stage."""
    settings = {
        "start": MODELS[inputs.model].start,
        "step": MODELS[inputs.model].step,
        "options": ", ".join(f"{group}={name}" for group, name in inputs.parameters.chosen),
    }
    if MODELS[inputs.model].run_in:
        settings["run-in years"] = str(inputs.run_in_years)
    return settings


def _flat(identity: ModelIdentity) -> dict[str, str]:
    """Return an identity as words by name."""
    plain = identity.model_dump(mode="json", exclude={"settings"})
    return {**plain, **dict(identity.settings)}


_PLURAL = {"priors": "prior", "data": "study", "diagnostics": "diagnostic"}
_SINGULAR = {single: many for many, single in _PLURAL.items()}


def _toml(plain: dict[str, Any], label: str) -> str:
    """Write a set as TOML: plain keys first, then its tables and lists of tables."""
    lines = [f"label = {json.dumps(label)}"]
    tables: list[str] = []
    for key, value in plain.items():
        if key in _PLURAL:
            for item in value:
                tables += ["", f"[[{_PLURAL[key]}]]", *(f"{k} = {_value(v)}" for k, v in item.items())]
        elif isinstance(value, dict):
            tables += ["", f"[{key}]", *(f"{k} = {_value(v)}" for k, v in value.items())]
        else:
            lines.append(f"{key} = {_value(value)}")
    return "\n".join([*lines, *tables]) + "\n"


def _value(value: Any) -> str:
    """Write a value as TOML; the strings of JSON are strings of TOML."""
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)
