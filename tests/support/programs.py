"""Programs beside Python that the slow tests need, and the command that installs each."""

from __future__ import annotations

import shutil

import pytest

INSTALL = "apt-get install --no-install-recommends"
PROGRAMS = {
    "LibreOffice": (("soffice", "libreoffice"), f"{INSTALL} libreoffice-calc"),
    "Chromium": (("chromium", "chromium-browser", "google-chrome"), f"{INSTALL} chromium"),
    "R": (("Rscript",), f"{INSTALL} r-base-core"),
}
"""By name: the commands that it may have on the path, and what installs it on Debian and Ubuntu."""


def find_program(name: str) -> str | None:
    """Return the path of a program, or None where this machine does not have it."""
    return next(filter(None, map(shutil.which, PROGRAMS[name][0])), None)


def missing_program(name: str) -> str:
    """Return the sentence that says what is missing and how to install it."""
    commands, install = PROGRAMS[name]
    return f"{name} is missing ({' or '.join(commands)} on the path); install it with: {install}"


def need_program(name: str) -> str:
    """Return the path of a program; a slow test fails without it, with the command that installs it."""
    found = find_program(name)
    if found is None:
        pytest.fail(missing_program(name), pytrace=False)
    return found
