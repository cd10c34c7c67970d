"""Checks of our own numbers against the exact referee: records of fields, and sentences made from them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from diagrams.deprecated import renamed
from nnft_sym.study.old_names import old_sentence
from nnft_sym.study.recipe import PUBLISHED, Recipe


class CheckName(Enum):
    """What is checked; the value is the sentence that holds when it passes, but for names and numbers."""

    INTEGRALS = "vertex integrals converged"
    CONTACT = (
        "the coefficient of {symbol} is −{fitted}! times the integral of {fitted} propagators, by adaptive "
        "quadrature"
    )
    CORRELATOR = "sampled {order}-point function agrees with the exact one"
    CORRELATORS = "all trusted correlators together agree with the exact ones"
    MEAN_COUPLING = "sampled mean coupling agrees with the exact one"
    REMAINDER = "the coupling tensor leaves exactly the connected {predicted}-point function"

    def sentence(self, recipe: Recipe, order: int | None = None) -> str:
        """Say what holds if the check passes."""
        return self.value.format(
            order=order,
            symbol=recipe.symbol,
            fitted=recipe.fitted,
            predicted=recipe.predicted,
        )


#: Checks that rest on a sample, which may deviate by chance.
SAMPLED = frozenset({CheckName.CORRELATOR, CheckName.CORRELATORS, CheckName.MEAN_COUPLING})
#: Checks that compare a sample with the exact answer by themselves, order by order or coupling by coupling.
COMPARED = frozenset({CheckName.CORRELATOR, CheckName.MEAN_COUPLING})
#: Checks of which a net says when they could not be made.
ALWAYS_ASKED = (CheckName.CONTACT, CheckName.REMAINDER)


@dataclass(frozen=True)
class Check:
    """One check of our numbers.

    Attributes
    ----------
    name : CheckName
    passed : bool
    statistic : float
        What was judged: a p-value, a relative error, or a pull in standard errors.
    threshold : float
        The p-value it must reach, or the error or pull that it must not exceed (`Judgement`).
    order : int or None
        Of the correlator, where there is one for each order.
    repeated : bool
        True if it failed for the first sample and passed for a second, independent one.
    recipe : Recipe
        Of the study, for its names.

    Examples
    --------
    >>> check = Check(CheckName.CORRELATOR, True, statistic=0.4, threshold=1e-4, order=4)
    >>> check.sentence, check.is_sampled
    ('sampled 4-point function agrees with the exact one', True)
    """

    name: CheckName
    passed: bool
    statistic: float
    threshold: float
    order: int | None = None
    repeated: bool = False
    recipe: Recipe = PUBLISHED

    @property
    def sentence(self) -> str:
        """What holds if the check passes."""
        return self.name.sentence(self.recipe, self.order)

    @property
    def is_sampled(self) -> bool:
        """True when it rests on a sample."""
        return self.name in SAMPLED

    @property
    def is_chance(self) -> bool:
        """True when what was judged is a p-value."""
        return self.name in (CheckName.CORRELATOR, CheckName.CORRELATORS)


@dataclass(frozen=True)
class Checks:
    """The checks of one net that could be made.

    Examples
    --------
    >>> made = Checks((Check(CheckName.INTEGRALS, True, 1e-15, 1e-6),))
    >>> made.passed, made.compared, [check.sentence for check in made.failed]
    (True, False, [])
    """

    made: tuple[Check, ...]
    recipe: Recipe = PUBLISHED

    def __iter__(self) -> Iterator[Check]:
        return iter(self.made)

    def __getitem__(self, sentence: str) -> bool:
        """Look up by its sentence whether a check passed, as one release ago."""
        renamed("checks[sentence]", "checks.find(name, order).passed")
        return self.by_sentence[sentence]

    def __contains__(self, check: object) -> bool:
        return check in self.made or check in self.by_sentence

    def __len__(self) -> int:
        return len(self.made)

    if not TYPE_CHECKING:

        def __getattr__(self, name):  # noqa: ANN001, ANN204
            if name not in ("get", "items", "keys", "values"):
                raise AttributeError(f"'Checks' object has no attribute {name!r}")
            renamed(f"checks.{name}()", "iteration over checks: check.sentence, check.passed")
            return getattr(self.by_sentence, name)

    @property
    def by_sentence(self) -> dict[str, bool]:
        """Whether each passed, by its sentence; last, for this release, by those of one release ago.

        Examples
        --------
        >>> list(Checks((Check(CheckName.REMAINDER, True, 1e-9, 1e-6),)).by_sentence.values())
        [True, True]
        """
        now = {check.sentence: check.passed for check in self.made}
        before = {old_sentence(check.name.name, check.recipe): check.passed for check in self.made}
        return now | {old: passed for old, passed in before.items() if old is not None}

    def find(self, name: CheckName, order: int | None = None) -> Check | None:
        """Return one check; None if it could not be made."""
        return next((check for check in self.made if (check.name, check.order) == (name, order)), None)

    @property
    def passed(self) -> bool:
        """True when none failed."""
        return not self.failed

    @property
    def failed(self) -> tuple[Check, ...]:
        """Those that failed."""
        return tuple(check for check in self.made if not check.passed)

    @property
    def repeated(self) -> tuple[Check, ...]:
        """Those that failed once and passed with independent networks."""
        return tuple(check for check in self.made if check.repeated)

    @property
    def compared(self) -> bool:
        """True when a sampled correlator could be compared with an exact one."""
        return any(check.name in COMPARED for check in self.made)

    @property
    def not_made(self) -> tuple[str, ...]:
        """Sentences of those always asked for that had no answer here."""
        found = {check.name for check in self.made}
        return tuple(name.sentence(self.recipe) for name in ALWAYS_ASKED if name not in found)

    def after(self, again: "Checks") -> "Checks":
        """Let a second, independent sample decide where the first one failed."""
        passed = {(check.name, check.order) for check in again if check.passed and check.is_sampled}
        return Checks(
            tuple(
                replace(check, passed=True, repeated=True)
                if not check.passed and (check.name, check.order) in passed
                else check
                for check in self.made
            ),
            self.recipe,
        )
