"""A slow test that needs a program fails without it, and says how to install it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.programs import PROGRAMS, find_program, missing_program, need_program


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_missing_program_fails_with_the_command_that_installs_it(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program(name) is None
    with pytest.raises(pytest.fail.Exception, match="apt-get install") as failure:
        need_program(name)
    assert str(failure.value) == missing_program(name)
    program = tmp_path / PROGRAMS[name][0][0]
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    assert need_program(name) == str(program)
