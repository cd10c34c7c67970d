"""What is kept on disk, where, how much of it, and whether more can be written there."""

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from nnft_sym.installation.diagnosis import Finding, State

#: How files of machine code end.
_COMPILED = (".nbi", ".nbc")


def findings() -> Iterator[Finding]:
    """Look at the folders of machine code, of integrals and of fonts, and at that for temporary files.

    Yields
    ------
    Finding
    """
    yield _machine_code()
    yield _integrals()
    yield _fonts()
    yield _temporary()


def size_of(folder: Path, counts: Callable[[Path], bool] = Path.is_file) -> int:
    """Add up the bytes of files below a folder; what may not be looked at counts nothing.

    Examples
    --------
    >>> size_of(Path("no/such/folder"))
    0
    """
    total = 0
    for place, _, names in os.walk(folder):
        for path in (Path(place) / name for name in names):
            try:
                total += path.lstat().st_size if counts(path) else 0
            except OSError:
                continue
    return total


def size_text(n_bytes: int) -> str:
    """Write a size.

    Examples
    --------
    >>> size_text(0), size_text(2_500_000), size_text(3 * 10**9)
    ('empty', '2.5 MB', '3.0 GB')
    """
    if n_bytes == 0:
        return "empty"
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 10**9 else f"{n_bytes / 1e6:.1f} MB"


def can_write(folder: Path) -> bool:
    """Tell whether files can be made in a folder, or the folder itself where it is not there yet.

    Examples
    --------
    >>> can_write(Path("/dev/null/inside"))
    False
    """
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    return place.is_dir() and os.access(place, os.W_OK)


def _machine_code() -> Finding:
    """Find where the compiler keeps machine code: as told, beside the program, or with the user's caches."""
    told = os.environ.get("NUMBA_CACHE_DIR")
    places = [Path(told)] if told else [path for path in map(_package, ("diagrams", "numerics")) if path]
    kept = sum(size_of(place, lambda path: path.suffix in _COMPILED) for place in places)
    if told or all(can_write(place) for place in places):
        where = told or "beside the package"
        return Finding(
            about="folders",
            name="machine code",
            value=f"{where}, {size_text(kept)}"
            + ("" if kept else ": the first run compiles (half a minute)"),
        )
    from numerics.files.places import cache_folder

    other = cache_folder().parent / "numba"
    if can_write(other):
        return Finding(about="folders", name="machine code", value=f"{other}, {size_text(size_of(other))}")
    return Finding(
        about="folders", name="machine code", value="no folder can be written to", state=State.MISSING,
        advice="everything is compiled in every run; set NUMBA_CACHE_DIR to a folder that can be written to",
    )  # fmt: skip


def _package(name: str) -> Path | None:
    spec = find_spec(name)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def _integrals() -> Finding:
    """Find where integrals are kept."""
    from numerics.files.places import integrals_folder
    from numerics.integrals.solve.resumable import ENVIRONMENT

    given = os.environ.get(ENVIRONMENT)
    folder = integrals_folder() if given is None else Path(given).expanduser()
    if given == "" or (given is None and not folder.is_dir()):
        return Finding(
            about="folders", name="integrals", value=f"not kept (nnft cache --on keeps them in {folder})"
            if given is None else f"not kept, since {ENVIRONMENT} is empty",
        )  # fmt: skip
    if not can_write(folder):
        return Finding(
            about="folders", name="integrals", value=f"{folder} cannot be written to", state=State.MISSING,
            advice=f"set {ENVIRONMENT} to a folder that can be written to",
        )  # fmt: skip
    return Finding(about="folders", name="integrals", value=f"{folder}, {size_text(size_of(folder))}")


def _fonts() -> Finding:
    """Find where matplotlib keeps its list of fonts; without a place every picture takes seconds more."""
    try:
        import matplotlib

        folder = Path(matplotlib.get_cachedir())
    except Exception as error:  # whatever is wrong with it, that is the finding
        return Finding(
            about="folders", name="list of fonts", value=f"{type(error).__name__}: {error}",
            state=State.BROKEN, advice="figures need matplotlib: pip install -U matplotlib",
        )  # fmt: skip
    if can_write(folder):
        return Finding(about="folders", name="list of fonts", value=f"{folder}, {size_text(size_of(folder))}")
    return Finding(
        about="folders", name="list of fonts", value=f"{folder} cannot be written to", state=State.MISSING,
        advice="figures take seconds more; set MPLCONFIGDIR to a folder that can be written to",
    )  # fmt: skip


def _temporary() -> Finding:
    """See that temporary files can be made."""
    import tempfile

    try:
        folder = Path(tempfile.gettempdir())
    except OSError as error:
        return Finding(
            about="folders", name="temporary files", value=str(error), state=State.BROKEN,
            advice="set TMPDIR to a folder that can be written to",
        )  # fmt: skip
    return Finding(about="folders", name="temporary files", value=str(folder))
