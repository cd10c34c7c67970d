"""``nnft kernel``: the propagator as a matrix."""

from dataclasses import dataclass
from typing import Annotated

import click

from nnft_sym.commands.options import ParameterCommand, json_option, network_json, takes
from nnft_sym.parameters.architecture import ArchitectureParameters
from nnft_sym.parameters.field_points import PointParameters
from nnft_sym.parameters.outputs import MATRICES, OutputFile, output


@dataclass(frozen=True, kw_only=True)
class KernelParameters(PointParameters):
    """Where the kernel is evaluated, and where it goes."""

    out: Annotated[OutputFile | None, output(MATRICES, "Write K to a file, too.")] = None


@click.command(name="kernel", cls=ParameterCommand)
@takes(net=ArchitectureParameters, asked=KernelParameters)
@json_option
def command(net: ArchitectureParameters, asked: KernelParameters, as_json: bool) -> None:
    """Print the kernel matrices K (the propagator) and K_W (without the output bias)."""
    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import matrix_table, show
    from nnft_sym.storage.matrices import write_matrix
    from numerics.fields.points import as_points

    network = net.of_width(1, asked.d_in)
    x = as_points(asked.points)
    weight, full = network.kernel.weight(x, x), network.kernel.full(x, x)
    if asked.out is not None:
        write_matrix(full, asked.out.target)
    if as_json:
        described = network_json(network, width=False)
        click.echo(dumps({**described, "points": asked.points, "K": full, "K_weight": weight}))
        return
    points = asked.points
    show(matrix_table("K (propagator)", full, points), matrix_table("K_W (vertex lines)", weight, points))
