"""``nnft cache``: the integrals kept on disk."""

import click

from nnft_sym.commands.options import json_option


@click.command(name="cache")
@click.option("--folder", help="Where they are kept. [default: the environment variable NNFT_CACHE]")
@click.option("--clear", is_flag=True, help="Remove all of them.")
@json_option
def command(folder: str | None, clear: bool, as_json: bool) -> None:
    """Show how many integrals are kept on disk, or remove them.

    Set NNFT_CACHE to a folder, and every integral is stored there when it is done and found again by what it
    is: kernel, inputs, cutoff, diagram, accuracy and version of the code.
    """
    from pathlib import Path

    from nnft_sym.jsonio import dumps
    from nnft_sym.printing.tables import show, table
    from numerics.integrals.resumable import ENVIRONMENT, store_of
    from numerics.integrals.store import IntegralStore

    if folder is not None and not Path(folder).is_dir():
        raise click.UsageError(f"--folder {folder} was given, and there is no such folder")
    store = IntegralStore(folder) if folder is not None else store_of(None)
    if store is None:
        raise click.UsageError(
            f"no folder was given and {ENVIRONMENT} is not set; say which with --folder, or set {ENVIRONMENT}"
        )
    removed = store.clear() if clear else 0
    fields = {
        "folder": str(store.folder),
        "integrals": len(store),
        "bytes": store.n_bytes,
        "max_bytes": store.max_bytes,
        "removed": removed,
    }
    if as_json:
        click.echo(dumps(fields))
        return
    show(table("Integrals kept on disk", ["", ""], [[name, str(value)] for name, value in fields.items()]))
