"""Options with a list of words: forgiving about capitals and hyphens, and with a hint for a slip."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from diagrams.messages import did_you_mean, shown
from nnft_sym.expansions.kinds import KIND_ALIASES


class Words(click.Choice[str]):
    """A choice of words, which capitals, hyphens and other names for the same do not matter to.

    Parameters
    ----------
    words : sequence of str
    aliases : mapping of str to str
        Other names, in small letters with hyphens.

    Examples
    --------
    >>> Words(["connected", "1pi"], {"onepi": "1pi"}).convert("OnePI", None, None)
    '1pi'
    """

    def __init__(self, words: Sequence[str], aliases: Mapping[str, str] | None = None) -> None:
        super().__init__(words, case_sensitive=False)
        self.aliases = dict(aliases or {})

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the word that is meant."""
        plain = str(value).strip().lower().replace("_", "-")
        word = self.aliases.get(plain, plain)
        if word not in self.choices:
            near = did_you_mean(plain, [*self.choices, *self.aliases])
            self.fail(
                f"{shown(str(value))} is not one of {', '.join(map(repr, self.choices))}{near}", param, ctx
            )
        return word


#: The functions that can be expanded.
KINDS = Words(["full", "normalised", "connected", "1pi"], KIND_ALIASES)
