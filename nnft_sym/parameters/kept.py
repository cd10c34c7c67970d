"""Where a long run is kept: a file, with a checkpoint beside it from which it is continued."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from nnft_sym.parameters.outputs import NETCDF, OutputFile, output
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Refused

#: What every command says of its --out.
BESIDE = "with a checkpoint FILE.checkpoint beside it."
RESUME = Parameter(Flag(), "Continue the run whose checkpoint stands beside --out.")


@dataclass(frozen=True, kw_only=True)
class KeptParameters:
    """Where a run is kept; commands that write other files than netCDF say so in a class of their own.

    Attributes
    ----------
    out : OutputFile or None
    resume : bool
    """

    out: Annotated[
        OutputFile | None, output(NETCDF, f"Also write the numbers to this netCDF file, {BESIDE}")
    ] = None
    resume: Annotated[bool, RESUME] = False

    def __post_init__(self) -> None:
        if self.resume and self.out is None:
            raise Refused("--resume was given without --out; name the file of the run to continue")

    @property
    def target(self) -> Path | None:
        """The file, if one was named."""
        return None if self.out is None else self.out.target
