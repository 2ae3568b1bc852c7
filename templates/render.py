"""From the report model to one HTML page: a sandboxed, escaping Jinja environment that refuses undefined names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jinja2 import BytecodeCache, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from mollisol.templates import filters
from mollisol.templates.monitoring_report.named import named, path_of
from mollisol.templates.monitoring_report.report import ReportModel
from mollisol.templates.svg import checked

_PAGE: Final = "monitoring_report/page.html.j2"
_REGISTRY: Final = "monitoring_report/registry.html.j2"
_MOST_ROWS_ON_PAPER: Final = 60
_MOST_ROWS_ON_SCREEN: Final = 300


class _Compiled(BytecodeCache):
    """Keeps compiled templates for as long as the program runs."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Return a template that was compiled before."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED: Final = _Compiled()


def environment() -> SandboxedEnvironment:
    """Return the environment that all templates of the report run in."""
    sandbox = SandboxedEnvironment(
        loader=PackageLoader("mollisol.templates", ""),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
        bytecode_cache=_COMPILED,
    )
    sandbox.filters.update(filters.FILTERS)
    sandbox.globals.update(
        css_text=_css_text,
        decimals_for=filters.decimals_for,
        plural=filters.plural,
        most_rows=_MOST_ROWS_ON_PAPER,
        name_of=lambda *_: "",
        anchor_of=lambda _: "",
    )
    return sandbox


def render_html(
    model: ReportModel,
    figures: Mapping[str, str],
    *,
    paper: bool = False,
    whole: bool = False,
    registry: bool = False,
) -> str:
    """Render the monitoring report.

    Parameters
    ----------
    model
        What the page prints.
    figures
        Name to SVG text, as :func:`mollisol.templates.figures.make_figures` gives them.
    paper
        For print: a list of contents with page numbers, no trace, and of long tables the first rows.
    whole
        Long tables in full: for the tables that are written as files.
    registry
        In the order of a registry's template, with what is missing.

    Raises
    ------
    UnsafeSvgError
        If a figure holds anything but drawing.
    """
    sandbox = environment()
    sandbox.globals["most_rows"] = None if whole else _MOST_ROWS_ON_PAPER if paper else _MOST_ROWS_ON_SCREEN
    if not paper and not whole:
        sandbox.globals |= {
            "name_of": lambda value, name: name or path_of(value),
            "anchor_of": lambda name: model.anchors.get(name, ""),
        }
    report = model.model_copy(update={"results": named(model.results)})
    if registry:
        from mollisol.templates.monitoring_report.registry import registry_sections

        sections = registry_sections(model)
        return page_of(_REGISTRY, figures, sandbox, report=report, paper=paper, sections=sections)
    return page_of(_PAGE, figures, sandbox, report=report, paper=paper)


def page_of(
    template: str, figures: Mapping[str, str], sandbox: SandboxedEnvironment | None = None, **values: Any
) -> str:
    """Render a page from a template with its figures, each of which is checked first."""
    inline = {name: Markup(checked(svg)) for name, svg in figures.items()}  # noqa: S704
    page = (sandbox or environment()).get_template(template)
    return page.render(figures=inline, **values) + "\n"


def _css_text(text: str) -> Markup:
    return Markup(filters.css_text(text))  # noqa: S704
