"""Text forms of joint laws of output weights."""

from diagrams.messages import shown
from numerics.errors import InvalidNetwork
from numerics.networks.joint_law import JointLaw
from numerics.networks.joint_laws.deformation_text import read_deformation
from numerics.networks.joint_laws.deformed_law import DeformedLaw


def as_joint_law(given: object, what: str = "output_joint") -> JointLaw:
    """Read a joint law.

    Parameters
    ----------
    given : str or JointLaw
        A of P ∝ P_0 e^(−A), with numbers: ``"0.1*p2^2/N"``, p_r = Σ a_i^r; sums of products without brackets.
    what : str, optional
        What it is called, for the message.

    Raises
    ------
    InvalidNetwork
        If it is not understood.

    Examples
    --------
    >>> as_joint_law("0.1*|a|^4/N").text
    '1/10*p2^2/N'
    """
    if isinstance(given, JointLaw):
        return given
    terms = read_deformation(given) if isinstance(given, str) else None
    if terms is not None:
        return DeformedLaw(terms, str(given))
    raise InvalidNetwork.about(
        what,
        f"{shown(given)} was given; a joint law of output weights is written as what it is deformed by, "
        "a sum of products of power sums p1, p2, … with numbers, as in 0.1*p2^2/N, or is an object such as "
        "OwnJointLaw(moments); output_correlation correlates any two weights alike",
    )
