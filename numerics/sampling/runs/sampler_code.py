"""Which code the sums over networks depend on: that of checkpoints and of the workers of a cluster."""

from numerics.files.code_version import code_version


def sampler_code() -> str:
    """Checksum of the engine with all that it imports: networks, random numbers, compiled loops.

    What only reads sums, such as the jackknife, is not among them: a change there leaves checkpoints valid.

    Examples
    --------
    >>> len(sampler_code())
    64
    """
    return code_version("numerics.sampling.engine")
