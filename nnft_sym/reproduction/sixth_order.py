"""The 6-point function and what each contribution explains of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.actions.action import Action
from nnft_sym.inference.contributions import Contribution, Contributions
from nnft_sym.inference.model import Model
from nnft_sym.reproduction.claims import Claim, Finding, Reason
from nnft_sym.reproduction.fitted_couplings import QUARTIC, Couplings
from nnft_sym.reproduction.parts import Arrays, Bench, Drawing, Part
from nnft_sym.reproduction.setups import PublishedSetup
from nnft_sym.reproduction.tensors import exact_tensor
from numerics.results.estimate import Estimate
from numerics.results.uncertainty import Uncertainty

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from numerics.results.correlator import Correlator

TEXT = (
    "ΔG⁽⁶⁾ = G⁽⁶⁾ − Σ₁₅KKK is built up term by term: λ (with the spectator line K), the exchange of "
    "order λ², "
    "κ. Explained is 1 − Σ|residual|/Σ|ΔG⁽⁶⁾| over distinct multisets; it can be negative. Couplings "
    "are those "
    "of exact correlators, one constant each."
)
#: Share from which on a correlator counts as explained, and under which not.
EXPLAINED, POOR = 0.99, 0.5
SLIDE = "talk, “Use λ to predict 6-pt function”; 2008.08601, section 4"


@dataclass(frozen=True, eq=False)
class SixthOrder:
    """Shares of ΔG⁽⁶⁾ of one set-up.

    Attributes
    ----------
    names : tuple of str
        Terms in the order in which they are added.
    explained : tuple of float
        Share that all terms so far explain.
    by_mean : Estimate
        Share that the mean of the λ tensor explains in place of the constant that fits best, as published.
    remainder : float
        Σ|κ₆/N²|/Σ|ΔG⁽⁶⁾|: what the λ *tensor* leaves, by identity.
    connected : Contributions or None
        Of the connected function; None where κ was not fitted.
    """

    names: tuple[str, ...]
    explained: tuple[float, ...]
    by_mean: Estimate
    remainder: float
    connected: Contributions | None


def sixth_order_of(couplings: Couplings, setup: PublishedSetup) -> SixthOrder:
    """Add the terms up."""
    fit = couplings.fit(setup)
    there = couplings.exact(setup).at_width(setup.coupling_width)
    excess = there.excess()[6]
    remainder = float(np.abs(there.connected()[6].value).sum() / np.abs(excess.value).sum())
    per_unit = _per_lambda(couplings, setup)
    by_mean = share_of(excess, per_unit.numbers() * exact_tensor(couplings, setup).mean())
    if "kappa" not in fit.couplings:
        by_fit = share_of(excess, per_unit.numbers() * fit["lambda"])
        return SixthOrder(("lambda",), (float(by_fit),), by_mean, remainder, None)
    terms = fit.contributions(6, "excess").terms
    shares = tuple(float("nan") if one.explained is None else one.explained for one in terms)
    return SixthOrder(tuple(one.name for one in terms), shares, by_mean, remainder, fit.contributions(6))


def share_of(data: "Correlator", told: Estimate) -> Estimate:
    """Give 1 − Σ|data − told|/Σ|data|, with a bound: nothing moves by more than its own."""
    whole = float(np.abs(data.value).sum())
    share = 1.0 - float(np.abs(data.value - told.value).sum()) / whole
    bound = float((2.0 * np.asarray(data.error) + np.asarray(told.error)).sum()) / whole
    return Estimate(share, Uncertainty.bounded(bound))


def _size_of(term: Contribution, whole: Contributions) -> Estimate:
    """Give Σ|term|/Σ|data| with its bound."""
    assert whole.data is not None
    assert term.share is not None
    bound = (term.value.error.sum() + term.share * whole.data.error.sum()) / np.abs(whole.data.value).sum()
    return Estimate(term.share, Uncertainty.bounded(float(bound)))


def _per_lambda(couplings: Couplings, setup: PublishedSetup) -> "Correlator":
    """Give what ΔG⁽⁶⁾ is per unit of λ, without any diagram of two vertices."""
    integrator = couplings.integrator(setup, setup.cutoff)
    expansion = Model(Action(QUARTIC), (6,)).expansions[6]
    return integrator.predict(expansion, setup.points).coefficient("lambda")


def sixth_order(bench: Bench) -> Part:
    """Make the part."""
    found = [(setup, sixth_order_of(bench.couplings, setup)) for setup in bench.setups]
    claims = [claim for setup, one in found for claim in _claims(setup, one)]
    drawing = Drawing(
        "six_point",
        "What explains the 6-point function",
        "Share of ΔG⁽⁶⁾ that is explained when the terms are added one after the other, at the published "
        f"widths. Bars below −1 are cut; their number is written beside them. The dashed line is what the λ "
        f"tensor explains by identity.{_missing(found)}",
        partial(_draw, found),
    )
    arrays: dict[str, Arrays] = {
        f"six_point_{setup.name}": {
            "term": (("term",), list(one.names)),
            "explained": (("term",), list(one.explained)),
            "explained_by_mean": ((), float(one.by_mean)),
            "remainder_of_tensor": ((), one.remainder),
        }
        for setup, one in found
    }
    return Part("The 6-point function", TEXT, tuple(claims), (drawing,), arrays)


def _missing(found: "Sequence[tuple[PublishedSetup, SixthOrder]]") -> str:
    """Say of which nets the exchange was not integrated."""
    alone = [setup.title for setup, one in found if one.connected is None]
    return f" The exchange, and so κ, of {' and '.join(alone)} is integrated with --full." if alone else ""


def _claims(setup: PublishedSetup, one: SixthOrder) -> Iterator[Claim]:
    share, by_fit = float(one.by_mean), one.explained[one.names.index("lambda")]
    if share >= EXPLAINED:
        finding, reason = Finding.AGREES, Reason.NONE
    elif share >= POOR:
        finding, reason = Finding.REFINED, Reason.LEADING
    else:
        finding, reason = Finding.CONTRADICTED, Reason.NO_CONSTANT if share < 0.05 else Reason.EXPANSION
    yield Claim(
        f"G6 by lambda {setup.name}",
        f"{setup.title}, N = {setup.coupling_width}: free theory and λ explain the 6-point function",
        SLIDE,
        "all of it",
        one.by_mean,
        "share of ΔG⁽⁶⁾ explained by the mean of the λ tensor",
        finding,
        reason,
        f"The constant that fits the 4-point function best explains {by_fit:.4g}. The λ tensor would leave "
        f"κ₆/N², {one.remainder:.3g} of ΔG⁽⁶⁾, by identity.",
        "six_point",
        setup.about,
    )
    if one.connected is None:
        return
    kappa = _size_of(one.connected["kappa"], one.connected)
    exchange = _size_of(one.connected["lambda**2"], one.connected)
    # integrals of two vertices of Erf-net in two and three dimensions are known to a few digits only
    vague = float(kappa.error) > 0.5 * float(kappa)
    yield Claim(
        f"kappa {setup.name}",
        f"{setup.title}, N = {setup.coupling_width}: κ is suppressed and can be ignored",
        "talk, “Weakly Coupled Neural Network Field theories”",
        0.0,
        kappa,
        "Σ|κ term|/Σ|connected 6-point function|",
        Finding.NOT_TESTABLE if vague else Finding.CONTRADICTED,
        Reason.UNDETERMINED if vague else Reason.SAME_ORDER,
        f"κ and the exchange of order λ² are of the same order 1/N² as the connected 6-point function; the "
        f"exchange is {float(exchange):.3g} of it{_within(exchange)}.",
        "six_point",
        setup.about,
    )


def _within(number: Estimate) -> str:
    """Say a bound that is seen in three digits."""
    return f" within {float(number.error):.1g}" if float(number.error) > 5e-4 * float(number) else ""


def _draw(found: "Sequence[tuple[PublishedSetup, SixthOrder]]") -> "Figure":
    from matplotlib import rc_context

    from nnft_sym.report.plot_style import GREY, INK, STYLE
    from nnft_sym.reproduction.plotting import TERM_COLOURS, blank, coupling_symbol

    figure = blank(0.9 + 0.42 * len(found))
    with rc_context(STYLE):
        axes = figure.subplots()
        for row, (_, one) in enumerate(reversed(found)):
            count = len(one.names)
            for place, (name, share) in enumerate(zip(one.names, one.explained, strict=True)):
                height = row + 0.3 - 0.6 * (place + 0.5) / count
                label = f"+ {coupling_symbol(name)}" if row == len(found) - 1 or name == "lambda" else None
                axes.barh(
                    height, max(share, -1.0), 0.55 / count, color=TERM_COLOURS.get(name, INK), label=label
                )
                if share < -1.0:
                    axes.text(-0.98, height, f"{share:.2f}", va="center", ha="left", fontsize=7, color=INK)
            axes.plot([1.0 - one.remainder] * 2, [row - 0.4, row + 0.4], "--", color=GREY, linewidth=1.0)
        axes.set_yticks(range(len(found)), [setup.title for setup, _ in reversed(found)])
        axes.axvline(0.0, color=INK, linewidth=0.7)
        least = min(share for _, one in found for share in one.explained)
        axes.set_xlim(max(1.05 * min(least, 0.0), -1.05), 1.05)
        axes.set_xlabel(r"share of $\Delta G^{(6)}$ explained so far")
        handles, labels = axes.get_legend_handles_labels()
        once = dict(zip(labels, handles, strict=True))
        figure.legend(list(once.values()), list(once), loc="outside lower center", ncols=4)
    return figure
