"""m₂, m₄, m₆ and the connected functions against the width: the figures "Some Results" of the talk."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from nnft_sym.reproduction.claims import Claim, Finding, Reason
from nnft_sym.reproduction.parts import Arrays, Bench, Drawing, Part
from nnft_sym.reproduction.setups import PublishedSetup
from nnft_sym.study.width_scan import WidthScan
from nnft_sym.study.width_series import WidthSeries, free_theory
from numerics.results.estimate import Estimate
from numerics.results.joint_correlators import Correlators

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TEXT = (
    "mₙ is the mean over index sets of |ΔG⁽ⁿ⁾|/|G_GP⁽ⁿ⁾|. The background is the scatter of one "
    "experiment, "
    "as it was published; the noise of the mean is √experiments smaller. The connected functions below are "
    "projected on their exact shape, so that their power of N can be fitted through the noise."
)
#: Standard deviations by which a fitted power may miss the expected one.
ALLOWED = 4.0
#: Standard error of a fitted power from which on it says nothing about a power.
RESOLVED = 0.25
SLIDE = "talk, “Some Results”; 2008.08601, section 2"


def scaling(bench: Bench) -> Part:
    """Make the part."""
    claims: list[Claim] = []
    drawings: list[Drawing] = []
    for setup in bench.setups:
        scan = bench.scans[setup.name]
        figure = f"moments_{setup.name}"
        claims += _claims(setup, scan, figure)
        drawings.append(
            Drawing(
                figure,
                setup.title,
                "Above: mₙ sampled (points), exact (line), background and noise of the mean. Below: "
                "connected "
                "functions along their exact shape, with the fitted power of N. The exact m₂ is 0.",
                partial(_draw, scan),
            )
        )
    arrays = {f"widths_{setup.name}": _arrays(bench.scans[setup.name]) for setup in bench.setups}
    return Part("Correlators against the width", TEXT, tuple(claims), tuple(drawings), arrays)


def _draw(scan: WidthScan) -> "Figure":
    from nnft_sym.report.width_plots import width_figure
    from nnft_sym.reproduction.plotting import thin_out

    figure = width_figure(scan)
    for axes in figure.axes:  # three columns are narrow
        axes.set_title(axes.get_title().replace(": ", ":\n").replace(", errors", ",\nerrors"))
    thin_out(figure)
    return figure


def _claims(setup: PublishedSetup, scan: WidthScan, figure: str) -> Iterator[Claim]:
    two, four, six = scan.series
    yield _propagator(setup, two, figure)
    yield _power(setup, four, "ΔG⁽⁴⁾ falls like 1/N", "ΔG⁽⁴⁾ is κ₄/N exactly", figure)
    yield _sixth(setup, scan, figure)
    yield _power(setup, six, "the connected 6-point function falls like 1/N²", "it is κ₆/N² exactly", figure)


def _propagator(setup: PublishedSetup, series: WidthSeries, figure: str) -> Claim:
    """The 2-point function is K at every width: m₂ stays in the background."""
    ratio = series.m.value / series.scatter_of_experiment
    worst = int(np.argmax(ratio))
    found = series.m[worst] / float(series.scatter_of_experiment[worst])
    within = float(found) < 1.0 + ALLOWED * float(found.error)
    vague = float(found.error) > 1.0
    return Claim(
        f"G2 {setup.name}",
        f"{setup.title}: G⁽²⁾ = K at every width",
        SLIDE,
        "m₂ in the background",
        found,
        "largest m₂ over the background of one experiment, of all widths",
        Finding.NOT_TESTABLE if vague else Finding.AGREES if within else Finding.CONTRADICTED,
        Reason.NOISE if vague else Reason.NONE,
        explanation="The exact m₂ is 0 at every width; what is sampled is noise.",
        figure=figure,
        about=setup.about,
    )


def _power(setup: PublishedSetup, series: WidthSeries, text: str, why: str, figure: str) -> Claim:
    """A fitted power of N, sampled where the errors can be trusted, else exact."""
    expected = 1.0 - series.order / 2
    law = series.law
    if law is not None and float(law.exponent.error) <= RESOLVED:
        found: Estimate = -law.exponent
        pull = abs(float(found) - expected) / float(found.error)
        near = pull <= ALLOWED
        finding, reason = (Finding.AGREES, Reason.NONE) if near else (Finding.CONTRADICTED, Reason.NOISE)
        widths = int(series.trusted_connected.sum())
        what = "power of N of the sampled connected function"
        note = f"Fitted to {widths} widths; {pull:.1f} standard errors from {expected:.0f}; {why}."
    else:
        assert series.law_exact is not None
        found = -series.law_exact.exponent
        finding, reason = Finding.AGREES, Reason.NONE
        what = "power of N of the exact connected function"
        noisy = bool(np.all(series.trusted_connected))
        hidden = "The sample is noise" if noisy else "Errors of the sample cannot be trusted"
        note = f"{hidden} at this number of networks, so that no power is fitted to it; {why}."
    return Claim(
        f"G{series.order}c {setup.name}",
        f"{setup.title}: {text}",
        SLIDE if series.order == 4 else "scripts, six_pt_connected; 2008.08601, section 2",
        expected,
        found,
        what,
        finding,
        reason,
        note,
        figure,
        setup.about,
    )


def relative_excess(exact: Correlators, setup: PublishedSetup, width: int) -> Estimate:
    """N m₆ over its limit at infinite width: 1 if ΔG⁽⁶⁾ ∝ 1/N exactly.

    ΔG⁽⁶⁾ = a/N + b/N², with b the connected function at N = 1.
    """
    free = np.abs(free_theory(setup.network(width), setup.points, 6))
    one = exact.at_width(1)
    near = np.abs(exact.at_width(width).excess()[6].numbers() / free).mean() * float(width)
    limit = one.excess()[6].numbers() - one.connected()[6].numbers()
    found: Estimate = near / np.abs(limit / free).mean()
    return found


def _sixth(setup: PublishedSetup, scan: WidthScan, figure: str) -> Claim:
    assert scan.exact is not None
    width = int(scan.widths[0])
    found = relative_excess(scan.exact, setup, width)
    return Claim(
        f"G6 {setup.name}",
        f"{setup.title}: ΔG⁽⁶⁾ falls like 1/N",
        SLIDE,
        1.0,
        found,
        f"N m₆ at N = {width} over its limit at N → ∞",
        Finding.REFINED,
        Reason.LEADING,
        "ΔG⁽⁶⁾ = a/N + b/N² exactly; the second term is the connected 6-point function.",
        figure,
        setup.about,
    )


def _arrays(scan: WidthScan) -> Arrays:
    orders = [series.order for series in scan.series]
    axes = ("order", "width")

    def stacked(*rows: object) -> "tuple[tuple[str, ...], np.ndarray]":
        return axes, np.array([np.asarray(row) for row in rows])

    series = scan.series
    return {
        "order": (("order",), orders),
        "width": (("width",), scan.widths),
        "m": stacked(*(one.m for one in series)),
        "m_error": stacked(*(one.m.error for one in series)),
        "m_exact": stacked(*(one.m_exact for one in series)),
        "background": stacked(*(one.scatter_of_experiment for one in series)),
        "noise_of_mean": stacked(*(one.scatter_of_mean for one in series)),
        "connected": stacked(*(one.projection for one in series)),
        "connected_error": stacked(*(one.projection.error for one in series)),
        "connected_exact": stacked(*(one.projection_exact for one in series)),
        "trusted": stacked(*(one.trusted for one in series)),
    }
