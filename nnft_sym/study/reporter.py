"""Who is told what a long study is doing."""

from typing import Protocol


class Reporter(Protocol):
    """Receives what a long study is doing; `nnft_sym.progress.bars` shows it on the terminal."""

    def stage(self, text: str) -> None:
        """Announce a step."""

    def sampling(self, done: int, total: int) -> None:
        """Report sampled networks."""

    def averaging(self, done: int, total: int) -> None:
        """Report averages over the parameters of one neuron, for exact correlators."""

    def integrating(self, done: int, total: int) -> None:
        """Report integrals of diagrams of one correlator."""


class Silent:
    """A reporter that says nothing."""

    def stage(self, text: str) -> None:
        """Announce nothing."""

    def sampling(self, done: int, total: int) -> None:
        """Report nothing."""

    def averaging(self, done: int, total: int) -> None:
        """Report nothing."""

    def integrating(self, done: int, total: int) -> None:
        """Report nothing."""
