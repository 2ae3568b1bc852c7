"""``python -m mollisol`` is the command ``mollisol``."""

from mollisol.cli.app import main

main()
