"""What is asked of the first study: the parameters of ``quickstart``."""

from dataclasses import dataclass
from typing import Annotated

from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag

DRY_RUN = Parameter(
    Flag(), "Say what would be written, and about how long it takes; write and compute nothing."
)


@dataclass(frozen=True, kw_only=True)
class QuickstartParameters:
    """Whether it is done, or only said.

    Attributes
    ----------
    dry_run : bool
    """

    dry_run: Annotated[bool, DRY_RUN] = False
