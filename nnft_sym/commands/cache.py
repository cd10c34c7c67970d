"""``nnft cache``: the integrals kept on disk."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from diagrams.messages import shown
from nnft_sym.commands.options import ParameterCommand, json_option, takes
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Flag, Refused, Text

if TYPE_CHECKING:
    from numerics.integrals.solve.store import IntegralStore

FOLDER = Parameter(
    Text(), "Where they are kept.", default="that of NNFT_CACHE, or $XDG_CACHE_HOME/nnft_sym/integrals"
)
CLEAR = Parameter(Flag(), "Remove all of them.")
ON = Parameter(Flag(), "Keep integrals from now on: make the folder.")
OFF = Parameter(Flag(), "Keep none from now on: remove all of them, and the folder if nothing else is there.")


@dataclass(frozen=True, kw_only=True)
class CacheParameters:
    """Which integrals, and what is done with them; one thing at most.

    Examples
    --------
    >>> CacheParameters(clear=True, on=True)
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: --on and --clear were both given; give one of them
    """

    folder: Annotated[str | None, FOLDER] = None
    clear: Annotated[bool, CLEAR] = False
    on: Annotated[bool, ON] = False
    off: Annotated[bool, OFF] = False

    def __post_init__(self) -> None:
        given = [name for name in ("on", "off", "clear") if getattr(self, name)]
        if len(given) > 1:
            raise Refused(f"{' and '.join(f'--{name}' for name in given)} were both given; give one of them")


@click.command(name="cache", cls=ParameterCommand)
@takes(asked=CacheParameters)
@json_option
def command(asked: CacheParameters, as_json: bool) -> None:
    """Show how many integrals are kept on disk, keep them from now on, or remove them.

    An integral that is kept is found again by what it is: kernel, inputs, cutoff, diagram, accuracy and
    version of the code. They are kept in the folder of the variable NNFT_CACHE; where that is not set, in
    $XDG_CACHE_HOME/nnft_sym/integrals (~/.cache without that variable) once --on has made it. An empty
    NNFT_CACHE turns both off. Only what nnft has stored is counted and removed; other files in the folder,
    and links, stay. Machine code is kept elsewhere: nnft doctor says where.
    """
    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import show, table
    from numerics.integrals.solve.store import IntegralStore

    store = IntegralStore(_folder(asked))
    removed = store.clear() if asked.clear or asked.off else 0
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
    if asked.off:
        _remove_folder(store)
    if as_json:
        click.echo(dumps(fields))
        return
    show(table("Integrals kept on disk", ["", ""], [[name, str(value)] for name, value in fields.items()]))


def _remove_folder(store: "IntegralStore") -> None:
    """Remove the empty folders; what is not ours keeps them."""
    try:
        for folder in (*store.folder.glob("[0-9a-f][0-9a-f]"), store.folder):
            folder.rmdir()
    except OSError as error:
        click.echo(f"note: the folder stays, since it cannot be removed: {error.strerror}", err=True)


def _folder(asked: CacheParameters) -> str:
    """Find the folder, and make sure that it can be looked into."""
    from numerics.files.places import integrals_folder
    from numerics.integrals.solve.resumable import ENVIRONMENT

    place, given = "--folder", asked.folder
    if given is None:
        place, given = ENVIRONMENT, os.environ.get(ENVIRONMENT)
    if given is None:
        place, given = "the folder of integrals", str(integrals_folder())
    if not given:
        raise click.UsageError(
            f"no folder was given and {ENVIRONMENT} is empty, so that no integrals are kept; say which with "
            f"--folder, or unset {ENVIRONMENT}"
        )
    if asked.on:
        return given
    try:
        os.scandir(Path(given).expanduser()).close()
    except FileNotFoundError:
        raise click.UsageError(
            f"{place}: {shown(given)} was given, and there is no such folder"
            if place != "the folder of integrals"
            else f"no integrals are kept: there is no folder {shown(given)}; nnft cache --on makes it, or "
            f"say which with --folder, or set {ENVIRONMENT}"
        ) from None
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise click.UsageError(
            f"{place}: {shown(given)} was given, and it cannot be looked into: {why}"
        ) from None
    return given
