"""Text forms of joint laws of output weights."""

from diagrams.messages import shown
from numerics.errors import InvalidNetwork
from numerics.networks.joint_law import JointLaw
from numerics.networks.joint_laws.radial_quartic import RadialQuarticLaw


def as_joint_law(given: object, what: str = "output_joint") -> JointLaw:
    """Read a joint law.

    Parameters
    ----------
    given : str or JointLaw
        ``"quartic:alpha=0.1"``.
    what : str, optional
        What it is called, for the message.

    Raises
    ------
    InvalidNetwork
        If it is not understood.

    Examples
    --------
    >>> as_joint_law("quartic:alpha=0.1")
    RadialQuarticLaw(alpha=0.1)
    """
    if isinstance(given, JointLaw):
        return given
    name, _, rest = given.strip().lower().partition(":") if isinstance(given, str) else ("", "", "")
    key, _, number = rest.partition("=")
    if name == "quartic" and key.strip() == "alpha":
        try:
            return RadialQuarticLaw(float(number))
        except ValueError as error:
            if isinstance(error, InvalidNetwork):
                raise
    raise InvalidNetwork.about(
        what,
        f"{shown(given)} was given; the joint laws of output weights are quartic, with its number as in "
        "quartic:alpha=0.1, and objects such as OwnJointLaw(moments); output_correlation correlates any two "
        "weights alike",
    )
