"""The laws of all parameters of a network, and the reading of laws.

Output weights of one network may depend on each other: `Laws.output_correlation`, `Laws.output_joint`.
"""

from dataclasses import MISSING, dataclass, fields
from typing import cast, final

from diagrams.messages import did_you_mean, shown
from numerics.errors import InvalidNetwork
from numerics.networks.joint_law import JointLaw
from numerics.networks.joint_laws.equicorrelated import EquicorrelatedLaw
from numerics.networks.joint_laws.named_joint_laws import as_joint_law
from numerics.networks.laws import FAMILIES, GAUSSIAN, ParameterLaw
from numerics.networks.momentum_laws import MOMENTUM_FAMILIES
from numerics.networks.own_law import law_of_scipy, named_scipy_law

#: What others call our laws, for hints.
_OTHER_NAMES = {"norm": "gaussian", "normal": "gaussian", "t": "student-t", "bernoulli": "rademacher"}
#: All families by name.
_FAMILIES = (*FAMILIES, *MOMENTUM_FAMILIES)


def as_law(given: object, what: str = "law") -> ParameterLaw:
    """Read a law.

    Parameters
    ----------
    given : str, ParameterLaw or frozen SciPy distribution
        ``"laplace"``, ``"student-t:df=5"``, ``"gaussian:mean=0.3,scale=2"``, ``"scipy.gumbel_r:scale=0.7"``.
    what : str, optional
        What it is the law of, for the message.

    Raises
    ------
    InvalidNetwork
        Naming what is not understood, and the laws there are.

    Examples
    --------
    >>> as_law("student-t:df=5"), as_law("uniform")
    (StudentT(mean=0.0, scale=1.0, df=5.0), Uniform(mean=0.0, scale=1.0))
    >>> as_law("lapace")
    Traceback (most recent call last):
    numerics.errors.InvalidNetwork: law = 'lapace' was given; the laws are gaussian, uniform, laplace, ...
    """
    if isinstance(given, ParameterLaw):
        return given
    if not isinstance(given, str):
        if hasattr(given, "ppf") and hasattr(given, "dist"):
            return law_of_scipy(given)
        raise _unknown(given, what)
    name, _, rest = given.strip().partition(":")
    if name.startswith("scipy."):  # some of its numbers have capitals
        return named_scipy_law(name.removeprefix("scipy."), _read_numbers(given, rest, what))
    numbers = {key.lower(): value for key, value in _read_numbers(given, rest, what).items()}
    family = next((one for one in _FAMILIES if one.family == name.lower()), None)
    if family is None:
        raise _unknown(given, what)
    known = [one.name for one in fields(family)]
    if strange := set(numbers) - set(known):
        wrong = min(strange)
        raise InvalidNetwork.about(
            what,
            f"{shown(given)} was given: {family.family} has no {shown(wrong)}; it has {', '.join(known)}"
            f"{did_you_mean(wrong, known)}",
        )
    needed = [one.name for one in fields(family) if one.default is MISSING]
    if missing := [name for name in needed if name not in numbers]:
        raise InvalidNetwork.about(
            what, f"{shown(given)} was given: {' and '.join(missing)} must be given, as in {family.example}"
        )
    return family(**numbers)


def _unknown(given: object, what: str) -> InvalidNetwork:
    names = [one.family for one in _FAMILIES]
    said = given.partition(":")[0].strip().lower() if isinstance(given, str) else ""
    near = did_you_mean(_OTHER_NAMES.get(said, said), names) if said else ""
    if callable(given):
        near = ". A function of your own goes with its moments: OwnLaw((mean, E[g^2], …), function)"
    return InvalidNetwork.about(
        what,
        f"{shown(given)} was given; the laws are {', '.join(names)} (with numbers as in "
        "student-t:df=5 or gaussian:mean=0.3), and distributions of SciPy as in "
        f"scipy.gumbel_r:scale=0.7{near}",
    )


def _read_numbers(given: str, text: str, what: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for item in text.split(",") if text.strip() else ():
        name, _, value = item.partition("=")
        name = name.strip()
        if name.lower() in map(str.lower, found):
            raise InvalidNetwork.about(
                what, f"{shown(given)} was given: {shown(name)} stands there twice; give it once"
            )
        try:
            found[name] = float(value)
        except ValueError:
            raise InvalidNetwork.about(
                what,
                f"{shown(given)} was given: {shown(item.strip())} is not understood; numbers are written as "
                "in student-t:df=5,mean=0.3",
            ) from None
    return found


@final
@dataclass(frozen=True)
class Laws:
    """The laws of all parameters of a network.

    Parameters
    ----------
    hidden, bias, output : ParameterLaw
        Of hidden weights, hidden biases and output weights. The output bias is Gaussian always.
    output_correlation : float
        α, the correlation of any two output weights of a network, −1/(N − 1) < α < 1 for N neurons; for
        Gaussian ones.
    output_joint : JointLaw or str, optional
        The joint law of all output weights, in place of independent ones; in units of the deviation of the
        network.
    """

    hidden: ParameterLaw = GAUSSIAN
    bias: ParameterLaw = GAUSSIAN
    output: ParameterLaw = GAUSSIAN
    output_correlation: float = 0.0
    output_joint: JointLaw | None = None

    def __post_init__(self) -> None:
        for name in ("hidden", "bias", "output"):
            object.__setattr__(self, name, as_law(getattr(self, name), name))
        alpha = EquicorrelatedLaw(self.output_correlation).correlation
        object.__setattr__(self, "output_correlation", alpha)
        given = None if self.output_joint is None else as_joint_law(self.output_joint)
        if isinstance(given, EquicorrelatedLaw) and not alpha:
            # one form for one law
            object.__setattr__(self, "output_correlation", given.correlation)
            given = None
        if given is not None and alpha:
            raise InvalidNetwork.about(
                "output_correlation",
                f"{alpha!r} was given beside the joint law {given}, which says how output weights depend on "
                "each other; leave one of them out",
            )
        object.__setattr__(self, "output_joint", given)

    @property
    def gaussian_hidden(self) -> bool:
        """Whether hidden weights and biases are standard Gaussians, as all closed formulas assume."""
        return self.hidden == GAUSSIAN and self.bias == GAUSSIAN

    @property
    def joint(self) -> JointLaw | None:
        """How output weights depend on each other; None where they are independent."""
        if self.output_correlation:
            return EquicorrelatedLaw(self.output_correlation)
        return self.output_joint

    @property
    def even_outputs(self) -> bool:
        """Whether a change of sign of all output weights leaves their law alone: odd correlators vanish."""
        return self.output.even if self.joint is None else self.joint.even

    @property
    def independent_gaussian_outputs(self) -> bool:
        """Whether the output weights can be integrated out by Wick's theorem."""
        return self.output.unit == GAUSSIAN and self.joint is None

    def named(self) -> dict[str, object]:
        """What differs from Gaussians, by the keys of records: ``hidden_law`` and so on."""
        found: dict[str, object] = {
            f"{name}_law": cast(ParameterLaw, getattr(self, name))
            for name in ("hidden", "bias", "output")
            if getattr(self, name) != GAUSSIAN
        }
        if self.output_correlation:
            found["output_correlation"] = self.output_correlation
        if self.output_joint is not None:
            found["output_joint"] = self.output_joint
        return found


GAUSSIAN_LAWS = Laws()
