"""``nnft cache``: the integrals kept on disk."""

import click

from diagrams.messages import shown
from nnft_sym.commands.options import json_option


@click.command(name="cache")
@click.option("--folder", help="Where they are kept. [default: the environment variable NNFT_CACHE]")
@click.option("--clear", is_flag=True, help="Remove all of them.")
@json_option
def command(folder: str | None, clear: bool, as_json: bool) -> None:
    """Show how many integrals are kept on disk, or remove them.

    Set NNFT_CACHE to a folder, and every integral is stored there when it is done and found again by what it
    is: kernel, inputs, cutoff, diagram, accuracy and version of the code. Only what nnft has stored is
    counted and removed; other files in the folder, and links, stay.
    """
    import os
    from pathlib import Path

    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import show, table
    from numerics.integrals.solve.resumable import ENVIRONMENT
    from numerics.integrals.solve.store import IntegralStore

    asked, given = "--folder", folder
    if folder is None:
        asked, given = ENVIRONMENT, os.environ.get(ENVIRONMENT)
    if not given:
        raise click.UsageError(
            f"no folder was given and {ENVIRONMENT} is not set; say which with --folder, or set {ENVIRONMENT}"
        )
    try:
        os.scandir(Path(given).expanduser()).close()
    except FileNotFoundError:
        raise click.UsageError(f"{asked} {shown(given)} was given, and there is no such folder") from None
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise click.UsageError(
            f"{asked} {shown(given)} was given, and it cannot be looked into: {why}"
        ) from None
    store = IntegralStore(given)
    removed = store.clear() if clear else 0
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
