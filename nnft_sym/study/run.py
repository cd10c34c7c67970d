"""The main job: hold a field theory `S_GP + ∫ [λ f⁴ + κ f⁶]` against an ensemble of networks.

The steps, in the order in which they run for each net:

1. expand the 2-, 4- and 6-point functions into diagrams (exact propagator);
2. integrate the vertices for all index sets, once;
3. sample the ensemble; compute the exact finite-width correlators, the referee;
4. extract λ from the 4-point function: per element, mean, one fitted constant;
5. predict the 6-point function with each, and hold it against the ensemble and the referee;
6. judge: `checks` our numbers, `verdict` the field theory.

Steps 3 to 6 are in `nnft_sym.study.net`.
"""

import platform
import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from diagrams.errors import NNFTError
from diagrams.messages import shown
from nnft_sym.actions.action import Action
from nnft_sym.actions.polynomials import Polynomial
from nnft_sym.expansions.expansion import Expansion, correlator
from nnft_sym.study import recipe
from nnft_sym.study.config import InvalidStudy, NetConfig, StudyConfig
from nnft_sym.study.judgement import STANDARD, Judgement
from nnft_sym.study.net import ORDERS, study_net
from nnft_sym.study.reporter import Reporter, Silent
from nnft_sym.study.results import Array, NetResult, StudyResult
from numerics.errors import DivergentIntegral
from numerics.fields.points import as_points
from numerics.integrals.integrator import predict
from numerics.integrals.prediction import Prediction
from numerics.integrals.rules.domains import Box, WholeSpace

if TYPE_CHECKING:
    from numerics.integrals.rules.domains import Domain

#: Vertex integrals below this, or above its inverse, have no squares among the floats.
SMALLEST = 1e-140


class UnsuitableAction(NNFTError, ValueError):
    """The action has no single coupling of f⁴ to extract."""


def run_study(
    config: StudyConfig, reporter: Reporter | None = None, limits: Judgement = STANDARD
) -> StudyResult:
    """Run a whole study.

    Parameters
    ----------
    config : StudyConfig
        What to do; see `nnft_sym.study.config`.
    reporter : Reporter, optional
        Told about progress.
    limits : Judgement, optional
        Thresholds of checks and verdicts; they are kept in the result and shown in the report.

    Returns
    -------
    StudyResult

    Raises
    ------
    InvalidStudy
        If what is given is no study.
    UnsuitableAction
        If the action has no f⁴ term with one coupling of its own.
    DivergentIntegral
        If a vertex integral needs a cutoff and none is given; raised before anything is sampled.
    InvalidStudy
        If numbers of a net leave floating point; before anything is sampled.
    NNFTError
        What made every net fail. Where one of several fails, the result has the others, and says so.

    Examples
    --------
    >>> from nnft_sym.study.config import parse_study
    >>> tiny = '''
    ... experiments = 2
    ... networks = 500
    ... [[net]]
    ... kind = "cos"
    ... width = 3
    ... points = [[0.0], [0.7]]
    ... '''
    >>> result = run_study(parse_study(tiny))
    >>> result.nets[0].next_order.explained["free"]
    0.0
    """
    _check_config(config)
    told: Reporter = Silent() if reporter is None else reporter
    start = time.perf_counter()
    action = Action(config.action)
    coupling = lone_coupling(action)
    expansions = {n: correlator(action, n, order=1, scheme="exact") for n in ORDERS}
    integrated = _integrate_all(config, expansions, coupling, told)
    nets: list[NetResult] = []
    refused: dict[str, str] = {}
    for number, (net, predictions) in enumerate(zip(config.net, integrated, strict=True), start=1):
        try:
            nets.append(study_net(net, config, predictions, coupling, told, limits))
        except NNFTError as error:  # the others have been paid for
            if number == len(config.net) and not nets:
                raise
            refused[f"net number {number} of the study, {net.kind}-net"] = str(error)
    return StudyResult(
        config=config,
        expansions=expansions,
        nets=tuple(nets),
        provenance=_provenance(config),
        seconds=time.perf_counter() - start,
        refused=refused,
        limits=limits,
    )


def _check_config(config: object) -> None:
    if not isinstance(config, StudyConfig):
        raise InvalidStudy(
            f"{shown(config)} was given as the study; a StudyConfig is needed: make one with "
            "load_study(path), parse_study(text) or built_in_study()"
        )


def lone_coupling(action: Action) -> str:
    """Name the coupling of f⁴, which must stand alone.

    Raises
    ------
    UnsuitableAction
        If f⁴ is missing or its coefficient is not one coupling, or odd powers are present.

    Examples
    --------
    >>> lone_coupling(Action("lambda*f**4 + kappa*f**6"))
    'lambda'
    """
    if not action.is_local_scalar:
        raise UnsuitableAction(
            f"the action {action} has position-dependent, bilocal or several-component terms; a study takes "
            f"a local action of one component, as in '{recipe.DEFAULT_ACTION}'"
        )
    coefficient = action.coefficient(recipe.FITTED) if recipe.FITTED in action.valences else None
    if coefficient is None or coefficient != _lone(coefficient):
        raise UnsuitableAction(
            f"the action {action} has no term of the form {recipe.TERM} with one coupling of its own; a "
            f"study extracts that coupling from the {recipe.FITTED}-point function, so write it as in "
            f"'{recipe.DEFAULT_ACTION}'"
        )
    odd = [valence for valence in action.valences if valence % 2]
    if odd or 2 in action.valences:
        raise UnsuitableAction(
            f"the action {action} has a term f**{(odd or [2])[0]}; networks with symmetric output weights "
            "have no odd correlators, and their 2-point function is K: a study takes even powers from f**4 on"
        )
    name = coefficient.variables[0]
    for valence in action.valences:
        for _, powers in action.coefficient(valence).monomials():
            if valence != recipe.FITTED and (not powers or name in powers):
                raise UnsuitableAction(
                    f"the coefficient of f**{valence} in the action {action} is a plain number or contains "
                    f"{name}; a study varies {name} alone, so give every other term a coupling of its own"
                )
    return name


def _lone(coefficient: Polynomial) -> Polynomial | None:
    """Make the polynomial that is just the first coupling of another one."""
    return Polynomial.variable(coefficient.variables[0]) if coefficient.variables else None


def _integrate_all(
    config: StudyConfig, expansions: Mapping[int, Expansion], coupling: str, told: Reporter
) -> list[dict[int, Prediction]]:
    """Integrate the diagrams of every net: a divergence is told before minutes of sampling, not after."""
    integrated = []
    for number, net in enumerate(config.net, start=1):
        told.stage(f"{net.kind}-net: integrating the diagrams")
        try:
            integrated.append(_integrate(net, expansions))
        except DivergentIntegral as error:
            raise DivergentIntegral(
                f"{error}. This is net number {number} of the study, {net.kind}-net: add a line like "
                "cutoff = 100.0 to its [[net]] table"
            ) from None
    for number, (net, predictions) in enumerate(zip(config.net, integrated, strict=True), start=1):
        _refuse_extremes(number, net, predictions[recipe.FITTED].coefficient(coupling).value)
    return integrated


def _integrate(net: NetConfig, expansions: Mapping[int, Expansion]) -> dict[int, Prediction]:
    """Integrate what a study uses: the free theory and the terms linear in the quartic coupling."""
    domain: Domain = WholeSpace() if net.cutoff is None else Box(net.cutoff)
    kernel, points = net.network().kernel, as_points(net.points)
    return {n: predict(expansion.monomials(), kernel, points, domain) for n, expansion in expansions.items()}


def _refuse_extremes(number: int, net: NetConfig, coefficient: Array) -> None:
    """Refuse, before anything is sampled, vertex integrals whose squares leave floating point."""
    largest = float(np.abs(coefficient).max())
    if largest == 0.0 or SMALLEST < largest < 1 / SMALLEST:
        return
    raise InvalidStudy(
        f"net number {number} of the study, {net.kind}-net: its vertex integrals are about {largest:.1e}, "
        f"and errors of {recipe.SYMBOL} need their squares; give deviations, points and a cutoff nearer to 1"
    )


def _provenance(config: StudyConfig) -> dict[str, object]:
    return {
        "nnft_sym": version("nnft-sym"),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "scipy": version("scipy"),
        "numba": version("numba"),
        "seed": config.seed,
        "experiments": config.experiments,
        "networks_per_experiment": config.networks,
        "action": config.action,
    }
