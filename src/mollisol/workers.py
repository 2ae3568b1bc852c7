"""Where parts of a computing are done: in this process, in processes beside it, or on machines of a Dask cluster.

A part is the same wherever it is done, and results stand in the order of the parts: neither the number of workers, nor
who was faster, nor one that died and was replaced moves a bit.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from multiprocessing import get_context
from typing import Any, NamedTuple

from mollisol.methodology.findings import UserError
from mollisol.quantification.models.linear import kernel

_RETRIES = 2
"""How often a Dask scheduler begins a part again whose worker died."""


class Crew(NamedTuple):
    """Workers: how they are started, also again where they broke, and how many parts are in hand at once."""

    start: Callable[[], Executor]
    number: int


_CREW: ContextVar[Crew | None] = ContextVar("crew", default=None)


@contextmanager
def started(wanted: str) -> Iterator[None]:
    """Have what is computed inside done by a number of processes, or by the workers of a Dask scheduler.

    Parameters
    ----------
    wanted
        The number, or the address of the scheduler.

    Raises
    ------
    UserError
        For no processes, a scheduler that cannot be reached, or without the extra ``cluster``.
    """
    number = int(wanted) if wanted.isdecimal() else None
    if number == 0:
        raise UserError("0 workers: name 1 or more, or the address of a Dask scheduler")
    if number is None:
        with _cluster(wanted) as crew, _doing(crew):
            yield
    else:
        with _doing(Crew(partial(_processes, number), number) if number > 1 else None):
            yield


@contextmanager
def _doing(crew: Crew | None) -> Iterator[None]:
    token = _CREW.set(crew)
    try:
        yield
    finally:
        _CREW.reset(token)


def _processes(number: int) -> Executor:
    # a fork would take over the threads of this process in whatever state they are
    return ProcessPoolExecutor(number, mp_context=get_context("spawn"))


@contextmanager
def _cluster(scheduler: str) -> Iterator[Crew]:
    try:
        from distributed import Client
    except ImportError:
        raise UserError("--scheduler needs Dask: install mollisol[cluster] here and on the workers") from None
    try:
        client: Any = Client(scheduler, timeout=10)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UserError(f"no Dask scheduler answers at {scheduler}: {error}") from None
    with client:
        # the same call may be made twice, and a key made of its arguments would take long to compute
        yield Crew(partial(client.get_executor, pure=False, retries=_RETRIES), sys.maxsize)


def in_order[Part, Result](work: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
    """Return what work gives for each part, in the order of the parts.

    Raises
    ------
    UserError
        If a part was lost with its worker twice.
    """
    found = dict(as_done(work, parts))
    results = [result for _, result in sorted(found.items(), key=lambda one: one[0]) if result is not None]
    if len(results) < len(found):
        raise UserError(
            f"{len(found) - len(results)} of {len(found)} parts were lost with their workers twice: was their memory "
            "full? Nothing was written"
        )
    return results


def as_done[Part, Result](
    work: Callable[[Part], Result], parts: Iterable[Part], tell: Callable[[list[Part]], None] | None = None
) -> Iterator[tuple[int, Result | None]]:
    """Yield the place of each part and what work gives for it, as they are done.

    Where a worker dies, what was in hand is begun again, each part by itself; what is lost then gives None.

    Parameters
    ----------
    work
        Gives anything but None.
    parts
        In an order of their own, that places count in.
    tell
        Called with parts that are begun again.
    """
    crew = _CREW.get()
    if crew is None:
        yield from enumerate(map(work, parts))
        return
    waiting, suspects = list(enumerate(parts))[::-1], list[tuple[int, Part]]()
    while waiting or suspects:
        alone = bool(suspects)
        batch = [suspects.pop()] if alone else waiting
        lost: list[tuple[int, Part]] = []
        with crew.start() as executor:
            running: dict[Future[Result], tuple[int, Part]] = {}
            while (batch or running) and not lost:
                with suppress(BrokenExecutor):  # what is running says so too
                    while batch and len(running) < crew.number:
                        running[executor.submit(_alone, work, batch[-1][1])] = batch[-1]
                        batch.pop()
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    place, part = running.pop(future)
                    try:
                        yield place, future.result()
                    except Exception as error:
                        if not _died(error):
                            raise
                        lost.append((place, part))
            lost += running.values()
        if alone and lost:
            yield lost[0][0], None
        elif lost:
            suspects = lost
            if tell is not None:
                tell([part for _, part in lost])


def _died(error: Exception) -> bool:
    """Return whether a worker died, and not what it computed was at fault."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ in (
        "KilledWorker",
        "FutureCancelledError",
    )


def _alone(work: Callable[[Any], Any], part: Any) -> Any:
    """Do a part in one thread: there are as many workers as somebody wanted."""
    kernel.THREADS = 1
    return work(part)
