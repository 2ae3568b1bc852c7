"""What could not be read whole: a check that asks for it is not heard, and all others are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from mollisol.methodology.findings import Finding


class UnreadError(Exception):
    """A check asked for something that could not be read whole."""


class Unread:
    """Stands in a project for a table, or a part of the head, at fault: whatever is asked of it raises.

    So no check is misled by what is left of a table, and a fault of one table hides none of another.
    """

    def __getattr__(self, name: str) -> NoReturn:
        raise UnreadError(name)

    def __bool__(self) -> NoReturn:
        raise UnreadError

    def __len__(self) -> NoReturn:
        raise UnreadError

    def __iter__(self) -> NoReturn:
        raise UnreadError

    def __getitem__(self, place: object) -> NoReturn:
        raise UnreadError


UNREAD: Any = Unread()


def heard[**P](check: Callable[P, Iterable[Finding]], *arguments: P.args, **more: P.kwargs) -> list[Finding]:
    """Return what a check finds, as far as it comes before it asks for something that could not be read."""
    found: list[Finding] = []
    try:
        for one in check(*arguments, **more):
            found.append(one)  # noqa: PERF402  # what came before the fault is kept
    except UnreadError:
        pass
    return found
