"""What the fuzzer asks of the product: strategies of hypothesis for whole command lines and for documents.

A `Case` is all that is needed to repeat it: which front is called, the words, the files it finds in its empty
working folder, the environment. Valid inputs are drawn first and then spoilt: pure noise is refused at the
door. The work asked for stays small (orders to 3, networks to 1000, widths to 50), or is absurd and must be
refused at once; `modest` cuts what lies between. Nothing names a place outside the working folder.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from hypothesis import strategies as st

from tests.field import fuzz_duality, fuzz_shipped, fuzz_words
from tests.field.fuzz_case import Case, FileSpec

Words = tuple[str, ...]
Strategy = st.SearchStrategy

# --------------------------------------------------------------------------------------------------- texts

#: Beyond these an input is legitimate work of hours; absurd sizes (from 1e17 on) must be refused.
_LIMITS = {
    "--networks": 1000, "--neurons": 1000, "--experiments": 5, "--blocks": 2000, "--width": 50,
    "--widths": 50,
    "--threads": 4, "--order": 3, "--orders": 8, "-n": 6,
}  # fmt: skip
_ABSURD = 1e17


def numbers() -> Strategy[str]:
    """Reasonable numbers as people write them."""
    return st.one_of(
        st.floats(-3, 3).map(lambda x: f"{x:.3g}"),
        st.integers(-5, 9).map(str),
        st.sampled_from(["0.5", "1e-3", "1.0", "2e0", "-.5", "1", "0.1", "0.3", "-0.7"]),
    )


def strange_texts() -> Strategy[str]:
    """Texts that nobody should write."""
    return st.one_of(
        st.sampled_from(fuzz_words.STRANGE_TEXTS),
        st.sampled_from(fuzz_words.STRANGE_NUMBERS),
        st.text(fuzz_words.STRANGE_LETTERS, max_size=12),
    )


def spoilt(text: str) -> Strategy[str]:
    """Change one or two letters of a text: what a slip of the keyboard makes of it."""

    def change(edits: list[tuple[str, int, str]]) -> str:
        letters = list(text)
        for kind, place, letter in edits:
            at = place % (len(letters) + 1)
            if kind == "insert":
                letters.insert(at, letter)
            elif kind == "delete":
                del letters[at : at + 1]
            elif kind == "double":
                letters[at:at] = letters[at : at + 3]
            elif kind == "cut":
                del letters[at:]
            else:
                letters[at : at + 1] = [letter]
        return "".join(letters)

    kinds = st.sampled_from(["insert", "delete", "double", "cut", "replace"])
    edit = st.tuples(kinds, st.integers(0, 400), st.sampled_from(sorted(set(fuzz_words.STRANGE_LETTERS))))
    return st.lists(edit, min_size=1, max_size=2).map(change)


def often(good: Strategy[str], share: int = 5) -> Strategy[str]:
    """Draw a good text, once in `share` a spoilt one or something else altogether."""

    def choose(number: int) -> Strategy[str]:
        if number == share:  # in the middle: hypothesis prefers the ends
            return st.one_of(good.flatmap(spoilt), strange_texts())
        return good

    return st.integers(0, 2 * share).flatmap(choose) | good


# ------------------------------------------------------------------------------------------------- actions


def actions() -> Strategy[str]:
    """Actions, most of them good, by the grammar of `nnft_sym.actions.parsing` and a little beyond it."""
    term = st.tuples(
        st.sampled_from(["", *fuzz_words.NAMES]),
        st.sampled_from(fuzz_words.FIELDS),
        st.sampled_from(fuzz_words.COEFFICIENTS),
    )
    simple = st.sampled_from(fuzz_words.ACTIONS)
    joined = st.lists(term, min_size=1, max_size=3).map(
        lambda terms: " + ".join(
            f"{number}{name}*{power}" if name else number + power for name, power, number in terms
        )
    )
    nested = st.integers(1, 400).map(lambda depth: "(" * depth + "lambda*f^4" + ")" * depth)
    return st.integers(0, 9).flatmap(
        lambda number: joined if number < 3 else nested if number == 3 else often(simple, 3)
    )


# -------------------------------------------------------------------------------------------------- values


def points() -> Strategy[str]:
    """Points as the command line reads them."""

    def of(dimension: int) -> Strategy[str]:
        point = st.lists(numbers(), min_size=dimension, max_size=dimension).map(",".join)
        return st.lists(point, min_size=1, max_size=4).map(";".join)

    return often(
        st.one_of(st.integers(1, 3).flatmap(of), plain_points(), st.sampled_from(fuzz_words.POINTS)), 6
    )


def plain_points() -> Strategy[str]:
    """One to four points on the line."""
    return st.lists(numbers(), min_size=1, max_size=4).map(";".join)


def diagrams() -> Strategy[str]:
    """Lines of a diagram, as ``--diagram`` reads them."""
    return often(st.sampled_from(fuzz_words.DIAGRAMS), 3)


def _listed(*good: str) -> Strategy[str]:
    return often(st.sampled_from(good), 6)


#: Rarely given: it starts processes, or another study than the small one.
_RARE = {"--cluster", "--help", "--threads", "--version"}


@st.composite
def studies(draw: st.DrawFn) -> FileSpec:
    """A study file: some lines changed, letters spoilt, or bytes broken."""
    text = fuzz_words.STUDY
    for line in draw(st.lists(st.sampled_from(sorted(fuzz_words.STUDY_LINES)), max_size=2)):
        text = text.replace(line, draw(st.sampled_from(fuzz_words.STUDY_LINES[line])))
    how = draw(st.integers(0, 9))
    if how == 0:
        text = draw(spoilt(text))
    elif how == 1:
        text = draw(strange_texts())
    return FileSpec("study.toml", text=text, edits=draw(edits()) if how == 2 else ())


def edits() -> Strategy[tuple[tuple[str, float, int], ...]]:
    """Damage to a file."""
    kinds = st.sampled_from(["flip", "flip", "cut", "insert", "repeat"])
    edit = st.tuples(kinds, st.floats(0, 1, exclude_max=True), st.integers(0, 255))
    return st.lists(edit, min_size=1, max_size=4).map(tuple)


# ------------------------------------------------------------------------------------------- command lines


@dataclass(frozen=True)
class Known:
    """What there is to choose from in one command, read off its definition."""

    options: tuple[tuple[str, bool, bool, tuple[str, ...]], ...]  # name, required, flag, choices
    arguments: tuple[tuple[str, bool], ...]  # name, required


@cache
def known(command: str) -> Known:
    """Read the options and arguments of a command, so that new ones are tried without a word here."""
    import click

    from nnft_sym.cli import nnft

    found = nnft.get_command(click.Context(nnft), command)
    assert found is not None
    options, arguments = [], []
    for parameter in found.params:
        if isinstance(parameter, click.Option):
            choices = (
                tuple(map(str, parameter.type.choices)) if isinstance(parameter.type, click.Choice) else ()
            )
            options.append((max(parameter.opts, key=len), parameter.required, parameter.is_flag, choices))
        else:
            arguments.append((str(parameter.name), parameter.required))
    return Known(tuple(options), tuple(arguments))


def values(command: str, option: str, choices: Sequence[str], *, calm: bool) -> Strategy[str]:
    """Values of one option; calm ones make sense by themselves."""
    if (command, option) in fuzz_duality.VALUES:
        listed = fuzz_duality.VALUES[command, option]
    elif option == "--out":
        listed = fuzz_words.OUT.get(command, ["a.out", "n" * 260])
    elif choices:
        listed = list(choices)
    elif option == "--points":
        return plain_points() if calm else points()
    else:
        listed = fuzz_words.DIAGRAMS if option == "--diagram" else fuzz_words.VALUES.get(option, [])
    if calm:  # the lists begin with what makes sense
        return (
            st.sampled_from(listed[: max(2, len(listed) // 2)] if not choices else listed)
            if listed
            else numbers()
        )
    return _listed(*listed) if listed else often(numbers(), 3)


def argument(command: str, name: str, *, calm: bool) -> Strategy[str]:
    """Values of one argument; `nnft validate` gets its small study here and not by chance."""
    if command == "validate":
        return st.just("study.toml")
    if command == "reproduce":
        return st.sampled_from(["2008.08601"] if calm else ["2008.08601", "2008.8601", "arXiv:2008.08601"])
    if command == "studies":
        return _listed(*fuzz_shipped.NAMES)
    if name != "action":
        return strange_texts()
    return st.sampled_from(fuzz_words.ACTIONS) if calm else actions()


def in_agreement(words: list[str]) -> list[str]:
    """Give as many points as the diagram has, as the order says, and as there are outputs.

    Examples
    --------
    >>> in_agreement(["cumulant", "--points", "1;2", "--order", "9", "--outputs", "1"])
    ['cumulant', '--points', '1;2', '--order', '2', '--outputs', '1,2']
    >>> in_agreement(["integrate", "--diagram", "x1-y1,x2-y1", "--points", "3"])
    ['integrate', '--diagram', 'x1-y1,x2-y1', '--points', '3;3']
    """
    found = dict(pairwise(words))
    points = found.get("--points", "").split(";")
    if "--diagram" in found:
        number = len(set(re.findall("x[0-9]+", found["--diagram"])))
        points = (points * max(number, 1))[: max(number, 1)]
    wanted = {"--points": ";".join(points), "--outputs": ",".join(str(1 + i % 2) for i in range(len(points)))}
    wanted["--source"] = ",".join("0.3" for _ in points)
    if words[0] == "symmetry":  # whose outputs are a number
        del wanted["--outputs"]
    if words[0] == "cumulant":
        wanted["--order"] = str(len(points))
    return [words[0], *(wanted.get(option, word) for option, word in pairwise(words))]


def small_reproduction(words: list[str]) -> list[str]:
    """Keep the published study to seconds: one net on a line, few networks."""
    words = [word for word in words if word != "--full"]
    needed = {"--net": "relu", "--dimension": "1", "--experiments": "2", "--networks": "100"}
    for option, value in needed.items():
        if option not in words:
            words += [option, value]
    return words


@st.composite
def command_lines(draw: st.DrawFn, command: str) -> Case:
    """A command with what it needs and some of what it may have; half of them calm and of one piece."""
    there, calm = known(command), draw(st.booleans())
    words = [command]
    for name, required in there.arguments:
        # the small study of `validate` is not left out, an action may be
        if required or name != "action" or draw(st.integers(0, 4)) < 4:
            words.append(draw(argument(command, name, calm=calm)))
    for option, required, flag, choices in there.options:
        likely = 1 if option == "--json" else 9 if option in _RARE else 3
        if required or draw(st.integers(0, likely)) == likely:
            words.append(option)
            if not flag:
                words.append(draw(values(command, option, choices, calm=calm)))
    if command == "reproduce":
        words = small_reproduction(words)
    if command == "action" and draw(st.integers(0, 3)) > 0:
        words = fuzz_duality.whole_action(words)
    if command == "symmetry":
        words = fuzz_duality.small_symmetry(words)
    if calm:
        words = in_agreement(words)
    elif draw(st.integers(0, 2)) == 1:
        words = draw(mutated(words))
    if command in ("quickstart", "studies"):
        words = fuzz_shipped.only_said(words)
    files = [FileSpec("file.txt", text="precious"), FileSpec("folder.svg/inside", text="")]
    if command == "validate":
        files.append(draw(studies()))
    return Case("nnft", modest(words), tuple(files))


@st.composite
def mutated(draw: st.DrawFn, words: list[str]) -> list[str]:
    """Do one thing wrong with the words behind the command (of `validate`, behind the study)."""
    first = 2 if words[0] == "validate" else 1
    if len(words) <= first:
        return words
    at = draw(st.integers(first, len(words) - 1))
    how = draw(st.sampled_from(["drop", "double", "strange", "spoil", "join", "swap", "move"]))
    if how == "drop":
        return words[:at] + words[at + 1 :]
    if how == "double":
        return words[: at + 1] + words[at:]
    if how == "strange":
        return [*words[:at], draw(strange_texts()), *words[at:]]
    if how == "spoil":
        return [*words[:at], draw(spoilt(words[at])), *words[at + 1 :]]
    if how == "join" and at + 1 < len(words):
        return [*words[:at], f"{words[at]}={words[at + 1]}", *words[at + 2 :]]
    if how == "swap" and at + 1 < len(words):
        return [*words[:at], words[at + 1], words[at], *words[at + 2 :]]
    return [*words[:at], *words[at + 1 :], words[at]]


def modest(words: Sequence[str]) -> Words:
    """Cut sizes that would be hours of honest work, and names of places outside the working folder.

    Examples
    --------
    >>> modest(["sample", "--networks", "5e8", "--width=700", "--blocks", "1e18", "--out", "/etc/x"])
    ('sample', '--networks', '1000', '--width=50', '--blocks', '1e18', '--out', 'etc/x')
    """
    found: list[str] = []
    for word in words:
        option, equals, value = word.partition("=")
        if not (equals and option in _LIMITS):
            option, equals, value = (found[-1] if found else ""), "", word
        if option in _LIMITS:
            value = ",".join(
                _at_most(item, _LIMITS[option], absurd=option != "-n") for item in value.split(",")
            )
            word = f"{option}={value}" if equals else value
        # as root, writing to a device or a home folder would do harm
        word = re.sub(r"\.\.[./]*", ".", re.sub(r"(^|=)[/~]+", r"\1", word))
        found.append(word.replace("\x00", ""))
    return tuple(found)


def _at_most(text: str, limit: int, *, absurd: bool) -> str:
    """Lower a number that is above the limit, unless it is absurd."""
    name, equals, number = text.rpartition("=")
    try:
        size = abs(float(number))
    except (ValueError, OverflowError):
        return text
    if not limit < size < (_ABSURD if absurd else float("inf")):
        return text
    return f"{name}{equals}{limit}"


# ----------------------------------------------------------------------------------------------- documents

_VALUE = re.compile(r'(?<=: )(?:"[^"]*"|-?\d+|true|false|null)|(?<=\[)(?:"[^"]*"|-?\d+)')


@st.composite
def json_documents(draw: st.DrawFn) -> Case:
    """An expansion, an action, a term, a diagram as JSON: written by us with values exchanged, or made up."""
    front = draw(st.sampled_from(["from_json", "from_json", "diagram_from_json"]))
    if draw(st.integers(0, 2)) == 0:
        return Case(front, (draw(often(st.sampled_from(fuzz_words.JSON), 2)),))
    base = draw(st.sampled_from(["expansion", "bilocal", "term", "truncation", "diagram"]))
    text = documents()[base]
    for _ in range(draw(st.integers(0, 2))):
        places = list(_VALUE.finditer(text))
        if not places:
            break
        place = places[draw(st.integers(0, len(places) - 1))]
        text = text[: place.start()] + draw(st.sampled_from(fuzz_words.JSON_VALUES)) + text[place.end() :]
    if draw(st.integers(0, 3)) == 0:
        text = draw(spoilt(text))
    return Case(front, (text,))


@cache
def documents() -> dict[str, str]:
    """JSON documents as the product writes them."""
    import nnft_sym as nn
    from nnft_sym.expansions.json_form import to_json

    four = nn.expand("lambda*f^4 + kappa*f^6", 4, order=1, counting="1/N")
    bilocal = nn.expand("(lambda_0+lambda_2*x^2)*f(x)^2*f(y)^2", 2, order=1)
    return {
        "expansion": to_json(four),
        "bilocal": to_json(bilocal),
        "term": to_json(bilocal.terms[-1]),
        "truncation": to_json(four.truncation),
        "diagram": to_json(nn.Diagram.from_edge_string("x1-y1,x2-y1,y1-y1")),
    }


def texts() -> Strategy[Case]:
    """Texts that Python functions read: Nickel indices, lines, actions."""
    return st.one_of(
        often(st.sampled_from(fuzz_words.NICKEL), 1).map(lambda text: Case("from_nickel_index", (text,))),
        diagrams().map(lambda text: Case("from_edge_string", (text,))),
        actions().map(lambda text: Case("action", (text,))),
    )


@st.composite
def damaged_results(draw: st.DrawFn) -> Case:
    """`nnft sample --resume` over a result and a checkpoint of which one or both are broken."""
    damage = draw(st.sampled_from(["result", "checkpoint", "both", "neither", "exchanged", "text"]))
    result = FileSpec("a.nc", base="result", edits=draw(edits()) if damage in ("result", "both") else ())
    kept = FileSpec(
        "a.nc.checkpoint", base="checkpoint", edits=draw(edits()) if damage in ("checkpoint", "both") else ()
    )
    files = {"exchanged": (FileSpec("a.nc", base="checkpoint"), FileSpec("a.nc.checkpoint", base="result")),
             "text": (result, FileSpec("a.nc.checkpoint", text=draw(strange_texts())))}.get(damage, (result,
             kept))  # fmt: skip
    missing = draw(st.sampled_from([None, None, 0, 1]))
    if missing is not None:
        files = files[missing : missing + 1]
    words = (
        list(SAMPLE)
        + ["--resume"] * draw(st.integers(0, 3) | st.just(1))
        + ["--json"] * draw(st.integers(0, 1))
    )
    if draw(st.integers(0, 3)) == 0:
        words = draw(mutated(words))
    return Case("nnft", modest(words), files)


#: The run whose result and checkpoint are damaged above.
_SAMPLE = "sample --net erf --width 4 --networks 300 --points 0.2;1 --orders 2,4 --out a.nc"
SAMPLE = tuple(_SAMPLE.split())
#: The integral whose stored answer is damaged below.
_STORED = "integrate --net erf --diagram x1-y1,x2-y1 --points 1;2 --cutoff 5 --rtol 1e-3"
STORED = tuple(_STORED.split())


@st.composite
def damaged_stores(draw: st.DrawFn) -> Case:
    """An integral asked for with a store whose entry is broken, and `nnft cache` over such a store."""
    stored = FileSpec("store/entry", base="stored", edits=draw(edits()))
    foreign = FileSpec("store/mine.npz", text=draw(strange_texts()))
    words = draw(st.sampled_from([STORED, ("cache", "--folder", "store"), ("cache",), ("cache", "--clear")]))
    words = words + ("--json",) * draw(st.integers(0, 1))
    folder = draw(
        st.sampled_from(["store", "store", "store", "new", "file.txt", "n" * 260, "store/mine.npz"])
    )
    return Case(
        "nnft", words, (stored, foreign, FileSpec("file.txt", text="precious")), (("NNFT_CACHE", folder),)
    )


def groups() -> Strategy[Case]:
    """What stands before a command: help, versions, commands that there are not."""
    from nnft_sym.cli import COMMANDS

    names = often(
        st.sampled_from([*COMMANDS, "expnad", "calculate", "--help", "--version", "-h", "--", "help"]), 3
    )
    options = st.sampled_from(
        ["--help", "-h", "--json", "--version", "-n", "4", "--bad", "--points", "lambda*f^4"]
    )
    # a bare `validate` is the published study, minutes of honest work, and `quickstart` many seconds of it
    return (
        st.tuples(names, st.lists(options, max_size=2))
        .filter(
            lambda drawn: (
                not (
                    drawn[0].strip()
                    and any(name.startswith(drawn[0].strip()) for name in ("validate", "quickstart"))
                    and {"-h", "--help"}.isdisjoint(drawn[1])
                )
            )
        )
        .map(lambda drawn: Case("nnft", modest([drawn[0], *drawn[1]])))
    )


#: Kind of case -> how often, of all.
_SHARES = {
    "expand": 14, "count": 8, "draw": 8, "kernel": 6, "cumulant": 8, "sample": 8, "neurons": 6, "widths": 4,
    "cumulants": 6, "integrate": 10, "validate": 3,
    "reproduce": 3, "cache": 3, "json": 10, "texts": 10, "results": 3, "stores": 2, "groups": 2,
}  # fmt: skip


def cases() -> Strategy[Case]:
    """Any case; commands that stand in no table here are tried too."""
    from nnft_sym.cli import COMMANDS

    others = {
        "json": json_documents,
        "texts": texts,
        "results": damaged_results,
        "stores": damaged_stores,
        "groups": groups,
    }
    kinds = [kind for kind in [*COMMANDS, *others] for _ in range(_SHARES.get(kind, 5))]
    return st.sampled_from(kinds).flatmap(
        lambda kind: others[kind]() if kind in others else command_lines(kind)
    )
