"""Put a link in `src/mollisol` for each folder at the root that belongs to the package.

The links are committed. A checkout without symbolic links (`core.symlinks=false`, the usual state on Windows) has a
small text file in the place of each, and then `import mollisol.methodology` fails. An editable install runs this
script, which puts a link there, or on Windows a directory junction: a junction needs no right of the user.
Run it by hand with `python scripts/link_folders.py`.
"""

import os
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "mollisol"


def linked_folders() -> list[str]:
    """Return the folders at the root that travel in the wheel under `mollisol`, as pyproject.toml names them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    sources = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["sources"]
    return [source for source, place in sources.items() if place == f"mollisol/{source}"]


def link_folder(name: str) -> bool:
    """Link `src/mollisol/name` to the folder at the root, and return whether something had to be done."""
    link, folder = PACKAGE / name, ROOT / name
    if link.is_dir():
        if link.samefile(folder):
            return False
        raise SystemExit(f"{link} is a folder of its own; it should be a link to {folder}. Move it away.")
    # What stands here is the text file that git wrote for the link, or a link that leads nowhere.
    link.unlink(missing_ok=True)
    if sys.platform == "win32":
        import _winapi

        _winapi.CreateJunction(str(folder), str(link))
    else:
        link.symlink_to(os.path.join("..", "..", name), target_is_directory=True)
    return True


def main() -> None:
    """Link every folder, and say which were missing."""
    for name in linked_folders():
        if link_folder(name):
            print(f"linked src/mollisol/{name}", file=sys.stderr)


if __name__ == "__main__":
    main()
