"""Errors of the ground floor, and the base of every error this project raises on purpose."""


class NNFTError(Exception):
    """Base of all errors raised on purpose; the command line turns them into exit code 2.

    The message says what was given, what is needed, and what to do.
    """


class InvalidDiagram(NNFTError, ValueError):
    """The edges, valences or external points given do not form a Feynman diagram."""


class GenerationError(NNFTError, ValueError):
    """The request cannot be enumerated: impossible valences, or absurdly many contractions."""


class UnknownFilter(NNFTError, ValueError):
    """A diagram filter was asked for by a name that does not exist."""
