"""One line of what ``nnft doctor`` says."""

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """How a thing is."""

    OK = "ok"
    MISSING = "missing"
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A thing that was looked for.

    Attributes
    ----------
    about : str
        The group: packages, machine, folders, programs.
    name : str
    value : str
        What was found.
    state : State
        Broken: not everything works until it is mended. Missing: something optional is not there.
    advice : str
        What to do, where it is not ok.

    Examples
    --------
    >>> Finding(about="programs", name="TeX", value="lualatex").as_json()
    {'about': 'programs', 'name': 'TeX', 'value': 'lualatex', 'state': 'ok', 'advice': ''}
    """

    about: str
    name: str
    value: str
    state: State = State.OK
    advice: str = ""

    def as_json(self) -> dict[str, str]:
        """Give it as plain containers."""
        return {
            "about": self.about,
            "name": self.name,
            "value": self.value,
            "state": self.state.value,
            "advice": self.advice,
        }
