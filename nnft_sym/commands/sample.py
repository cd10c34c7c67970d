"""``nnft sample``: measure the correlators of an ensemble."""

import click

from nnft_sym.commands.options import build_network, json_option, net_options, points_option


def parse_orders(text: str) -> tuple[int, ...]:
    """Read ``"2,4,6"``.

    Raises
    ------
    click.UsageError
        If an order is not a positive integer.

    Examples
    --------
    >>> parse_orders("4,2")
    (2, 4)
    """
    items = [item.strip() for item in text.split(",")]
    if not all(item.isdecimal() and int(item) > 0 for item in items):
        raise click.UsageError(
            f"--orders {text!r}: positive whole numbers with commas are needed, as in 2,4,6"
        )
    return tuple(sorted({int(item) for item in items}))


@click.command(name="sample")
@net_options(width=True)
@click.option("--networks", type=int, required=True, help="Number M of networks to draw.")
@points_option
@click.option("--orders", default="2,4,6", show_default=True, help="Which n-point functions.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--out", type=click.Path(dir_okay=False), help="Also write the numbers to this netCDF file.")
@click.option("--resume", is_flag=True, help="Continue an interrupted run (not available yet).")
@json_option
def command(
    net: str,
    sigma_w: float | None,
    sigma_b: float | None,
    sigma_a: float | None,
    width: int,
    networks: int,
    points: list[list[float]],
    orders: str,
    seed: int,
    out: str | None,
    resume: bool,
    as_json: bool,
) -> None:
    """Sample M networks and print their correlators with errors (one standard deviation of the mean)."""
    wanted = parse_orders(orders)
    if resume:
        raise click.UsageError("--resume is not available yet; run without it")
    if not 0 <= seed < 2**63:
        raise click.UsageError(f"--seed {seed} was given; a seed from 0 to 2^63 - 1 is needed")
    from nnft_sym.archive import check_writable, write_sample
    from nnft_sym.jsonio import dumps
    from nnft_sym.progress import TerminalProgress
    from nnft_sym.tables import correlator_table, show
    from numerics.points import as_points
    from numerics.sampler import Ensemble

    if out is not None:
        check_writable(out)
    network = build_network(net, points, sigma_w, sigma_b, sigma_a, width)
    with TerminalProgress() as progress:
        found = Ensemble(network, as_points(points), seed=seed).correlators(
            networks, orders=wanted, progress=progress.sampling
        )
    if out is not None:
        write_sample(found, out)
    if as_json:
        rows = [
            {
                "order": order,
                "indices": found[order].indices,
                "value": found[order].value,
                "error": found[order].error,
                "quality": found[order].quality,
            }
            for order in wanted
        ]
        click.echo(
            dumps({"net": network.name, "width": width, "networks": networks, "seed": seed, "orders": rows})
        )
        return
    for order in wanted:
        one = found[order]
        show(correlator_table(f"{order}-point function", one.indices, one.value, one.error))
        show(f"Quality: {one.quality.value}.")
