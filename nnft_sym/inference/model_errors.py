"""What the theory leaves out, as errors of the couplings: truncation and locality, when they are asked for.

*Truncation*: what the next power of 1/N adds to a coupling. It is known in size and sign, and never added to
the value; as an error it is one standard deviation of that size, so that a coupling and its corrected value
are about one error apart. *Locality*: by how much the coupling would have to vary over the inputs to explain
what the constant misses. The elements depart together, not independently of each other, so that nothing
averages out and the constant is as uncertain as the elements differ.

Each is a source of its own: independent of the data, of the other, and of those of other couplings; common to
everything that is made of one coupling. Neither is known to be Gaussian. χ², p-values and weights do not know
of them, since they ask whether the theory without them describes the data.
"""

from collections.abc import Mapping

import numpy as np

from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Source, Uncertainty, together


def with_model_errors(couplings: Mapping[str, Estimate], **sizes: Mapping[str, float]) -> dict[str, Estimate]:
    """Add model errors to couplings.

    Parameters
    ----------
    couplings : mapping of str to Estimate
    **sizes : mapping of str to float
        By name of the model error, ``truncation`` or ``locality``, one standard deviation of each coupling
        for which it is known.

    Returns
    -------
    dict of str to Estimate

    Examples
    --------
    >>> one = {"lambda": Estimate(-0.5, Uncertainty.known([[0.03**2]]).linear(lambda a: a[:, 0], abs))}
    >>> wide = with_model_errors(one, truncation={"lambda": 0.04})["lambda"]
    >>> float(wide), round(float(wide.error), 12)
    (-0.5, 0.05)
    """
    return {
        name: _widened(one, {kind: known[name] for kind, known in sizes.items() if name in known}, name)
        for name, one in couplings.items()
    }


def _widened(one: Estimate, sizes: Mapping[str, float], name: str) -> Estimate:
    parts = [one.uncertainty]
    for kind, size in sizes.items():
        if np.isfinite(size) and size > 0:
            # the size is in the name: the same error of the same coupling is the same number
            source = Source(f"{kind} of {name}, {size!r}", 0, None)
            parts.append(Uncertainty.of_blocks(source, np.asarray([size])))
    return Estimate(one.value, together(parts), one.method, one.quality, one.provenance, one.evidence)
