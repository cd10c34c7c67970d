"""The main job: hold a field theory against an ensemble of networks.

The steps, in the order in which they run for each net, for the recipe of `S_GP + ∫ λ f⁴`:

1. expand the 2-, 4- and 6-point functions into diagrams (exact propagator);
2. integrate the vertices for all index sets, once (`nnft_sym.study.net_integrals`);
3. sample the ensemble; compute the exact finite-width correlators, the referee;
4. extract λ from the 4-point function: per element, mean, one fitted constant;
5. predict the 6-point function with each, and hold it against the ensemble and the referee;
6. infer all couplings of the action order by order in 1/N, and take the 6-point function apart
   (`nnft_sym.study.action_fit`);
7. judge: `checks` our numbers, `verdict` the field theory (`nnft_sym.study.judgements`);
8. ask for symmetries and axioms (`nnft_sym.study.symmetries_and_axioms`).

Steps 3 to 7 are in `nnft_sym.study.net`; the names and orders are those of a `Recipe`.
"""

from __future__ import annotations

import platform
import time
from contextlib import nullcontext
from dataclasses import replace
from importlib.metadata import version
from os import PathLike
from pathlib import Path

from diagrams.errors import NNFTError
from diagrams.messages import shown
from nnft_sym.actions.action import Action
from nnft_sym.inference.model import Model
from nnft_sym.study.case import Case
from nnft_sym.study.config import InvalidStudy, StudyConfig
from nnft_sym.study.judgement import STANDARD, Judgement
from nnft_sym.study.net import study_net
from nnft_sym.study.net_integrals import integrated
from nnft_sym.study.recipe import PUBLISHED, Recipe
from nnft_sym.study.reporter import Reporter, reported
from nnft_sym.study.run_record import RunRecord, Stopwatch
from nnft_sym.study.setup import Setup
from nnft_sym.study.study_files import FILE_ERRORS, StudyFiles
from nnft_sym.study.study_results import NetResult, StudyResult
from nnft_sym.study.suitable import coupling_of
from nnft_sym.study.symmetries_and_axioms import SymmetriesAndAxioms
from numerics.given import as_instance


def run_study(
    config: StudyConfig,
    reporter: Reporter | None = None,
    limits: Judgement = STANDARD,
    recipe: Recipe = PUBLISHED,
    kept: StudyFiles | str | PathLike[str] | None = None,
    *,
    progress: bool = False,
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
    recipe : Recipe, optional
        Which coupling is read off which correlator, and what it predicts.
    kept : path-like or StudyFiles, optional
        Folder that keeps samples and integrals as they are done; a study that it holds is continued, and
        gives the same numbers to the last bit as without the interruption.
    progress : bool, optional
        Show steps and progress, where no reporter is given: a bar on a terminal, lines in notebooks.

    Returns
    -------
    StudyResult

    Raises
    ------
    InvalidStudy
        If what is given is no study.
    UnsuitableAction
        If its couplings cannot be found with networks of one output.
    DivergentIntegral
        If a vertex integral needs a cutoff and none is given; raised before anything is sampled.
    InvalidStudy
        If numbers of a net leave floating point; before anything is sampled.
    CheckpointMismatch, DamagedCheckpoint
        If the folder keeps another study, or was altered.
    OutputInUse, UnwritableOutput
        If another run keeps its study there, or the disk refuses.
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
    _check(config, limits, recipe)
    files = StudyFiles(Path(kept)) if isinstance(kept, str | PathLike) else kept
    action = Action(config.action)
    record = RunRecord.now()
    claimed = nullcontext() if files is None else files.running(config)
    with reported(reporter, progress) as told, claimed:
        watch = Stopwatch(told)
        coupling = coupling_of(action, recipe)
        named = recipe if coupling is None else recipe.called(coupling)
        found = _run(config, Setup.of(config, coupling, named, limits, watch, files))
    return replace(found, run=replace(record, parts=watch.parts()))


def _run(config: StudyConfig, setup: Setup) -> StudyResult:
    start, recipe = time.perf_counter(), setup.recipe
    model = Model(setup.action, recipe.orders)
    probe = model if setup.coupling is not None else Model(Action(recipe.term), recipe.orders)
    cases = [Case.of(table) for table in config.net]
    nets: list[NetResult] = []
    refused: dict[str, str] = {}
    integrals = integrated(cases, probe, setup)
    for number, (case, one) in enumerate(zip(cases, integrals, strict=True), start=1):
        try:
            found = study_net(case, one, setup)
            setup.told.stage(f"{case}: symmetries and axioms")
            nets.append(replace(found, symmetries_and_axioms=SymmetriesAndAxioms.of(case)))
        except FILE_ERRORS:
            raise
        except NNFTError as error:  # the others have been paid for
            if number == len(cases) and not nets:
                raise
            refused[f"net number {number} of the study, {case}"] = str(error)
    return StudyResult(
        config=config,
        expansions=model.expansions,
        nets=tuple(nets),
        provenance=_provenance(config),
        seconds=time.perf_counter() - start,
        refused=refused,
        limits=setup.limits,
        recipe=recipe,
    )


def _check(config: object, limits: object, recipe: object) -> None:
    if not isinstance(config, StudyConfig):
        raise InvalidStudy(
            f"{shown(config)} was given as the study; a StudyConfig is needed: make one with "
            "load_study(path), parse_study(text) or built_in_study()"
        )
    as_instance(limits, Judgement, "limits", InvalidStudy, "a Judgement")
    as_instance(recipe, Recipe, "recipe", InvalidStudy, "a Recipe")


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
