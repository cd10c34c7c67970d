"""Errors of the middle floor."""

from diagrams.errors import NNFTError as NNFTError


class InvalidNetwork(NNFTError, ValueError):
    """A width, standard deviation or dimension is out of range."""


class InvalidPoints(NNFTError, ValueError):
    """Input points are not finite, not of one dimension, or too few."""


class DivergentIntegral(NNFTError, ArithmeticError):
    """The vertex integral does not exist without a cutoff."""


class LoweringError(NNFTError):
    """A diagram uses something the numerical backend does not support."""


class NotAvailable(NNFTError, NotImplementedError):
    """The capability does not exist (yet) for this case; the message says for which it does."""


class SingularProblem(NNFTError, ArithmeticError):
    """A quantity asked for would need the inverse of something singular."""


class NoRealRoot(NNFTError, ArithmeticError):
    """Couplings that reproduce the data do not exist, or not on the branch that begins at the free theory.

    Attributes
    ----------
    fraction : float
        At which part of the data the root ends.
    """

    def __init__(self, message: str, fraction: float = 0.0) -> None:
        super().__init__(message)
        self.fraction = fraction


class InvalidStatistics(NNFTError, ValueError):
    """Data, covariance or number of blocks do not allow the statistical question asked."""


class OrderMissing(InvalidStatistics, NotAvailable, KeyError):
    """A correlator of an order that was not asked for, or not sampled."""

    def __str__(self) -> str:  # a KeyError would put the message in quotes
        return str(self.args[0]) if self.args else ""


class InvalidDomain(NNFTError, ValueError):
    """A cutoff is not a positive finite number."""


class InvalidKernel(NNFTError, ValueError):
    """A kernel returned NaN or infinity, or an array of the wrong shape."""


class ProblemTooLarge(NNFTError, MemoryError):
    """The tables of an integral would need more memory than allowed."""


class NotConverged(NNFTError, ArithmeticError):
    """An integral did not reach the accuracy asked for, and the settings do not accept less."""


class ClusterUnavailable(NNFTError, ConnectionError):
    """A Dask cluster cannot be reached, has no workers, or cannot do the work."""
