"""Errors of the ground floor, and the base of every error this project raises on purpose."""

from copy import copy
from typing import Self

from diagrams.messages import bounded


class NNFTError(Exception):
    r"""Base of all errors raised on purpose; the command line turns them into exit code 2.

    The message says what was given, what is needed, and what to do. What was given may come from a stranger's
    file: the text is printable and bounded, whatever was put into it (`diagrams.messages`).

    Examples
    --------
    >>> print(NNFTError("unknown key '\x1b[31mred'"))
    unknown key '\x1b[31mred'

    An error about one parameter knows it, so that a command or a study file can say where it was given:

    >>> error = NNFTError.about("sigma_w", "0 was given; a positive number is needed")
    >>> print(error)
    sigma_w = 0 was given; a positive number is needed
    >>> print(error.at("--sigma-w"))
    --sigma-w: 0 was given; a positive number is needed
    """

    #: The parameter that the message is about, as Python calls it; empty if it is about none.
    parameter: str = ""

    @classmethod
    def about(cls, parameter: str, said: str) -> Self:
        """Make an error about one parameter; `said` begins with the value that was given."""
        error = cls(f"{parameter} = {said}")
        error.parameter = parameter
        return error

    @property
    def said(self) -> str:
        """The message without the name of the parameter."""
        whole = str(self.args[0]) if self.args else ""
        return whole.removeprefix(f"{self.parameter} = ") if self.parameter else whole

    def at(self, place: str) -> Self:
        """Return the same error with the place where the value was given in front."""
        error = copy(self)
        error.args = (f"{place}: {self.said}",)
        error.parameter = ""
        return error

    def __str__(self) -> str:
        return bounded(super().__str__())


class InvalidDiagram(NNFTError, ValueError):
    """The edges, valences or external points given do not form a Feynman diagram.

    Examples
    --------
    >>> from diagrams.diagram import Diagram
    >>> try:
    ...     Diagram.from_edge_string("x1-")
    ... except InvalidDiagram as error:
    ...     print(error)
    cannot read the line 'x1-' in 'x1-': lines are pairs such as x1-y1 or y1-y2, ...
    """


class GenerationError(NNFTError, ValueError):
    """The request cannot be enumerated: impossible valences, or absurdly many contractions.

    Examples
    --------
    >>> from diagrams.generation import generate
    >>> try:
    ...     list(generate(4, {-1: 2}))
    ... except GenerationError as error:
    ...     print(error)
    4 external points and vertices {-1: 2} given; a valence must be 1 or more ...
    """


class UnwritablePicture(NNFTError, OSError):
    """A picture cannot be written where it was asked for."""


class UnknownFilter(NNFTError, ValueError):
    """A diagram filter was asked for by a name that does not exist.

    Examples
    --------
    >>> from diagrams.filters import named_filter
    >>> try:
    ...     named_filter("connectd")
    ... except UnknownFilter as error:
    ...     print(error)
    there is no diagram filter 'connectd'; use one of connected, no_vacuum, ...
    """
