"""``nnft cache``: the integrals kept on disk."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import click

from diagrams.messages import shown
from nnft_sym.commands.options import ParameterCommand, json_option, takes
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Text

FOLDER = Parameter(Text(), "Where they are kept.", default="the environment variable NNFT_CACHE")
CLEAR = Parameter(Flag(), "Remove all of them.")


@dataclass(frozen=True, kw_only=True)
class CacheParameters:
    """Which integrals, and what is done with them."""

    folder: Annotated[str | None, FOLDER] = None
    clear: Annotated[bool, CLEAR] = False


@click.command(name="cache", cls=ParameterCommand)
@takes(asked=CacheParameters)
@json_option
def command(asked: CacheParameters, as_json: bool) -> None:
    """Show how many integrals are kept on disk, or remove them.

    Set NNFT_CACHE to a folder, and every integral is stored there when it is done and found again by what it
    is: kernel, inputs, cutoff, diagram, accuracy and version of the code. Only what nnft has stored is
    counted and removed; other files in the folder, and links, stay.
    """
    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import show, table
    from numerics.integrals.solve.store import IntegralStore

    store = IntegralStore(_folder(asked.folder))
    removed = store.clear() if asked.clear else 0
    fields = {
        "folder": str(store.folder),
        "integrals": len(store),
        "bytes": store.n_bytes,
        "max_bytes": store.max_bytes,
        "removed": removed,
    }
    if closed := store.closed:
        folders = "a subfolder" if closed == 1 else f"{closed} subfolders"
        click.echo(f"note: {folders} may not be looked into, and what is there is not counted", err=True)
    if as_json:
        click.echo(dumps(fields))
        return
    show(table("Integrals kept on disk", ["", ""], [[name, str(value)] for name, value in fields.items()]))


def _folder(folder: str | None) -> str:
    """Find the folder, and make sure that it can be looked into."""
    from numerics.integrals.solve.resumable import ENVIRONMENT

    place, given = "--folder", folder
    if folder is None:
        place, given = ENVIRONMENT, os.environ.get(ENVIRONMENT)
    if not given:
        raise click.UsageError(
            f"no folder was given and {ENVIRONMENT} is not set; say which with --folder, or set {ENVIRONMENT}"
        )
    try:
        os.scandir(Path(given).expanduser()).close()
    except FileNotFoundError:
        raise click.UsageError(f"{place}: {shown(given)} was given, and there is no such folder") from None
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise click.UsageError(
            f"{place}: {shown(given)} was given, and it cannot be looked into: {why}"
        ) from None
    return given
