"""Which network: the keys of a table ``[[net]]``, and the options ``--net``, ``--sigma-w`` and so on."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from diagrams.errors import NNFTError
from diagrams.messages import did_you_mean, shown
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Number, Refused, Several, Text, Whole, refused

if TYPE_CHECKING:
    from numerics.networks.base import Network

#: What the help calls the names of networks.
KINDS = "erf|relu|gauss|cos|tanh|…|own"
#: Wider networks are Gaussian processes to eleven digits.
WIDEST = 10**7
_SMALLEST, _LARGEST = 1e-75, 1e75


class Kind(Text):
    """The name of a network, in capitals or not: ReLU is written in many ways.

    Examples
    --------
    >>> Kind().check(" ReLU ")
    'relu'
    """

    def known(self) -> tuple[str, ...]:
        """Give the names of networks."""
        from numerics.networks.architectures import network_kinds

        return tuple(network_kinds())

    def check(self, value: object, folder: Path | None = None) -> str:
        """Return a known name in small letters."""
        from numerics.networks.architectures import network_kinds

        kinds = list(network_kinds())
        kind = value.strip().lower() if isinstance(value, str) else ""
        if kind not in kinds:
            raise refused(value, f"one of {', '.join(kinds)} is needed{did_you_mean(kind, kinds)}")
        return kind


@dataclass(frozen=True, eq=False, repr=False)
class KindsGiven:
    """Names of several networks, in one option with commas between them or in several options.

    Examples
    --------
    >>> KindsGiven().check(("erf,ReLU", "erf"))
    ('erf', 'relu')
    """

    def known(self) -> tuple[str, ...]:
        """Give the names of networks."""
        return Kind().known()

    def read(self, text: str) -> object:
        """Leave it."""
        return text

    def check(self, value: object, folder: Path | None = None) -> tuple[str, ...]:
        """Return each name once."""
        names = Several().check(value)
        if not names:
            raise refused(value, "the name of a network or more is needed, as in erf,relu")
        return tuple(dict.fromkeys(Kind().check(name) for name in names))


class Law(Text):
    """The law of some parameters of a network, as text.

    Examples
    --------
    >>> Law().check("norm")
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: 'norm' was given; the laws are ...; did you mean 'gaussian'?
    """

    def check(self, value: object, folder: Path | None = None) -> str:
        """Return the text of a law that can be read."""
        from numerics.networks.parameter_laws import as_law

        text = super().check(value)
        try:
            as_law(text)
        except NNFTError as error:
            raise Refused(error.said) from None
        return text


class DeformationInNumbers(Text):
    """What the law of all output weights is deformed by, with numbers.

    Examples
    --------
    >>> DeformationInNumbers().check("0.1*|a|^4/N")
    '1/10*p2^2/N'
    """

    def check(self, value: object, folder: Path | None = None) -> str:
        """Return a text that records keep."""
        from nnft_sym.duality.deformation_numbers import in_numbers

        text = super().check(value)
        try:
            return in_numbers(text)
        except NNFTError as error:
            said = error.said if "was given" in error.said else f"{shown(text)} was given: {error.said}"
            raise Refused(said) from None


class ActivationText(Text):
    """An activation as an expression in z; see `nnft_sym.symbolic.written`."""

    def check(self, value: object, folder: Path | None = None) -> str:
        """Return a text that can be read."""
        from nnft_sym.symbolic.written import written_activation

        text = super().check(value)
        try:
            written_activation(text)
        except NNFTError as error:
            raise Refused(error.said) from None
        return text


_DEVIATION = Number(f"a number from {_SMALLEST:g} to {_LARGEST:g}", least=_SMALLEST, most=_LARGEST)
_OR_ZERO = Number(f"0, or {_DEVIATION.needed}", least=_SMALLEST, most=_LARGEST, or_zero=True)
_LAWS = "laplace, student-t:df=5, gaussian:mean=0.3, …"

KIND = Parameter(Kind(), "The architecture.", option="--net", metavar=KINDS)
KINDS_GIVEN = Parameter(
    KindsGiven(),
    "The architecture; several in several options, or with commas between them.",
    option="--net",
    metavar=KINDS,
    repeated=True,
)
WIDTH_READER = Whole(1, WIDEST)
WIDTH = Parameter(WIDTH_READER, "Number N of hidden neurons.")
SIGMA_W = Parameter(_DEVIATION, "Standard deviation of the weights (divided by √d).", default="1")
SIGMA_B = Parameter(_OR_ZERO, "Of the biases.", default="1; ReLU: 0")
SIGMA_A = Parameter(_DEVIATION, "Cos only: of the amplitudes.", default="sigma-w")
ACTIVATION = Parameter(ActivationText(), "With --net own: an expression such as 'tanh(z)'.", metavar="EXPR")
HIDDEN_LAW = Parameter(Law(), f"Of the hidden weights: {_LAWS}", metavar="LAW", default="gaussian")
BIAS_LAW = Parameter(Law(), "Of the hidden biases.", metavar="LAW", default="gaussian")
OUTPUT_LAW = Parameter(Law(), "Of the output weights.", metavar="LAW", default="gaussian")
CORRELATION = Parameter(
    Number("a number α with −1 < α < 1 (above −1/(N − 1) at width N)", above=-1.0, below=1.0),
    "Of any two output weights of a network.",
    option="--correlation",
    metavar="A",
    default="0",
)
OUTPUT_JOINT = Parameter(
    DeformationInNumbers(),
    "Of all output weights: P ∝ P_0 e^(−EXPR), with sums of powers p1, p2, …: 0.1*p2^2/N.",
    option="--deform",
    metavar="EXPR",
)


@dataclass(frozen=True, kw_only=True)
class SingleLawParameters:
    """Deviations and laws of single parameters of a network; those of its kind are given, or left out.

    Attributes
    ----------
    sigma_w, sigma_b, sigma_a : float or None
        Standard deviations; None where they were left out.
    activation, hidden_law, bias_law, output_law : str or None
    """

    sigma_w: Annotated[float | None, SIGMA_W] = None
    sigma_b: Annotated[float | None, SIGMA_B] = None
    sigma_a: Annotated[float | None, SIGMA_A] = None
    activation: Annotated[str | None, ACTIVATION] = None
    hidden_law: Annotated[str | None, HIDDEN_LAW] = None
    bias_law: Annotated[str | None, BIAS_LAW] = None
    output_law: Annotated[str | None, OUTPUT_LAW] = None

    def of_kind(self, kind: str, width: int, d_in: int) -> "Network":
        """Make a network of some kind.

        Raises
        ------
        InvalidNetwork, NotAvailable
            If something does not go with its kind; the error knows which parameter.
        """
        from numerics.networks.architectures import network

        laws = {field.name for field in fields(LawParameters)}
        given = {field.name: getattr(self, field.name) for field in fields(self) if field.name in laws}
        return network(kind, width, d_in=d_in, **given)


@dataclass(frozen=True, kw_only=True)
class LawParameters(SingleLawParameters):
    """Deviations and laws of the parameters of a network, those of all output weights together as well.

    Attributes
    ----------
    output_correlation : float or None
        Of any two output weights.
    output_joint : str or None
        What the law of all output weights is deformed by.
    """

    output_correlation: Annotated[float | None, CORRELATION] = None
    output_joint: Annotated[str | None, OUTPUT_JOINT] = None


@dataclass(frozen=True, kw_only=True)
class OneKind:
    """The kind of a network; bases that stand last give the first fields."""

    kind: Annotated[str, KIND]


@dataclass(frozen=True, kw_only=True)
class SeveralKinds:
    """Kinds of several networks."""

    kind: Annotated[tuple[str, ...], KINDS_GIVEN]


@dataclass(frozen=True, kw_only=True)
class ArchitectureParameters(LawParameters, OneKind):
    """A network of any width; `numerics.networks.architectures.network` says what belongs to which kind.

    Attributes
    ----------
    kind : str
    """

    def of_width(self, width: int, d_in: int) -> "Network":
        """Make the network.

        Raises
        ------
        InvalidNetwork, NotAvailable
            If something does not go with its kind; the error knows which parameter.

        Examples
        --------
        >>> ArchitectureParameters(kind="erf", sigma_b=0.5).of_width(3, d_in=2)
        ErfNet(width=3, sigma_w=1.0, sigma_b=0.5, d_in=2)
        """
        return self.of_kind(self.kind, width, d_in)


@dataclass(frozen=True, kw_only=True)
class ArchitecturesParameters(LawParameters, SeveralKinds):
    """Networks of several kinds with the same deviations and laws.

    Attributes
    ----------
    kind : tuple of str
        Distinct, in the order given.
    """

    def of_width(self, width: int, d_in: int) -> tuple["Network", ...]:
        """Make the networks.

        Raises
        ------
        InvalidNetwork, NotAvailable
            If something does not go with one of the kinds; the error knows which parameter.

        Examples
        --------
        >>> [net.name for net in ArchitecturesParameters(kind=("erf", "relu")).of_width(3, d_in=1)]
        ['erf', 'relu']
        """
        return tuple(self.of_kind(kind, width, d_in) for kind in self.kind)


@dataclass(frozen=True, kw_only=True)
class NetworkParameters(ArchitectureParameters):
    """A network of one width.

    Attributes
    ----------
    width : int
        Number of hidden neurons.
    """

    width: Annotated[int, WIDTH]


@dataclass(frozen=True, kw_only=True)
class IndependentNetworkParameters(SingleLawParameters, OneKind):
    """A network of one width whose output weights are independent, to be deformed by what asks for it.

    Attributes
    ----------
    width : int
        Number of hidden neurons.
    """

    width: Annotated[int, WIDTH]

    def of_width(self, width: int, d_in: int) -> "Network":
        """Make the network; see `ArchitectureParameters.of_width`."""
        return self.of_kind(self.kind, width, d_in)
