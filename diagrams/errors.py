"""Errors of the ground floor, and the base of every error this project raises on purpose."""

from diagrams.messages import bounded


class NNFTError(Exception):
    r"""Base of all errors raised on purpose; the command line turns them into exit code 2.

    The message says what was given, what is needed, and what to do. What was given may come from a stranger's
    file: the text is printable and bounded, whatever was put into it (`diagrams.messages`).

    Examples
    --------
    >>> print(NNFTError("unknown key '\x1b[31mred'"))
    unknown key '\x1b[31mred'
    """

    def __str__(self) -> str:
        return bounded(super().__str__())


class InvalidDiagram(NNFTError, ValueError):
    """The edges, valences or external points given do not form a Feynman diagram."""


class GenerationError(NNFTError, ValueError):
    """The request cannot be enumerated: impossible valences, or absurdly many contractions."""


class UnwritablePicture(NNFTError, OSError):
    """A picture cannot be written where it was asked for."""


class UnknownFilter(NNFTError, ValueError):
    """A diagram filter was asked for by a name that does not exist."""
