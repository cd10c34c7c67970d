"""The reflection of time, and the times at which positivity is looked at.

Time is the first coordinate of an input. Site reflection is t → −t; link reflection, for fields on a lattice
of spacing a, is t → a − t: its plane lies between two sites.
"""

from dataclasses import dataclass
from enum import Enum
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.messages import shown
from numerics.errors import InvalidPoints
from numerics.fields.points import as_points

Array = NDArray[np.float64]

#: Default times in units of the length on which the propagator changes: some τ_c > τ_a + τ_b is among them,
#: where three fields of one neuron may have a total phase of either sign.
TIMES = (0.1, 0.2, 0.5, 1.2, 2.2)
#: The same on a lattice, in units of its spacing.
SITES = (1.0, 2.0, 3.0, 4.0, 6.0)
SITES_ACROSS = (0.0, 1.0, -1.0, 2.0, -2.0)
#: Second and further coordinates of the points at these times, in the same units: on one line through the
#: origin a network without biases has far fewer functions than it has elsewhere.
ACROSS = (0.0, 0.9, -0.7, 0.4, -1.6)


class Plane(Enum):
    """Where the reflection plane lies."""

    SITE = "site"
    LINK = "link"


@final
@dataclass(frozen=True)
class Reflection:
    """Reflection of the first coordinate, t → −t or t → spacing − t.

    Attributes
    ----------
    plane : Plane
    spacing : float
        Of the lattice, where there is one.
    lattice : bool
        Whether times are multiples of the spacing.

    Examples
    --------
    >>> Reflection()(np.array([[0.5, 2.0]])).tolist(), Reflection(Plane.LINK)(np.array([[3.0]])).tolist()
    ([[-0.5, 2.0]], [[-2.0]])
    """

    plane: Plane = Plane.SITE
    spacing: float = 1.0
    lattice: bool = False

    def __call__(self, points: Array) -> Array:
        """Reflect points of shape (n, d)."""
        image = points.copy()
        image[:, 0] = (self.spacing if self.plane is Plane.LINK else 0.0) - image[:, 0]
        return image

    def refuse(self, points: Array) -> None:
        """Refuse times between the sites of a lattice.

        Raises
        ------
        InvalidPoints
            Naming the first.
        """
        steps = points[:, 0] / self.spacing
        between = np.abs(steps - np.rint(steps)) > 1e-9
        if self.lattice and np.any(between):
            raise InvalidPoints.about(
                "times",
                f"{points[between][0, 0]:g} was given; momenta of a lattice make a field on its "
                f"sites: multiples of {self.spacing:g} are needed",
            )

    def __str__(self) -> str:
        return "t → −t" if self.plane is Plane.SITE else f"t → {self.spacing:g} − t"


def as_times(given: ArrayLike, d_in: int) -> Array:
    """Return points at positive times.

    Parameters
    ----------
    given : array_like, shape (n,) or (n, d)
        Times, or points whose first coordinate is the time. Times alone stand for points whose other
        coordinates are zero.
    d_in : int

    Returns
    -------
    ndarray, shape (n, d)

    Raises
    ------
    InvalidPoints
        If a time is not positive, or stands there twice.

    Examples
    --------
    >>> as_times([0.5, 1.0], 2).tolist()
    [[0.5, 0.0], [1.0, 0.0]]
    >>> as_times([0.5, -1.0], 1)
    Traceback (most recent call last):
    numerics.errors.InvalidPoints: times = -1 was given; reflection positivity is about positive times: ...
    """
    array = np.asarray(given, dtype=object)
    if array.ndim == 1 and d_in > 1:
        alone = as_points(given, 1)
        points = np.hstack([alone, np.zeros((len(alone), d_in - 1))])
    else:
        points = as_points(given, d_in)
    wrong = points[:, 0] <= 0.0
    if np.any(wrong):
        raise InvalidPoints.about(
            "times",
            f"{points[wrong][0, 0]:g} was given; reflection positivity is about positive times: the first "
            "coordinate of every point must be above 0",
        )
    if len(np.unique(points, axis=0)) < len(points):
        raise InvalidPoints.about(
            "times", f"{shown(points.tolist())} has a point twice; every point is needed once"
        )
    return np.asarray(points, dtype=np.float64)


def default_points(length: float | None, d_in: int, spacing: float | None = None) -> Array:
    """Choose points at positive times, shape (5, d_in).

    Parameters
    ----------
    length : float or None
        On which the propagator changes; None: 1.
    d_in : int
    spacing : float, optional
        Of the lattice on which the points must lie.

    Examples
    --------
    >>> default_points(2.0, 1)[:, 0].tolist(), default_points(None, 1, 0.5)[:, 0].tolist()
    ([0.2, 0.4, 1.0, 2.4, 4.4], [0.5, 1.0, 1.5, 2.0, 3.0])
    """
    # one digit of the length: times that are easy to read
    unit = spacing if spacing is not None else 1.0 if length is None else float(f"{length:.0e}")
    times = unit * np.array(TIMES if spacing is None else SITES)
    across = unit * np.array(ACROSS if spacing is None else SITES_ACROSS)
    columns = [np.roll(across, axis) * (-1.0) ** axis for axis in range(d_in - 1)]
    points = np.column_stack([times, *columns])
    # decimals of a few digits: sums of times that are equal stay so at any number of digits
    return np.array([[float(f"{coordinate:.12g}") + 0.0 for coordinate in point] for point in points])
