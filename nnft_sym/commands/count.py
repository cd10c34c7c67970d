"""``nnft count``: how many diagrams there are."""

from contextlib import suppress

import click

from diagrams.messages import shown
from nnft_sym.commands.choices import Words
from nnft_sym.commands.options import WHOLE_NUMBER, json_option, whole_number

#: Larger numbers are no numbers of vertices.
_MOST = 10**9


def parse_vertices(text: str) -> dict[int, int]:
    """Read ``"4:6,6:1"`` as six vertices of valence 4 and one of valence 6.

    Raises
    ------
    click.UsageError
        If the text is not of that form.

    Examples
    --------
    >>> parse_vertices("4:6,6:1")
    {4: 6, 6: 1}
    """
    vertices: dict[int, int] = {}
    for item in text.split(",") if text.strip() else []:
        valence_text, colon, number_text = item.partition(":")
        valence = number = -1
        with suppress(click.BadParameter):
            valence, number = whole_number(valence_text), whole_number(number_text)
        if not (colon and 0 <= valence < _MOST and 0 <= number < _MOST):
            raise click.UsageError(
                f"--vertices {shown(text)}: {shown(item.strip())} is not of the form VALENCE:NUMBER; "
                "write for example 4:6,6:1 for six f^4 and one f^6 vertices"
            )
        if valence in vertices:
            raise click.UsageError(f"--vertices {shown(text)} gives valence {valence} twice; add the numbers")
        vertices[valence] = number
    return {valence: number for valence, number in sorted(vertices.items()) if number}


@click.command(name="count")
@click.option(
    "--vertices", required=True, metavar="V:N,...", help="Vertices as VALENCE:NUMBER, e.g. 4:6,6:1."
)
@click.option("-n", "n_external", type=WHOLE_NUMBER, required=True, help="Number of external points.")
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="NAME,...",
    help="Keep what passes all of these; may be given several times.",
)
@click.option(
    "--legs",
    type=Words(["labelled", "unlabelled"]),
    default="labelled",
    show_default=True,
    help="unlabelled: diagrams that differ only by a permutation of the external points count once.",
)
@json_option
def command(vertices: str, n_external: int, filters: tuple[str, ...], legs: str, as_json: bool) -> None:
    """Count diagrams without listing them; with no filter everything counts, vacuum parts included."""
    from diagrams import count
    from diagrams.filters import named_filter
    from nnft_sym.jsonio import dumps, unlimited_digits
    from nnft_sym.printing.tables import show, table
    from nnft_sym.progress.counts import CountProgress
    from nnft_sym.progress.ticker import Ticker

    names = list(dict.fromkeys(name.strip() for name in ",".join(filters).split(",") if name.strip()))
    content = parse_vertices(vertices)
    where = tuple(named_filter(name) for name in names)
    progress = CountProgress(where)
    try:
        with Ticker(progress.text):
            found = count(n_external, content, where, unlabelled=legs == "unlabelled", report=progress)
    except KeyboardInterrupt:
        click.echo(f"nnft: stopped: {progress.text()}", err=True)
        raise
    if as_json:
        click.echo(
            dumps(
                {
                    "n": n_external,
                    "vertices": vertices,
                    "filters": names,
                    "legs": legs,
                    "diagrams": found.diagrams,
                    "multiplicity_total": found.multiplicity_total,
                }
            )
        )
        return
    kind = "diagrams" if legs == "labelled" else "diagrams, points exchangeable"
    with unlimited_digits():
        rows = [[kind, f"{found.diagrams:,}"], ["Wick contractions", f"{found.multiplicity_total:,}"]]
    show(table(f"{n_external}-point diagrams with vertices {vertices}", ["", ""], rows))
