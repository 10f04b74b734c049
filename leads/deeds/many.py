"""Do a deed to many things, each in a transaction of its own, and tell what was refused."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from leads.deadlocks import retry_once

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class Done(Generic[T, R]):
    """What was done with what result, and what was refused with which sentence."""

    done: list[tuple[T, R]] = field(default_factory=list)
    refused: list[tuple[T, str]] = field(default_factory=list)


def do_to_each(
    things: Iterable[T], act: Callable[[T], R], *, refusals: tuple[type[Exception], ...]
) -> Done[T, R]:
    """Do it to one after the other; what one refuses stops none of the others."""
    told: Done[T, R] = Done()
    for thing in things:
        try:
            result = retry_once(partial(act, thing))
        except refusals as error:
            told.refused.append((thing, str(error)))
        else:
            told.done.append((thing, result))
    return told
