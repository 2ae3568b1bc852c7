"""Chains on a density that is known, and a run that is killed and resumed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mollisol.methodology.findings import Severity, UserError
from mollisol.trials import calibrate as calibrate_step
from mollisol.trials.calibrate import calibrate
from mollisol.uncertainty.calibration import sampler
from mollisol.uncertainty.calibration.sampler import Chains, SamplerSettings, advance, sample
from tests.support.trial_folder import write_trials

SMALL = SamplerSettings(chains=8, warmup=80, refit=20, block=20, least=40, most=60, r_hat=9.0, ess=1.0)


def test_moments_of_a_known_density() -> None:
    """A correlated normal with sds 1, 2, 3; tolerances are five Monte Carlo errors at 2,000 effective draws."""
    covariance = np.array([[1.0, 0.8, 0.0], [0.8, 4.0, 3.0], [0.0, 3.0, 9.0]])
    precision = np.linalg.inv(covariance)
    mean = np.array([1.0, -2.0, 5.0])

    def density(x: np.ndarray) -> np.ndarray:
        return np.asarray(-0.5 * np.einsum("ni,ij,nj->n", x - mean, precision, x - mean))

    rng = np.random.default_rng(1)
    settings = SamplerSettings(ess=2000.0, least=200)
    begun = Chains.begin(lambda n: rng.normal(0.0, 10.0, (n, 3)), density, settings)
    done, verdict = sample(begun, density, settings, seed=1)
    assert verdict.passes(1.01, 2000.0)
    kept = done.kept.reshape(-1, 3)
    np.testing.assert_allclose(kept.mean(axis=0), mean, atol=5 * 3.0 / 2000**0.5)
    np.testing.assert_allclose(np.cov(kept, rowvar=False), covariance, atol=5 * 9.0 * (2 / 2000) ** 0.5)


def test_generations_are_the_same_in_one_go_and_in_pieces() -> None:
    def density(x: np.ndarray) -> np.ndarray:
        return -0.5 * (x**2).sum(axis=1)

    begun = Chains.begin(lambda n: np.random.default_rng(0).normal(size=(n, 2)), density, SMALL)
    whole = advance(begun, density, SMALL, seed=4, until=110)
    parts = begun
    for until in (7, 41, 80, 93, 110):
        parts = advance(parts, density, SMALL, seed=4, until=until)
    np.testing.assert_array_equal(whole.kept, parts.kept)
    np.testing.assert_array_equal(whole.archive, parts.archive)


def test_a_killed_run_resumes_with_the_same_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run is stopped in the middle by an exception, as a kill between two checkpoints would."""
    monkeypatch.setattr(sampler, "SamplerSettings", lambda: SMALL)
    folder = write_trials(tmp_path / "trials", "icbm")
    whole = calibrate(folder, tmp_path / "whole", seed=3, resume=False)
    assert whole.made is not None

    def stop(done: int, _total: int, _text: str) -> None:
        if done >= 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calibrate(folder, tmp_path / "stopped", seed=3, resume=False, report=stop)
    assert not (tmp_path / "stopped" / "draws.csv").exists()
    again = calibrate(folder, tmp_path / "stopped", seed=3, resume=True)
    assert again.made is not None
    assert again.made.draws == whole.made.draws
    assert not (tmp_path / "stopped" / "checkpoint.npz").exists()
    for name in ("set.toml", "draws.csv"):
        assert (tmp_path / "stopped" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampler, "SamplerSettings", lambda: SMALL)
    folder = write_trials(tmp_path / "trials", "icbm")

    def stop(done: int, _total: int, _text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calibrate(folder, tmp_path / "out", seed=3, resume=False, report=stop)
    with pytest.raises(UserError, match="another calibration"):
        calibrate(folder, tmp_path / "out", seed=4, resume=True)
    with pytest.raises(UserError, match="no checkpoint"):
        calibrate(folder, tmp_path / "other", seed=3, resume=True)
    (tmp_path / "out" / "checkpoint.npz").write_bytes(b"half a file")
    with pytest.raises(UserError, match="cannot be read"):
        calibrate(folder, tmp_path / "out", seed=3, resume=True)


def test_a_missed_gate_refuses_the_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = SamplerSettings(chains=8, warmup=80, refit=20, block=20, least=20, most=20, ess=1e6)
    monkeypatch.setattr(sampler, "SamplerSettings", lambda: strict)
    folder = write_trials(tmp_path / "trials", "icbm")
    done = calibrate(folder, tmp_path / "out", seed=3, resume=False)
    codes = {f.code for f in done.findings if f.severity is Severity.REFUSAL}
    assert "calibration-not-converged" in codes
    assert not (tmp_path / "out" / "draws.csv").exists()
    assert (tmp_path / "out" / "checkpoint.npz").exists()


def test_settings_keep_the_warm_up_a_multiple_of_the_refits() -> None:
    for settings in (SamplerSettings(), SMALL):
        assert (settings.warmup - settings.warmup // 2) % settings.refit == 0


def test_output_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match=r"notes\.txt"):
        calibrate_step.calibrate(write_trials(tmp_path / "t", "icbm"), tmp_path, seed=1, resume=False)
