"""The example package with a soil model, installed in a fresh environment and asked from outside."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def run(*command: str | Path, cwd: Path, code: int = 0) -> str:
    clean = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == code, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_an_installed_package_brings_its_soil_model(tmp_path: Path) -> None:
    package, venv = tmp_path / "package", tmp_path / "venv"
    shutil.copytree(ROOT / "docs" / "example-plugin", package)
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=tmp_path)
    python = venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    asked = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path)
    Path(asked.strip(), "packages.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    assert "one-pool" not in run(python, "-m", "mollisol", "model", "list", cwd=tmp_path)
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, package, cwd=tmp_path)
    assert "one-pool: One pool" in run(python, "-m", "mollisol", "model", "list", cwd=tmp_path)
    folder = ROOT / "examples" / "soil-models" / "rothamsted"
    # 3: computed, and refused for credits, as its card says
    command: list[str | Path] = ["-m", "mollisol", "model", "run", folder, "--model", "one-pool", "--json"]
    told = run(python, *command, cwd=tmp_path, code=3)
    rows = [row for row in json.loads(told)["stocks"] if row["site"] == json.loads(told)["stocks"][0]["site"]]
    scenario = [row["soc_t_ha"] for row in rows if row["scenario"] == rows[0]["scenario"]]
    # two per cent a year of what is there, by hand: the second year is 0.98 of the first
    assert scenario[1] == pytest.approx(0.98 * scenario[0], rel=1e-12)
    assert scenario[5] == pytest.approx(0.98**5 * scenario[0], rel=1e-12)
