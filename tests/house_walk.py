"""The walk of a network's description, from the study file through the study of one net.

Run ``python tests/house_walk.py`` for the list. The description is what the study file says of one net, and
what is made of it: `NetConfig`, `Case`, the network, its kernel and laws. The rules, by which two commits can
be compared:

- A *stay* is a file in which a function runs that another file handed the description, or a holder with a
  part of it in a field (an `Integrator`, an `Ensemble`). Functions of one file in a row are one stay. While
  the file is read, what checks the values of the table counts; domain and fields count where they are made.
- The floor below is walked to its door: a function of `numerics` that floor 3 calls is a stay, what it calls
  in turn is none. Results are none: they hold tables.
- A *place* is a file. A *return* is a stay in a file where the description was before.
- A call site counts once for each file that it calls, whatever is repeated. Not counted: look-ups of a
  number, a truth or a text; coming back to the caller.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from inspect import getattr_static
from pathlib import Path
from types import CodeType, FrameType

from pydantic import BaseModel

from nnft_sym.study.case import Case
from nnft_sym.study.config import NetConfig, StudyConfig, parse_study
from nnft_sym.study.net import study_net
from nnft_sym.study.run import run_study
from numerics.fields.field_set import FieldSet
from numerics.files.code_version import code_version
from numerics.integrals.rules.domains import Box, WholeSpace
from numerics.kernels.arc import ErfKernel
from numerics.kernels.base import Kernel
from numerics.networks.base import Network
from numerics.networks.parameter_laws import Laws, ParameterLaw
from numerics.sampling.runs.sampler_code import sampler_code

ROOT = Path(__file__).parent.parent
#: The description itself; and what counts where it is made.
DESCRIPTION = (NetConfig, Case, Network, Kernel, Laws, ParameterLaw)
MADE = (*DESCRIPTION, FieldSet, Box, WholeSpace)
#: Hold tables.
RESULTS = "numerics/results/"
READING = ("nnft_sym/parameters/", "nnft_sym/study/config.py")
#: The standard library stands between a caller and what it calls: cached properties, `dataclasses.replace`.
BETWEEN = ("functools.py", "dataclasses.py")


@dataclass
class Visit:
    """One call that crosses from one file to another.

    Attributes
    ----------
    place : str
        The file, from the root.
    function : str
    counted : bool
        Whether the rules count it.
    look_up : bool
        Whether it gives a number, a truth or a text of what it belongs to, should that be what it returns.
    """

    place: str
    function: str
    counted: bool
    look_up: bool


@dataclass
class Walk:
    """What is seen of a run by `sys.setprofile`."""

    visits: list[Visit] = field(default_factory=list)
    _foreign: set[CodeType] = field(default_factory=set)
    _seen: set[tuple[str, int, str]] = field(default_factory=set)
    _open: dict[int, Visit] = field(default_factory=dict)
    _reading: bool = False
    _over: bool = False

    def __call__(self, frame: FrameType, event: str, value: object) -> None:
        """See one call or return."""
        code = frame.f_code
        if code in self._foreign or event not in ("call", "return"):
            return
        if event == "call" and not self._over:
            self._reading |= code is parse_study.__code__
            self._enter(frame)
        elif event == "return":
            if code is parse_study.__code__:
                self._reading = False
            self._over |= code is study_net.__code__
            visit = self._open.pop(id(frame), None)
            if visit is not None:
                visit.counted |= isinstance(value, DESCRIPTION)
                visit.counted &= not (visit.look_up and _plain(value))

    def _enter(self, frame: FrameType) -> None:
        place = _place(frame)
        if not place.startswith(("nnft_sym/", "numerics/")):
            self._foreign.add(frame.f_code)
            return
        caller, line = _caller(frame)
        floor_two = place.startswith("numerics/") and not place.startswith(RESULTS)
        walked = place.startswith("nnft_sym/") or (floor_two and caller.startswith("nnft_sym/"))
        site = (caller, line, place)
        if not walked or caller == place or site in self._seen:
            return
        self._seen.add(site)
        visit = Visit(place, frame.f_code.co_qualname, self._handed(frame, place), _is_look_up(frame))
        self.visits.append(visit)
        self._open[id(frame)] = visit

    def _handed(self, frame: FrameType, place: str) -> bool:
        code, given = frame.f_code, frame.f_locals
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        arguments = [given[name] for name in names if name in given]
        if code in (parse_study.__code__, run_study.__code__):
            return True
        if any(isinstance(one, StudyConfig) for one in arguments):
            return False
        if self._reading and place.startswith(READING):
            return True
        constructs = code.co_name in ("__init__", "__post_init__")
        return any(map(_describes, arguments)) or (constructs and isinstance(given.get("self"), MADE))

    @property
    def stays(self) -> list[Visit]:
        """Where the description stays, in order."""
        counted = [visit for visit in self.visits if visit.counted]
        return [one for one, last in zip(counted, [None, *counted], strict=False) if one.place != _of(last)]

    @property
    def places(self) -> set[str]:
        """The files."""
        return {stay.place for stay in self.stays}

    @property
    def returns(self) -> int:
        """How often it comes back to a file."""
        return len(self.stays) - len(self.places)

    def __str__(self) -> str:
        """List the stays."""
        before: set[str] = set()
        lines = []
        for number, stay in enumerate(self.stays, start=1):
            back = "back" if stay.place in before else ""
            before.add(stay.place)
            lines.append(f"{number:3} {back:4} {stay.place:45} {stay.function}")
        total = f"{len(self.stays)} stays, {len(self.places)} places, {self.returns} returns"
        return "\n".join([*lines, total])


def walk(text: str, kept: Path | None = None) -> Walk:
    """Watch the study of one net, of a few hundred networks, from the text of its file."""
    if kept is not None:  # what files say of the code takes seconds to make when it is watched
        sampler_code(), code_version("numerics.integrals.solve.methods", *ErfKernel().code)
    seen = Walk()
    _watched(seen, lambda: run_study(_small(parse_study(text)), kept=kept))
    return seen


def _watched(seen: Walk, run: Callable[[], object]) -> None:
    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        run()
    finally:
        sys.setprofile(before)


def _small(config: StudyConfig) -> StudyConfig:
    # keys of the top level say nothing of a net: they are set behind the readers, which would be seen
    return config.model_copy(update={"experiments": 2, "networks": 500})


def _of(visit: Visit | None) -> str:
    return "" if visit is None else visit.place


def _place(frame: FrameType) -> str:
    """The file of a function, from the root; of the class where a dataclass made the function."""
    code, name = frame.f_code, frame.f_code.co_filename
    if name == "<string>":
        owner = next(
            (one for one in type(frame.f_locals.get("self")).__mro__ if _made_by(one, code)), type(None)
        )
        name = getattr(sys.modules[owner.__module__], "__file__", None) or name
    return name.removeprefix(f"{ROOT}/")


def _made_by(owner: type, code: CodeType) -> bool:
    return getattr(vars(owner).get(code.co_name), "__code__", None) is code


def _caller(frame: FrameType) -> tuple[str, int]:
    back = frame.f_back
    while back is not None and back.f_code.co_filename.endswith(BETWEEN):
        back = back.f_back
    return ("", 0) if back is None else (_place(back), back.f_lineno)


def _describes(given: object) -> bool:
    """Tell whether it is of the description, holds a part of it in a field, or lists such things."""
    if isinstance(given, list | tuple):
        return any(map(_describes, given))
    if isinstance(given, DESCRIPTION):
        return True
    home = type(given).__module__
    if not home.startswith(("nnft_sym.", "numerics.")) or home.startswith("numerics.results."):
        return False
    held = getattr(given, "__dict__", {}).values()
    return not isinstance(given, BaseModel | type) and any(isinstance(one, DESCRIPTION) for one in held)


def _is_look_up(frame: FrameType) -> bool:
    code, owner = frame.f_code, frame.f_locals.get("self")
    found = getattr_static(type(owner), code.co_name, None)
    shows = code.co_name in ("__str__", "__repr__", "__hash__", "__eq__")
    return owner is not None and (shows or isinstance(found, property | cached_property))


def _plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_plain, value))
    return value is None or isinstance(value, bool | int | float | str | ParameterLaw)


#: The first net of the published study, at two points.
ERF = """
[[net]]
kind = "erf"
width = 5
points = [[-0.5], [0.4]]
cutoff = 100.0
"""


if __name__ == "__main__":
    sys.stdout.write(f"{walk(ERF)}\n")
