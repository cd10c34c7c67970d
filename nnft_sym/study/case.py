"""What a study asks about, once unpacked from its file: a network, its inputs, the domain of the vertices."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from numerics.fields.field_set import FieldSet
from numerics.integrals.rules.domains import Box, WholeSpace

if TYPE_CHECKING:
    from nnft_sym.study.config import NetConfig
    from numerics.integrals.rules.domains import Domain
    from numerics.kernels.base import Kernel
    from numerics.networks.base import Network


@dataclass(frozen=True)
class Case:
    """One net of a study.

    Attributes
    ----------
    network : Network
    kernel : Kernel
        Its propagator.
    fields : FieldSet
        Its inputs, with one output.
    domain : Box or WholeSpace
        Over which vertices are integrated.
    written : str
        The table of the study file as JSON; empty if there was none.

    Examples
    --------
    >>> from nnft_sym.study.config import built_in_study
    >>> case = Case.of(built_in_study().net[0])
    >>> case.name, case.width, case.d_in, case.cutoff
    ('erf', 5, 1, 100.0)
    """

    network: "Network"
    kernel: "Kernel"
    fields: FieldSet
    domain: "Domain"
    written: str = ""

    @staticmethod
    def of(table: "NetConfig") -> "Case":
        """Unpack a table of a study file."""
        network, fields = table.architecture, FieldSet(table.points)
        domain: Domain = WholeSpace() if table.cutoff is None else Box(table.cutoff)
        return Case(network, network.kernel, fields, domain, table.model_dump_json())

    @property
    def name(self) -> str:
        """Short name of the network."""
        return self.network.name

    @property
    def width(self) -> int:
        """Number N of hidden neurons."""
        return self.network.width

    @property
    def d_in(self) -> int:
        """Input dimension."""
        return self.network.d_in

    @property
    def points(self) -> list[list[float]]:
        """The inputs."""
        points: list[list[float]] = self.fields.inputs.tolist()
        return points

    @property
    def cutoff(self) -> float | None:
        """Half the side of the box, None for all of R^d."""
        return self.domain.cutoff if isinstance(self.domain, Box) else None

    @property
    def label(self) -> str:
        """Name of its files; nets of one name and width differ in what their table says."""
        digest = hashlib.sha256(self.written.encode()).hexdigest()[:8]
        return f"{self.name}_N{self.width}_{digest}"

    def __str__(self) -> str:
        """Name it, as progress does."""
        return f"{self.name}-net"
