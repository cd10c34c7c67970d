"""Errors of the top floor. All derive from the base of the ground floor, so one ``except`` catches them."""

from diagrams.errors import NNFTError


class InvalidAction(NNFTError, ValueError):
    """The action given is not a polynomial in the field f with couplings in front."""


class InvalidDeformation(NNFTError, ValueError):
    """The deformation of the law of the output weights is no polynomial in power sums, or no law."""


class InvalidExpansion(NNFTError, ValueError):
    """The correlator asked for does not exist: its number of points, order, scheme or kind."""


class RenderingError(NNFTError, ValueError):
    """A result cannot be written in the form that was asked for."""


class UnwritableResult(NNFTError, ValueError):
    """A result has no form of the suffix that was given, or no picture."""


class UnreadableResult(NNFTError, ValueError):
    """A file is none that a result was saved to, was altered since, or is of another version."""


class UnreadablePoints(NNFTError, ValueError):
    """A file, or standard input, holds no points."""


class UnreadableText(NNFTError, ValueError):
    """A file, or standard input, holds no text."""


class InvalidDocument(NNFTError, ValueError):
    """A JSON document cannot be read: another schema, something missing, or a contradiction."""
