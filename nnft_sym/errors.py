"""Errors of the top floor. All derive from the base of the ground floor, so one ``except`` catches them."""

from diagrams.errors import NNFTError


class InvalidAction(NNFTError, ValueError):
    """The action given is not a polynomial in the field f with couplings in front."""


class InvalidExpansion(NNFTError, ValueError):
    """The correlator asked for does not exist: its number of points, order, scheme or kind."""


class RenderingError(NNFTError, ValueError):
    """A result cannot be written in the form that was asked for."""


class InvalidDocument(NNFTError, ValueError):
    """A JSON document cannot be read: another schema, something missing, or a contradiction."""
