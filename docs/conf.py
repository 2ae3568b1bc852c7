"""The documentation site: the pages of this folder, and the reference of what is public, built without a network."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

_PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]

project = _PROJECT["name"]
release = version = _PROJECT["version"]
author = _PROJECT["authors"][0]["name"]
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "figures", "data", "notebooks"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 4
autodoc_member_order = "bysource"
autodoc_typehints = "none"
html_theme = "alabaster"
html_theme_options = {
    "description": _PROJECT["description"],
    "page_width": "1100px",
    "sidebar_width": "240px",
}
html_math_renderer = "mathml"
html_show_sphinx = False


def _formula(writer: Any, node: nodes.math) -> None:
    """Write a formula as MathML, which browsers show without a script."""
    writer.body.append(tex2mathml(node.astext(), as_block=isinstance(node, nodes.math_block)))
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Tell Sphinx of the formulas."""
    app.add_html_math_renderer("mathml", (_formula, None), (_formula, None))
