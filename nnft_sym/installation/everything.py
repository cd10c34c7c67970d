"""All that ``nnft doctor`` looks at, in order."""

from nnft_sym.installation import folders, machine, packages, programs
from nnft_sym.installation.diagnosis import Finding, State


def examine() -> tuple[Finding, ...]:
    """Look at everything.

    Returns
    -------
    tuple of Finding
    """
    return (
        *packages.findings(),
        *machine.findings(),
        *folders.findings(),
        *programs.findings(),
    )


def sound(found: tuple[Finding, ...]) -> bool:
    """Tell whether nothing that is needed is broken.

    Examples
    --------
    >>> sound((Finding(about="programs", name="TeX", value="none", state=State.MISSING),))
    True
    """
    return all(one.state is not State.BROKEN for one in found)
