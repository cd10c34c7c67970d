"""What was found about couplings, in sentences: what is determined, what is described, what to believe."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from nnft_sym.inference.elementwise import HALF
from numerics.inference.fit_result import Combination, Fit
from numerics.results.correlator import Part
from numerics.results.estimate import Estimate

#: Probability under which a model is rejected.
REJECTED = 1e-3
#: Probabilities smaller than this are not written out.
LEAST = 1e-15
#: Standard deviations from which on a coupling is not zero.
CLEAR = 3.0
#: Share of a correlator that constants may miss and still be called a description of it.
SMALL = 0.01


#: Share of a correlator that is rounding.
ROUNDING = 1e-12
#: What was fitted, in words.
PARTS = {"connected": Part.CONNECTED.value, "excess": "full " + Part.EXCESS.value}


class Inferred(Protocol):
    """What the sentences need of a fit; `nnft_sym.inference.coupling_fit.CouplingFit` is one."""

    @property
    def couplings(self) -> Mapping[str, Estimate]:
        """Values by name."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Couplings that could not be looked for."""

    @property
    def combinations(self) -> tuple[Combination, ...]:
        """What the data see."""

    @property
    def explained(self) -> Mapping[int, float]:
        """Share of each correlator."""

    @property
    def kind(self) -> str:
        """Which part of the correlators was fitted, connected or excess."""

    @property
    def truncation(self) -> Mapping[str, float]:
        """Size of the next order."""

    @property
    def judged(self) -> Fit:
        """The worst fit."""

    @property
    def joint(self) -> Fit | None:
        """The fit of all orders at once."""

    @property
    def widened(self) -> bool:
        """Whether the errors hold model errors."""

    @property
    def of_this_network(self) -> bool | None:
        """Whether the lines of the diagrams are those of the ensemble."""

    @property
    def n_elements(self) -> int:
        """How many elements were fitted."""

    @property
    def per_width(self) -> bool:
        """Whether several widths share couplings."""

    def called(self, name: str) -> str:
        """Name a coupling, or what several widths share of it."""

    def determined(self, name: str) -> bool:
        """Whether a coupling has a number."""

    def ratio(self, name: str) -> float | None:
        """Size of the next order over that of the coupling."""

    def leading(self, name: str) -> Estimate:
        """Its value at leading order."""


def sentences(found: Inferred) -> Iterator[str]:
    """Say what was found, one sentence after the other."""
    if found.per_width:
        shared = " and ".join(f"{found.called(name)} for {name}" for name in found.couplings)
        yield f"Networks of several widths share the couplings per width: numbers are {shared}."
    if found.of_this_network is False:
        yield (
            "The 2-point function of the data is not the propagator: the lines of these diagrams are not "
            "those of the ensemble, and the couplings mean nothing. Look at the order of the points, the "
            "deviations and the network; trained networks have a propagator of their own."
        )
    yield from _undetermined(found)
    yield _agreement(found)
    if found.of_this_network is not False:
        yield from _expansion(found)
    yield from _of_the_model(found)
    if found.joint is not None and len(found.joint.roots) > 1:
        yield (
            f"The joint system has {len(found.joint.roots)} real roots; the one connected to the free theory "
            "is given."
        )


def _undetermined(found: Inferred) -> Iterator[str]:
    unknown = [name for name in found.couplings if not found.determined(name)]
    if not unknown:
        return
    known = [one for one in found.combinations if one.estimate is not None]
    values = [f"{one.text} = {_with_error(one.estimate)}" for one in known if one.estimate is not None]
    yield (
        f"The data do not determine {', '.join(unknown)}, only "
        f"{' and '.join(values) if values else 'nothing of them'}."
    )
    if found.missing:
        yield f"So {', '.join(found.missing)} could not be looked for."


def _agreement(found: Inferred) -> str:
    fit = found.judged
    part = PARTS[found.kind]
    shares = " and ".join(f"{share:.4g} % of the {part.format(n)}" for n, share in _percent(found))
    what = f"The couplings explain {shares or 'nothing'}"
    if fit.dof == 0:
        return f"{what}; there are no degrees of freedom left that could contradict{_for_more(found)}."
    if fit.p_value is None:
        missed = fit.misfit
        how = "describe the exact data" if missed <= SMALL else "are no good description of the exact data"
        return f"{what}; constants {how}, they miss {_missed(missed)} of what they were fitted to."
    how = "rejected" if fit.p_value < REJECTED else "compatible with the data"
    chance = f"two-sided p {f'= {fit.p_value:.2g}' if fit.p_value >= LEAST else f'< {LEAST:g}'}"
    return (
        f"{what}; constants are {how} (chi2/dof = {fit.chi2:.4g}/{fit.dof}, {chance}), they miss "
        f"{_missed(fit.misfit)} of what they were fitted to."
    )


def _for_more(found: Inferred) -> str:
    """What would test the fit: more elements, or elements that do not all fluctuate together."""
    few = found.n_elements <= len(found.couplings)
    return ": give more points" if few else ": all elements fluctuate together; other points may test more"


def _missed(share: float) -> str:
    return f"{100 * share:.3g} %" if share > ROUNDING else "nothing"


def _percent(found: Inferred) -> list[tuple[int, float]]:
    return [(order, 100 * share) for order, share in found.explained.items()]


def _expansion(found: Inferred) -> Iterator[str]:
    ratios = {name: ratio for name in found.couplings if (ratio := found.ratio(name)) is not None}
    weak = [name for name in ratios if is_weak(found.leading(name))]
    for name in weak:
        yield (
            f"{name} is compatible with zero within its error, so that the size of the next order says "
            "nothing there."
        )
        del ratios[name]
    for name, ratio in ratios.items():
        if ratio > HALF:
            yield (
                f"The next order in 1/N changes {name} by {ratio:.3g} times itself: the expansion does not "
                "hold there, whatever the fit looks like."
            )
    unknown = [name for name in found.couplings if found.determined(name) and found.ratio(name) is None]
    if unknown:
        yield f"What the next order would change in {' and '.join(unknown)} was not computed."
    fit = found.judged
    sure = (
        fit.p_value is None or fit.p_value < REJECTED
    )  # of a compatible sample noise alone makes a share negative
    worse = [PARTS[found.kind].format(n) for n, share in found.explained.items() if sure and share < 0]
    if worse:
        yield (
            f"Without any coupling the {' and '.join(worse)} would be missed by less: the couplings that are "
            "read off there describe nothing."
        )
    if ratios and max(ratios.values()) <= HALF:
        most = max(ratios, key=ratios.__getitem__)
        said = "small, which does not make such couplings a description" if worse else "the expansion holds"
        yield f"The next order in 1/N changes {most} by {100 * ratios[most]:.3g} %: {said}."


def _of_the_model(found: Inferred) -> Iterator[str]:
    if found.widened:
        without = [
            name for name in found.couplings if found.determined(name) and name not in found.truncation
        ]
        left_out = f", but not the truncation of {' and '.join(without)}" if without else ""
        yield f"The errors hold truncation and locality{left_out}."


def is_weak(one: Estimate) -> bool:
    """Tell whether a sampled coupling cannot be told from zero."""
    return one.uncertainty.statistical and abs(float(one)) < CLEAR * float(one.error)


def _with_error(one: Estimate) -> str:
    return f"{float(one):.4g} ± {float(one.error):.2g}"
