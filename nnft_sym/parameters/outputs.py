"""Where results go: ``--out``, whose suffix says what is written, by one rule in every command."""

from dataclasses import dataclass
from pathlib import Path

from diagrams.messages import did_you_mean
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import refused

#: Suffixes of matrices; of numbers with their names (those that `save` of a result takes); of pictures.
MATRICES = (".csv", ".npy")
DATA = (".nc", ".csv", ".json")
PICTURES = (".svg", ".pdf", ".png")
#: Suffixes of netCDF, whatever its users call it.
NETCDF = (".nc", ".nc4", ".cdf", ".h5", ".hdf5")


@dataclass(frozen=True, eq=False, repr=False)
class OutputFile:
    """A file that can be written.

    Attributes
    ----------
    given : str
        Its name as given.
    target : Path
        The file; for a link, what it points to.
    suffix : str
        What the name ends in, in small letters.
    is_stream : bool
        Whether it is no file, but standard output.
    """

    given: str
    target: Path
    suffix: str
    is_stream: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class Output:
    """The name of a file of results, checked before any work.

    Parameters
    ----------
    suffixes : tuple of str
        How it may end, in capitals or not.

    Examples
    --------
    >>> Output((".nc", ".h5")).check("run.csv")
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: 'run.csv' was given; a file name ending in .nc or .h5 is needed
    """

    suffixes: tuple[str, ...]

    def read(self, text: str) -> object:
        """Leave it."""
        return text

    def check(self, value: object, folder: Path | None = None) -> OutputFile:
        """Return the file.

        Raises
        ------
        Refused
            If the name ends otherwise.
        UnwritableOutput
            If nothing can be written there.
        """
        from nnft_sym.storage.writing import check_writable

        given = str(value)
        target, suffix = check_writable(given), Path(given).suffix.lower()
        if suffix not in self.suffixes:
            *others, last = self.suffixes
            allowed = f"{', '.join(others)} or {last}" if others else last
            near = did_you_mean(suffix, self.suffixes) if len(suffix) > 2 else ""
            raise refused(given, f"a file name ending in {allowed} is needed{near}")
        return OutputFile(given, target, suffix)


@dataclass(frozen=True, eq=False, repr=False)
class OutputOrStream(Output):
    """The same, or standard output: ``-``, with a suffix if it is not the first one, as in ``-.tex``.

    Parameters
    ----------
    printed : tuple of str
        Suffixes of what is text, and may be printed.

    Examples
    --------
    >>> out = OutputOrStream((".svg", ".png", ".tex"), printed=(".svg", ".tex"))
    >>> [out.check(name).suffix for name in ("-", "-.tex")]
    ['.svg', '.tex']
    >>> out.check("-.png")
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: '-.png' was given; standard output takes .svg or .tex, and a file ...
    """

    printed: tuple[str, ...] = ()

    def check(self, value: object, folder: Path | None = None) -> OutputFile:
        """Return the file, or standard output.

        Raises
        ------
        Refused, UnwritableOutput
            As in `Output.check`.
        """
        given = str(value).removeprefix(" ")  # of a word that looks like an action with a minus sign
        if Path(given).stem == "-" and Path(given).name == given:
            suffix = Path(given).suffix.lower() or self.printed[0]
            if suffix in self.printed:
                return OutputFile(given, Path(f"-{suffix}"), suffix, is_stream=True)
            if suffix in self.suffixes:
                takes = " or ".join(self.printed)
                raise refused(given, f"standard output takes {takes}, and a file the others")
        return super().check(value, folder)


def output(suffixes: tuple[str, ...], what: str) -> Parameter:
    """Describe ``--out`` of one command.

    Examples
    --------
    >>> output(MATRICES, "Write K to a file, too.").metavar
    'FILE.csv|.npy'
    """
    return Parameter(Output(suffixes), what, metavar=f"FILE{'|'.join(suffixes)}")


def output_or_stream(suffixes: tuple[str, ...], printed: tuple[str, ...], what: str) -> Parameter:
    """Describe ``--out`` of a command that writes to standard output as well.

    Examples
    --------
    >>> output_or_stream((".svg", ".png"), (".svg",), "Where pictures go.").metavar
    'FILE.svg|.png|-'
    """
    return Parameter(OutputOrStream(suffixes, printed), what, metavar=f"FILE{'|'.join((*suffixes, '-'))}")
