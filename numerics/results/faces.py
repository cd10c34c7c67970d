"""How a result reaches those who show and save it: by name, when it is asked for.

The renderers stand on the top floor and read plain fields (`Content`); results know their names only.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from diagrams.messages import shown

if TYPE_CHECKING:
    import pandas
    import xarray

#: What a result can be asked for, and who answers.
FACES: Mapping[str, str] = MappingProxyType(
    {
        "html": "nnft_sym.faces.notebook:html",
        "words": "nnft_sym.faces.notebook:words",
        "save": "nnft_sym.faces.saving:save",
        "plot": "nnft_sym.faces.notebook:drawn",
        "dataframe": "nnft_sym.faces.labelled_tables:dataframe",
        "tree": "nnft_sym.faces.netcdf:labelled_tree",
        "scan": "nnft_sym.report.width_plots:width_dataset",
    }
)
#: Lines of a repr.
MOST_LINES = 10
#: Characters of such a line.
MOST_LETTERS = 110


@dataclass(frozen=True)
class Content:
    """A result as plain fields.

    Attributes
    ----------
    title : str
        What it is, in a few words.
    facts : mapping
        Numbers and words about the whole, by name.
    columns : tuple of str
        Names of the columns; empty if the facts are all there is.
    rows : callable
        Gives the rows, from the first on.
    n_rows : int
    """

    title: str
    facts: Mapping[str, object] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    rows: Callable[[], Iterable[tuple[Any, ...]]] = tuple
    n_rows: int = 0


class Described:
    """What shows itself in notebooks: networks, kernels, ensembles, by what they were made with."""

    __slots__ = ()

    def plain_fields(self) -> Content:
        """Give it as plain fields."""
        given: tuple[Field[Any], ...] = fields(self) if is_dataclass(self) else ()
        facts: dict[str, object] = {
            one.name: repr(getattr(self, one.name))[:MOST_LETTERS] for one in given if one.repr
        }
        return Content(type(self).__name__, facts)

    def _repr_html_(self) -> str:
        written: str = face("html")(self)
        return written


class Shown(Described):
    """What shows itself, draws itself and saves itself; a class says how in `plain_fields`."""

    __slots__ = ()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the result to a file, in the form that its suffix names.

        Parameters
        ----------
        path : path-like
            ``.nc`` (netCDF, read by xarray; correlators are read back by `nnft_sym.load`), ``.csv`` (a row
            for each element), ``.json`` (everything), or a picture of it: ``.svg``, ``.pdf``, ``.png``.

        Returns
        -------
        Path

        Raises
        ------
        UnwritableResult
            If the suffix is another one, or there is nothing to draw.
        UnwritableOutput
            If nothing can be written there.
        """
        written: Path = face("save")(self, path)
        return written

    def plot(self, *beside: Any) -> Any:
        """Draw the numbers with their errors.

        Parameters
        ----------
        *beside : results of the same kind, optional
            Drawn into the same axes, as in ``sample.plot(exact)``.

        Returns
        -------
        matplotlib.figure.Figure
        """
        return face("plot")(self, *beside)

    def to_dataframe(self) -> "pandas.DataFrame":
        """Return the numbers as a table of pandas, a row for each; ``attrs`` say what holds for all."""
        made: pandas.DataFrame = face("dataframe")(self)
        return made

    def to_xarray(self) -> "xarray.Dataset | xarray.DataTree":
        """Return the numbers with their labels for xarray, as ``save("….nc")`` writes them."""
        made: xarray.Dataset | xarray.DataTree = face("tree")(self)
        return made

    def __repr__(self) -> str:
        return in_brief(self.plain_fields())


def face(name: str) -> Callable[..., Any]:
    """Load the function that gives a face.

    Examples
    --------
    >>> face("save").__module__
    'nnft_sym.faces.saving'
    """
    module, _, function = FACES[name].partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


def in_brief(content: Content) -> str:
    """Write a result in at most ten lines.

    Examples
    --------
    >>> print(in_brief(Content("2 numbers", {"method": "by hand"}, ("value",), lambda: [(1.0,), (2.5,)], 2)))
    <2 numbers
      method: by hand
      value 1
      value 2.5>
    """
    facts = [
        f"  {name}: {written(value)}" for name, value in content.facts.items() if value not in ("", None)
    ]
    left = MOST_LINES - 2 - len(facts)
    rows = [
        "  " + ", ".join(f"{name} {written(one)}" for name, one in zip(content.columns, row, strict=True))
        for row in islice(content.rows(), max(min(content.n_rows, left), 0))
    ]
    if content.n_rows > len(rows):
        rows.append(f"  ... ({content.n_rows - len(rows)} more rows)")
    lines = [f"<{content.title}", *facts, *rows][:MOST_LINES]
    cut = [line if len(line) <= MOST_LETTERS else line[: MOST_LETTERS - 4] + " ..." for line in lines]
    return "\n".join(cut) + ">"


def unusual(made: Any, longest: int = 200) -> str:
    """Write what a dataclass was made with, leaving out what is as usual; on one line.

    Examples
    --------
    >>> @dataclass
    ... class Jug:
    ...     litres: float
    ...     colour: str = "blue"
    ...     handles: int = 1
    >>> unusual(Jug(2.0, handles=2))
    'Jug(litres=2.0, handles=2)'
    """
    words = [
        f"{one.name}={shown(getattr(made, one.name), longest)}"
        for one in fields(made)
        if one.repr and getattr(made, one.name) != _usual(one)
    ]
    return f"{type(made).__name__}({', '.join(words)})"


def _usual(one: Field[Any]) -> object:
    return one.default if one.default_factory is MISSING else one.default_factory()


def written(value: object) -> str:
    """Write a number with six digits, anything else as it is."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
