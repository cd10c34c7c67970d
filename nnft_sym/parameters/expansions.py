"""Which expansion: the parameters of ``expand`` and ``draw``, and of ``count``."""

import re
from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

from diagrams.diagram import Diagram
from diagrams.errors import NNFTError
from diagrams.loops import LoopRange
from diagrams.messages import shown
from nnft_sym.expansions.kinds import KIND_ALIASES
from nnft_sym.expansions.truncation import DERIVED, CountingLike, OrderLike
from nnft_sym.expansions.width_order import power_of_width
from nnft_sym.parameters.given_diagrams import DIAGRAMS
from nnft_sym.parameters.orders import order_help
from nnft_sym.parameters.parameter import Parameter
from nnft_sym.parameters.readers import Refused, Several, Text, Whole, Word

if TYPE_CHECKING:
    from nnft_sym.actions.action import Action

_SAMPLE = "one number per coupling, as in lambda=2,kappa=1"


@dataclass(frozen=True, eq=False, repr=False)
class Powers:
    """A number, or one number per coupling: orders and countings.

    Parameters
    ----------
    other : str
        What may stand in place of the list, for messages.
    word : str, optional
        A word that may stand there.
    number : bool, optional
        Whether one number may.

    Examples
    --------
    >>> Powers("a number such as 2").check("lambda=2, kappa=1"), Powers("").check("3/2")
    ({'lambda': 2, 'kappa': 1}, Fraction(3, 2))
    >>> Powers("").check("1/N^2"), Powers("", number=False).check("lambda=1/N,kappa=1/N^2")
    ('1/N^2', {'lambda': 1, 'kappa': 2})
    """

    other: str
    word: str = ""
    number: bool = True

    def read(self, text: str) -> object:
        """Leave it."""
        return text

    def check(self, value: object, folder: Path | None = None) -> OrderLike | str:
        """Return a number, the word, or the numbers by name."""
        text = str(value)
        if self.word and text.strip() == self.word:
            return self.word
        if "=" in text:
            return self._by_name(text)
        if not self.number:
            self._one(text, text)
            raise Refused(f"{shown(text)} is one number: write {self.other} or {_SAMPLE}")
        if self.number and "N" in text and power_of_width(text) is not None:
            return text.strip()
        return self._one(text, text)

    def _by_name(self, text: str) -> dict[str, int]:
        powers: dict[str, int] = {}
        for part in text.split(","):
            name, _, number = (word.strip() for word in part.partition("="))
            if not name or name in powers:
                raise Refused(f"{shown(text)} is not read: write each coupling once, as in {_SAMPLE}")
            # A fraction is kept so that `expand` can refuse it with the message that names the coupling.
            power = None if self.number else power_of_width(number)
            powers[name] = cast(int, self._one(number if power is None else str(power), text))
        return powers

    def _one(self, number: str, text: str) -> int | Fraction:
        # Written out, 1e99999 would fill the memory; nothing that is meant has an exponent of three digits.
        bounded = re.fullmatch(r"[^eE]{1,20}([eE][-+]?[0-9]{1,2})?", number.strip())
        try:
            value = Fraction(number) if bounded else None
        except (ValueError, ZeroDivisionError):
            value = None
        if value is None:
            number_like = re.fullmatch(r"[-+]?[0-9][0-9_.]*([eE][-+]?[0-9]+)?", number.strip())
            what = "holds a number out of range" if number_like else "is not read"
            raise Refused(f"{shown(text)} {what}: write {self.other} or {_SAMPLE}")
        return int(value) if value.denominator == 1 else value


@dataclass(frozen=True, eq=False, repr=False)
class Loops:
    """Numbers of loops: the largest, or the smallest and the largest.

    Examples
    --------
    >>> Loops().check("2"), Loops().check("1-2")
    (LoopRange(most=2, fewest=0), LoopRange(most=2, fewest=1))
    """

    def read(self, text: str) -> object:
        """Leave it."""
        return text

    def check(self, value: object, folder: Path | None = None) -> LoopRange:
        """Return the range."""
        found = re.fullmatch(r"\s*(?:(\d{1,6})\s*-\s*)?(\d{1,6})\s*", str(value))
        fewest, most = (int(found[1] or 0), int(found[2])) if found else (1, 0)
        if fewest > most:
            raise Refused(
                f"{shown(value)} was given; a whole number is needed, as in 2 for 0, 1 and 2 loops, or a "
                "range, as in 2-2 for two loops only"
            )
        return LoopRange(most, fewest)


@dataclass(frozen=True, eq=False, repr=False)
class Filters(Several):
    """Names of filters with commas between them, in one option or in several.

    Examples
    --------
    >>> Filters().check(("connected, onepi", "No-Self-Loop"))
    ('connected', 'one_particle_irreducible', 'no_self_loop')
    """

    def known(self) -> tuple[str, ...]:
        """Give the names of filters."""
        from diagrams.filters import ALL_FILTERS

        return tuple(one.name for one in ALL_FILTERS)

    def check(self, value: object, folder: Path | None = None) -> tuple[str, ...]:
        """Return the name that is ours for each, once."""
        from diagrams.filters import named_filter

        return tuple(dict.fromkeys(named_filter(name).name for name in super().check(value, folder)))


class ActionText(Text):
    """An action in the grammar of `nnft_sym.actions.action.Action`.

    Examples
    --------
    >>> ActionText().check("lambda*f^4 +")
    Traceback (most recent call last):
    nnft_sym.parameters.readers.Refused: ... column 13...
    """

    def read(self, text: str) -> object:
        """Read a file, ``@action.txt``, or standard input, ``-``; there ``#`` begins a comment.

        The blank that keeps an action with a minus sign from being an option is taken away.
        """
        from nnft_sym.storage.text_files import text_of

        if text.startswith(" -"):
            return text.removeprefix(" ")
        read = text_of(text)
        return read if read == text else "\n".join(line.partition("#")[0] for line in read.splitlines())

    def check(self, value: object, folder: Path | None = None) -> str:
        """Return a text that can be read."""
        from nnft_sym.actions.action import Action

        text = super().check(value)
        try:
            Action(text)
        except NNFTError as error:
            raise Refused(error.said) from None
        return text


class ActionOfAField(ActionText):
    """An action whose field has a name that another option gives: it is read once both are there."""

    def check(self, value: object, folder: Path | None = None) -> str:
        """Return the text."""
        return Text.check(self, value)


class FieldName(Text):
    """The name of the field in an action.

    Examples
    --------
    >>> FieldName().check("φ")
    'phi'
    """

    def check(self, value: object, folder: Path | None = None) -> str:
        """Return the name in its one spelling."""
        from nnft_sym.actions.field_names import field_name

        try:
            return field_name(super().check(value))
        except NNFTError as error:
            raise Refused(error.said) from None


ACTION = Parameter(ActionText(), argument=True, metavar="[ACTION]")
ACTION_OF_A_FIELD = Parameter(ActionOfAField(), argument=True, metavar="[ACTION]")
FIELD = Parameter(
    FieldName(),
    "What the field is called in ACTION; every output writes f.",
    metavar="NAME",
    default="f, or phi where there is no f",
)
N_OUTPUTS = Parameter(
    Whole(1),
    "Without an action: number of outputs of the networks; with several, a line carries a δ of its outputs. "
    "An action says the same by products f.f.",
)
N_POINTS = Parameter(Whole(0), "Number of external points.", option="-n")
ORDER = Parameter(
    Powers("a number such as 2, a power of 1/N such as 1/N^2,"),
    order_help("expand"),
    metavar="NUMBER|NAME=NUMBER,..",
    default="1, or with --loops no bound",
)
VERTICES_AT_MOST = Parameter(Whole(0), order_help("count"), default="1, or with --loops no bound")
LOOPS = Parameter(
    Loops(), "Largest number of loops; or a range, as in 2-2 for two loops only.", metavar="L|L-L"
)
FILTER = Parameter(
    Filters(),
    "Keep what passes all of these, in one option or several: connected, no_vacuum, no_self_loop, "
    "no_tadpole, one_particle_irreducible, two_particle_irreducible, skeleton, onshell, "
    "no_self_energy, no_snail, simple, bipartite (docs/filters.md).",
    option="--filter",
    metavar="NAME,...",
    repeated=True,
)
COUNTING = Parameter(
    Powers(f"'{DERIVED}'", word=DERIVED, number=False),
    "Count powers of 1/N: '1/N' takes (v-2)/2 for the coupling of f^v; or give them, as in "
    "lambda=1/N,kappa=1/N^2 or lambda=1,kappa=2.",
    metavar="1/N|NAME=NUMBER,...",
)
SCHEME = Parameter(
    Word(("bare", "exact")), "What a line is: the propagator of S_GP, or the exact 2-point function."
)
AROUND = Parameter(
    Word(("gaussian", "network")),
    "What the action is added to: S_GP, or the ensemble of networks itself, exactly in N, with connected "
    "correlators of more than two legs as shaded discs.",
)
KIND = Parameter(
    Word(("full", "normalised", "connected", "amputated", "1pi", "2pi", "skeleton"), KIND_ALIASES),
    "Which function: with vacuum parts, without, one component, without corrections of external lines, "
    "irreducible by cutting one line or two, without insertions.",
)
LEGS = Parameter(
    Word(("labelled", "unlabelled")),
    "Whether diagrams that differ only by a permutation of the external points are several or one.",
)


def action_of(text: str, field: str | None) -> "Action":
    """Read an action whose field may have a name of its own.

    Raises
    ------
    Refused
        If it cannot be read.
    """
    from nnft_sym.actions.action import Action

    try:
        return Action(text, field)
    except NNFTError as error:
        raise Refused.about("action", error.said) from None


@dataclass(frozen=True, kw_only=True)
class TheoryParameters:
    """Which function of which action.

    Attributes
    ----------
    action : str, optional
        Without it the free theory.
    scheme, kind, around : str
    outputs : int
    filters : tuple of str
    loops : LoopRange, optional
    """

    action: Annotated[str | None, ACTION_OF_A_FIELD] = None
    field: Annotated[str | None, FIELD] = None
    scheme: Annotated[str, SCHEME] = "bare"
    kind: Annotated[str, KIND] = "normalised"
    around: Annotated[str, AROUND] = "gaussian"
    outputs: Annotated[int, N_OUTPUTS] = 1
    filters: Annotated[tuple[str, ...], FILTER] = ()
    loops: Annotated[LoopRange | None, LOOPS] = None

    @property
    def theory(self) -> "Action":
        """The action; without one the free theory, in which nothing that is for vertices has an effect.

        Raises
        ------
        Refused
            If outputs are given beside an action, or an order or a counting without one.
        """
        from nnft_sym.actions.action import free_theory

        if self.action is None:
            if self.field is not None:
                raise Refused.about("field", f"{self.field} was given without an action; leave it out")
            return free_theory(self.outputs)
        if self.outputs != 1:
            raise Refused.about(
                "outputs",
                f"{self.outputs} was given beside the action {self.action}, which says itself whether there "
                "are several outputs, by products f.f as in lambda*(f.f)^2; leave one of them out",
            )
        return action_of(self.action, self.field)

    def refuse_without_action(self, **given: object) -> None:
        """Refuse what has an effect on vertices only, where there is no action; probably it was forgotten."""
        for name, value in given.items():
            if self.action is None and value is not None:
                raise Refused.about(
                    name,
                    f"{value} was given without an action, and the free theory has no vertices; give an "
                    "action, such as 'lambda*f^4', or leave it out",
                )

    @property
    def lines(self) -> str:
        """What lines are, as `nnft_sym.expansions.schemes.Scheme` has it.

        Raises
        ------
        Refused
            If exact lines are asked for around a network, where they are so anyway and nothing is dropped.
        """
        if self.around == "gaussian":
            return self.scheme
        if self.scheme != "bare":
            raise Refused.about(
                "scheme",
                f"{self.scheme!r} was given beside --around network, whose lines are exact and drop no "
                "diagram; leave one of them out",
            )
        return "network"


@dataclass(frozen=True, kw_only=True)
class CorrelatorParameters(TheoryParameters):
    """Which n-point function of which action.

    Attributes
    ----------
    n : int
        Number of external points.
    """

    n: Annotated[int, N_POINTS]


@dataclass(frozen=True, kw_only=True)
class ExpansionParameters(CorrelatorParameters):
    """A function to some order, in couplings or in 1/N.

    Attributes
    ----------
    order, counting
        As in `nnft_sym.expansions.expansion.expand`.
    """

    order: Annotated[OrderLike | None, ORDER] = None
    counting: Annotated[CountingLike, COUNTING] = None

    def __post_init__(self) -> None:
        order = None if self.order in (0, 1) else self.order
        self.refuse_without_action(order=order, counting=self.counting, loops=_words(self.loops))


@dataclass(frozen=True, kw_only=True)
class DrawnParameters(TheoryParameters):
    """A function to some number of vertices, or diagrams that are given themselves.

    Attributes
    ----------
    n : int or None
        Number of external points; None beside given diagrams.
    order : int
    diagrams : tuple of Diagram
    """

    n: Annotated[int | None, N_POINTS] = None
    order: Annotated[int | None, VERTICES_AT_MOST] = None
    diagrams: Annotated[tuple[Diagram, ...], DIAGRAMS] = ()

    def __post_init__(self) -> None:
        if self.diagrams:
            self._refuse_beside_diagrams()
            return
        if self.n is None:
            raise Refused.about(
                "n", "nothing was given; the number of external points is needed, or a --diagram"
            )
        order = None if self.order in (0, 1) else self.order
        self.refuse_without_action(order=order, loops=_words(self.loops))

    @property
    def points(self) -> int:
        """Number of external points, of the diagram with fewest of them."""
        if self.n is not None:
            return self.n
        return min((one.n_external for one in self.diagrams), default=0)

    def _refuse_beside_diagrams(self) -> None:
        """Refuse what says which diagrams an expansion has."""
        for field in fields(DrawnParameters):
            value = getattr(self, field.name)
            if field.name != "diagrams" and value != field.default:
                raise Refused.about(
                    field.name,
                    "it was given beside --diagram, which says itself what is drawn; leave one of them out",
                )


def _words(loops: LoopRange | None) -> str | None:
    return None if loops is None else loops.text
