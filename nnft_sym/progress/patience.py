"""How long a user waits for a word, and how a command is told otherwise."""

from dataclasses import dataclass
from typing import TypeVar

import click

Policy = TypeVar("Policy")


@dataclass(frozen=True)
class Patience:
    """When something is said while a job runs; in seconds.

    Attributes
    ----------
    first, every : float
        Silence before the first line, and between lines of counts and integrals.
    sampled : float
        Between plain lines of a sampler, when standard error is not a terminal.
    silence : float
        Time without a network after which it is said what is going on.
    """

    first: float = 2.0
    every: float = 5.0
    sampled: float = 5.0
    silence: float = 2.0


def policy_of(kind: type[Policy]) -> Policy:
    """Give the policy that the running command was started with (`nnft_sym.cli.run`), or the usual one.

    Examples
    --------
    >>> policy_of(Patience).first
    2.0
    """
    context = click.get_current_context(silent=True)
    given = context.find_object(kind) if context else None
    return kind() if given is None else given
