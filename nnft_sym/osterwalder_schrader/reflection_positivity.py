"""Reflection positivity of a network, order by order, with the reason and a functional that shows it.

Order 2k holds if ⟨ΘF·F⟩ >= 0 for every polynomial F of degree k in the field at positive times. Correlators
are exact at the width of the network; a kernel stands for infinite width. A failure is proved by one
functional, or by the theorem on smooth propagators; that an order holds is known at the times looked at.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagrams.messages import shown
from nnft_sym.osterwalder_schrader.axiom_check import Axiom, AxiomCheck
from nnft_sym.osterwalder_schrader.fifty_digits import ZERO, spectrum_at_fifty_digits
from nnft_sym.osterwalder_schrader.negativity_power import NegativityPower, negativity_power
from nnft_sym.osterwalder_schrader.null_functionals import NullFunctional, excluded_by_four_points
from nnft_sym.osterwalder_schrader.positive_plane_waves import proof_of_positivity
from nnft_sym.osterwalder_schrader.positivity_answer import Answer, Question
from nnft_sym.osterwalder_schrader.positivity_matrix import PositivityMatrix, positivity_matrix
from nnft_sym.osterwalder_schrader.positivity_moments import Source, as_source
from nnft_sym.osterwalder_schrader.positivity_reasons import asymmetry_in_words, reason_of
from nnft_sym.osterwalder_schrader.reflection import Plane, Reflection, as_times, default_points
from nnft_sym.osterwalder_schrader.smooth_kernels import PlaneSlope, plane_slope
from nnft_sym.osterwalder_schrader.times_search import NO_SEARCH, TimesSearch, most_negative
from nnft_sym.osterwalder_schrader.witness import Functional, smallest_witness
from numerics.errors import InvalidStatistics, NotAvailable
from numerics.given import as_wholes
from numerics.kernels.base import Kernel
from numerics.networks.cos import CosNet, PlaneWaveKernel
from numerics.networks.momentum_laws import LatticePropagator
from numerics.results.quality import Quality

Array = NDArray[np.float64]

#: Orders that exact correlators reach.
LARGEST_ORDER = 10
#: Negative eigenvalues above this are held against fifty digits before they are believed.
DOUBTED = -1e-10
#: The witness of the theorem on smooth propagators, where numbers resolve no other.
LIMIT = "F = f(τ₁) − f(τ₂) for τ₁, τ₂ → 0"
#: From this order on little is searched, and above it default points are three of five: more take minutes.
MANY, FEW = 8, (0, 2, 4)
#: Between two displays of LaTeX.
NEXT = "\\]\n\\["


def reflection_checks(
    network: Source,
    orders: Iterable[int] | int = (2, 4, 6),
    times: ArrayLike | None = None,
    search: TimesSearch | None = None,
    *,
    networks: int = 0,
    seed: int = 0,
) -> list[AxiomCheck]:
    """Test reflection positivity at several orders.

    Parameters
    ----------
    network : Network or Kernel
        A kernel stands for infinite width.
    orders : iterable of int, or int
        Even, 2 to 10: 2k looks at all monomials of degree 0 to k.
    times : array_like, shape (n,) or (n, d), optional
        Positive times, or points whose first coordinate is the time; five by default, among them
        τ_c > τ_a + τ_b.
    search : TimesSearch, optional
        How much other times are searched for a more negative eigenvalue.
    networks : int, optional
        Random networks from which ⟨ΘF·F⟩ of a witness is estimated, too; none by default.
    seed : int, optional
        Of those.

    Returns
    -------
    list of AxiomCheck
        One for each order, ascending. `holds` is monotone: what fails at an order fails at all higher ones.

    Raises
    ------
    InvalidPoints
        If times are not positive, or not on the lattice of lattice momenta.
    NotAvailable
        If an order is odd or out of range.

    References
    ----------
    K. Osterwalder, R. Schrader, Axioms for Euclidean Green's functions, Commun. Math. Phys. 31 (1973) 83
    and 42 (1975) 281.

    Examples
    --------
    >>> from numerics.networks.architectures import CosNet, ErfNet
    >>> net = CosNet(3, sigma_a=1.0).with_laws(hidden="cauchy", output="rademacher")
    >>> [one.holds for one in reflection_checks(net, (2, 4, 6))]
    [True, True, False]
    >>> [one.holds for one in reflection_checks(net.kernel, (2, 4))]
    [True, True]
    >>> reflection_checks(ErfNet(3), 2)[0].reason[:48]
    'f is mean-square differentiable in time at the r'
    """
    source = as_source(network)
    wanted = _orders(orders)
    question = _question(source, times, TimesSearch() if search is None else search)
    found: list[AxiomCheck] = []
    for order in wanted:
        broken = next((one for one in found if one.holds is False), None)
        found.append(_check(question, order, broken))
    return [_confirmed(one, source, networks, seed) for one in found]


def _confirmed(one: AxiomCheck, source: Source, networks: int, seed: int) -> AxiomCheck:
    """Estimate ⟨ΘF·F⟩ of a witness from random networks."""
    if one.functional is None or not networks or isinstance(source, Kernel):
        return one
    mean = one.functional.sampled(source, networks, seed)
    sampled = {"sampled value of the witness": float(mean), "its standard deviation": float(mean.error)}
    return replace(one, evidence={**one.evidence, **sampled})


def _orders(orders: Iterable[int] | int) -> list[int]:
    needed = f"even orders from 2 to {LARGEST_ORDER} are needed, as in (2, 4, 6)"
    found = sorted(set(as_wholes(orders, "orders", NotAvailable, needed, least=-(10**9))))
    wrong = [one for one in found if one % 2 or not 2 <= one <= LARGEST_ORDER]
    if wrong or not found:
        raise NotAvailable(
            f"orders = {shown(wrong[0] if wrong else found)} was given to reflection positivity; {needed}"
        )
    return found


def lattice_spacing(source: Source) -> float | None:
    """Spacing of the sites on which a field with momenta of a lattice lives; None: there is no lattice.

    Examples
    --------
    >>> net = CosNet(3, sigma_w=2.0).with_laws(hidden="lattice:mass=1")
    >>> lattice_spacing(net), lattice_spacing(net.kernel), lattice_spacing(CosNet(3))
    (0.5, 0.5, None)
    """
    if isinstance(source, CosNet) and isinstance(source.laws.hidden, LatticePropagator):
        return 1.0 / source.slope
    if isinstance(source, PlaneWaveKernel) and isinstance(source.law, LatticePropagator):
        return 1.0 / (source.slope * source.law.scale)
    return None


def _kernel(source: Source) -> Kernel | None:
    """The theory of infinite width, if there is one."""
    if isinstance(source, Kernel):
        return source
    try:
        return source.kernel
    except NotAvailable:
        return None


def _question(source: Source, times: ArrayLike | None, search: TimesSearch) -> Question:
    spacing = lattice_spacing(source)
    kernel = _kernel(source)
    length = None if kernel is None else kernel.length_scale
    points = default_points(length, source.d_in, spacing) if times is None else as_times(times, source.d_in)
    mirrors: tuple[Reflection, ...] = (Reflection(),)
    if spacing is not None:
        mirrors = tuple(Reflection(plane, spacing, lattice=True) for plane in Plane)
        mirrors[0].refuse(points)
        # between sites the field is not reflection positive, be it by a rounding of the spacing
        points = np.column_stack([spacing * np.rint(points[:, 0] / spacing), points[:, 1:]])
    slope: PlaneSlope | None = None
    null: NullFunctional | None = None
    # what cannot be had here the orders say themselves
    with suppress(NotAvailable):
        slope = None if kernel is None or spacing is not None else plane_slope(kernel)
    with suppress(NotAvailable):
        # where propagators are smooth two points are enough
        null = (
            None
            if slope is not None and slope.breaks_positivity
            else excluded_by_four_points(source, points, mirrors[0])
        )
    return Question(source, points, mirrors, search, slope, null, times is None)


def _check(question: Question, order: int, broken: AxiomCheck | None) -> AxiomCheck:
    """Answer one order; what is broken below stays broken."""
    slope = question.slope
    theorem = slope if slope is not None and slope.breaks_positivity else None
    try:
        answer = _answer(_at_order(question, order, broken), order)
    except NotAvailable as missing:
        return _without_numbers(order, broken, theorem, str(missing))
    proof = proof_of_positivity(question.source, order)
    if answer.matrix.asymmetry is not None:
        theorem = None  # it is about laws that the reflection leaves alone
    holds = answer.holds if proof is None or answer.holds is False else True
    if broken is not None or theorem is not None:
        holds = False
    shown_by = None if answer.holds is not False else smallest_witness(answer.matrix)
    evidence = _evidence(question, answer, shown_by)
    first = holds is False and theorem is None and broken is None and order <= MANY
    power = _power(question, order, answer) if first else None
    if power is not None:
        evidence |= {"power of N": power.power, "error of the power": power.error}
    witness, formula = ("", "") if broken is None else (broken.witness, broken.formula)
    if shown_by is not None:
        witness, formula = str(shown_by), shown_by.latex
    elif answer.matrix.asymmetry is not None:
        witness = asymmetry_in_words(answer.matrix)
    elif theorem is not None:
        witness = LIMIT
    if proof is not None and holds:
        formula = proof.latex
    if theorem is not None:
        formula = theorem.derivation if shown_by is None else f"{theorem.derivation}{NEXT}{shown_by.latex}"
    return AxiomCheck(
        Axiom.REFLECTION_POSITIVITY, order, holds, reason_of(question, order, answer, theorem, power, broken),
        answer.eigenvalue, answer.error, witness, formula, evidence, shown_by,
    )  # fmt: skip


def _at_order(question: Question, order: int, broken: AxiomCheck | None) -> Question:
    """Nothing is searched where a lower order fails; at high orders there are fewer points."""
    search = question.search
    if order == MANY:
        search = replace(search, starts=min(search.starts, 3), evaluations=0)
    question = replace(question, search=NO_SEARCH if broken is not None or order > MANY else search)
    if order > MANY and question.defaults:
        question = replace(question, points=question.points[list(FEW)])
    return question


def _without_numbers(
    order: int, broken: AxiomCheck | None, theorem: PlaneSlope | None, missing: str
) -> AxiomCheck:
    """No exact correlators of this order: what is known below still holds."""
    axiom = Axiom.REFLECTION_POSITIVITY
    if broken is not None:
        reason = f"fails at order {broken.order} already: {broken.reason}"
        return AxiomCheck(axiom, order, False, reason, witness=broken.witness, formula=broken.formula)
    if theorem is not None:
        return AxiomCheck(axiom, order, False, theorem.sentence, witness=LIMIT, formula=theorem.derivation)
    return AxiomCheck(axiom, order, None, f"no exact correlators: {missing}")


def _answer(question: Question, order: int) -> Answer:
    """Decide at the given times, then search others."""
    found = [
        _of_sector(question.source, sector)
        for mirror in question.mirrors
        for sector in _sectors(positivity_matrix(question.source, question.points, order, mirror))
    ]
    worst = min(found, key=lambda one: (one.holds is not False, one.holds is True, one.eigenvalue))
    tried = 0
    lowest: Answer | None = None
    for mirror in question.mirrors:
        best = most_negative(question.source, order, question.points, mirror, question.search)
        if best is None:
            continue
        tried += best.tried
        if best.matrix.spectrum.negative is not None:
            there = _of_sector(question.source, best.matrix)
            if there.holds is False and (lowest is None or there.eigenvalue < lowest.eigenvalue):
                lowest = there
    if lowest is not None and worst.holds is not False:
        worst = replace(lowest, elsewhere=True)
    facts: dict[str, object] = {}
    if worst.holds is False:
        least = worst if lowest is None else min(worst, lowest, key=lambda one: one.eigenvalue)
        times = sorted(least.matrix.points[:, 0].tolist())
        facts = {"most negative eigenvalue found": least.eigenvalue, "its times": times}
    return replace(worst, tried=tried, facts=facts)


def _sectors(matrix: PositivityMatrix) -> tuple[PositivityMatrix, ...]:
    return (matrix,) if matrix.asymmetry is not None else matrix.sectors


def _of_sector(source: Source, matrix: PositivityMatrix) -> Answer:
    """Decide one sector, with fifty digits where sixteen do not."""
    spectrum = matrix.spectrum
    if matrix.quality is not Quality.TRUSTED:
        return Answer(None, matrix, spectrum.smallest, spectrum.error, spectrum.rank, 16)
    if matrix.asymmetry is not None:
        return Answer(False, matrix, spectrum.smallest, float(spectrum.own_errors[0]), spectrum.rank, 16)
    clear = spectrum.negative is not None and spectrum.smallest < DOUBTED
    if not (clear or spectrum.smallest > spectrum.error):
        exact = spectrum_at_fifty_digits(source, matrix)
        if exact is not None:
            return Answer(exact[0] >= 0.0, matrix, exact[0], ZERO, sum(one != 0.0 for one in exact), 50)
    own = spectrum.own_errors[0] if spectrum.negative is not None else spectrum.error
    return Answer(spectrum.holds, matrix, spectrum.smallest, float(own), spectrum.rank, 16)


def _evidence(question: Question, answer: Answer, witness: Functional | None) -> dict[str, object]:
    matrix = answer.matrix
    facts: dict[str, object] = {
        "points": matrix.points.tolist(),
        "reflection": str(matrix.reflection),
        "monomials": len(matrix.monomials),
        "rank": answer.rank,
        "digits": answer.digits,
        "sets of times tried": answer.tried,
    }
    if question.slope is not None:
        facts["slope at the plane"] = float(question.slope.variance)
    if witness is not None:
        facts |= {
            "value of the witness": float(witness.norm),
            "error of the witness": float(witness.norm.error),
        }
    return facts | answer.facts


def _power(question: Question, order: int, answer: Answer) -> NegativityPower | None:
    """The power of N, where the theory of infinite width is positive at the same times."""
    if isinstance(question.source, Kernel) or answer.holds is not False:
        return None
    kernel, matrix = _kernel(question.source), answer.matrix
    try:
        if kernel is None:
            return None
        limit = positivity_matrix(kernel, matrix.points, order, matrix.reflection)
        if limit.spectrum.negative is not None:
            return None
        return negativity_power(question.source, matrix.points, order, reflection=matrix.reflection)
    except (InvalidStatistics, NotAvailable):
        return None
