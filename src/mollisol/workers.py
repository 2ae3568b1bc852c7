"""Where parts of a computing are done: in this process, in processes beside it, or on machines of a Dask cluster.

A part is the same wherever it is done, and results stand in the order of the parts: neither the number of workers, nor
who was faster, nor one that died and was replaced moves a bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from multiprocessing import get_context
from typing import Any

from mollisol.methodology.findings import UserError
from mollisol.quantification.models.linear import kernel

ATTEMPTS = 3
"""How often a part is begun before its loss is told."""

type Start = Callable[[], Executor]
"""Starts workers; called again where they broke."""

_START: ContextVar[Start | None] = ContextVar("start", default=None)


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
        with _cluster(wanted) as start, _started_by(start):
            yield
    else:
        with _started_by(partial(_processes, number) if number > 1 else None):
            yield


@contextmanager
def _started_by(start: Start | None) -> Iterator[None]:
    token = _START.set(start)
    try:
        yield
    finally:
        _START.reset(token)


def _processes(number: int) -> Executor:
    # a fork would take over the threads of this process in whatever state they are
    return ProcessPoolExecutor(number, mp_context=get_context("spawn"))


@contextmanager
def _cluster(scheduler: str) -> Iterator[Start]:
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
        yield partial(client.get_executor, pure=False, retries=ATTEMPTS - 1)


def in_order[Part, Result](work: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
    """Return what work gives for each part, in the order of the parts.

    Raises
    ------
    UserError
        If a part was lost with its worker again and again.
    """
    start = _START.get()
    if start is None:
        return [work(part) for part in parts]
    return _handed_out(start, work, list(parts))


def _handed_out[Part, Result](
    start: Start, work: Callable[[Part], Result], parts: Sequence[Part]
) -> list[Result]:
    results, left = dict[int, Result](), list(range(len(parts)))
    for _ in range(ATTEMPTS):
        with start() as executor:
            given = {place: executor.submit(_alone, work, parts[place]) for place in left}
            for place, future in given.items():
                try:
                    results[place] = future.result()
                except Exception as error:
                    if not _died(error):
                        raise
        left = [place for place in left if place not in results]
        if not left:
            return [results[place] for place in range(len(parts))]
    raise UserError(
        f"{len(left)} of {len(parts)} parts were lost with their workers, {ATTEMPTS} times: was their memory full? "
        "Nothing was written"
    )


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
