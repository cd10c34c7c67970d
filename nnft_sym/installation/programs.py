"""Programs and fonts beside Python: TeX for documents, mathematics in figures, Dask for clusters."""

from collections.abc import Callable, Iterator
from shutil import which

from nnft_sym.installation.diagnosis import Finding, State

#: Programs that turn our LaTeX into PDF; one is enough.
TEX = ("pdflatex", "lualatex", "xelatex", "tectonic")
#: Fonts of mathematics, any of which a browser may use for the formulas of a page.
MATHS_FONTS = ("STIXGeneral", "STIX Two Math", "Latin Modern Math", "Cambria Math", "cmr10")


def findings(find: Callable[[str], str | None] = which) -> Iterator[Finding]:
    """Look for TeX, fonts and Dask.

    Parameters
    ----------
    find : callable, optional
        ``(name) -> path or None``.

    Yields
    ------
    Finding
    """
    present = [name for name in TEX if find(name)]
    yield Finding(
        about="programs",
        name="TeX",
        value=", ".join(present) or "none",
        state=State.OK if present else State.MISSING,
        advice=""
        if present
        else "only for turning .tex files into PDF: install TeX Live or MiKTeX; pages, figures and PDF "
        "pictures need none",
    )
    yield _fonts()
    yield _dask()


def _fonts() -> Finding:
    """Look for fonts of mathematics where figures take them from."""
    try:
        from matplotlib.font_manager import fontManager

        known = {font.name for font in fontManager.ttflist}
    except Exception as error:  # whatever is wrong with it, that is the finding
        return Finding(
            about="programs", name="fonts", value=f"{type(error).__name__}: {error}", state=State.BROKEN,
            advice="figures need matplotlib: pip install -U matplotlib",
        )  # fmt: skip
    found = [name for name in MATHS_FONTS if name in known]
    return Finding(
        about="programs",
        name="fonts",
        value=", ".join(found) or "none for mathematics",
        state=State.OK if found else State.MISSING,
        advice="" if found else "install STIX Two Math or Latin Modern Math",
    )


def _dask() -> Finding:
    """See whether a cluster could be used."""
    from nnft_sym.installation.packages import installed_version

    version = installed_version("distributed")
    return Finding(
        about="programs",
        name="Dask",
        value=version or "none",
        state=State.OK if version else State.MISSING,
        advice="" if version else "only for --cluster: pip install 'nnft-sym[cluster]'",
    )
