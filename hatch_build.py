"""What a build does beyond hatchling: an editable install mends the links of a checkout that has none."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Links(BuildHookInterface[Any]):
    """Run `scripts/link_folders.py` before an editable install; a wheel takes the folders where they are."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the links where the build is an editable one."""
        if version == "editable":
            runpy.run_path(str(Path(self.root, "scripts", "link_folders.py")), run_name="__main__")
