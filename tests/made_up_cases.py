"""The nets that renderers must cope with, in one study; everything is made once per test run."""

from functools import cache

from made_up_study import made_up_net, made_up_study

from nnft_sym.report.plots import study_figures
from nnft_sym.study.action_fit import ActionFit, Constancy, Reading
from nnft_sym.study.correlator_terms import Part

GRID = ((-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0))
THREE = ((0.2,), (0.6,), (1.0,))

FIT = ActionFit(
    readings=(
        Reading("lambda", 4, -0.0535, 1e-12, next_order=4.57, misfit=8.3e-5),
        Reading("kappa", 6, -0.295, 1e-11, misfit=0.00017, alone=-0.331),
    ),
    parts=(
        Part("lambda", "λ", 0.165, 0.165),
        Part("lambda**2", "λ² exchange", 0.0914, 0.257, 0.109),
        Part("kappa", "κ", 0.743, 0.9998, 0.9998),
    ),
    constancy=Constancy.ACCEPTED,
)
VAGUE = ActionFit(
    readings=(Reading("lambda", 4, 0.02, 0.03, next_order=0.01, misfit=0.9, weak=True),),
    exact=False,
    missing=("kappa",),
)

CASES = {
    "plain": {},
    "constant": {"kind": "relu", "width": 20, "spread": 0.0, "points": THREE},
    "no_referee": {"kind": "cos", "width": 3, "exact": False, "points": THREE, "cutoff": None},
    "heavy": {"kind": "gauss", "width": 100, "heavy": (4, 6), "cutoff": None, "points": THREE},
    "heavy_no_referee": {"kind": "gauss", "width": 7, "heavy": (6,), "exact": False, "points": THREE},
    "excluded": {"infinite": 36, "undetermined": 60},
    "nothing_left": {"points": THREE, "infinite": 15},
    "two_dimensions": {"points": GRID, "cutoff": 10.0},
    "one_point": {"points": ((0.5,),)},
    "couplings": {"points": THREE, "action_fit": FIT},
    "sampled_couplings": {"points": THREE, "exact": False, "action_fit": VAGUE},
}


@cache
def study():
    """A study of all the nets."""
    return made_up_study(*(made_up_net(**options) for options in CASES.values()))


def net(case):
    """One of them."""
    return study().nets[list(CASES).index(case)]


@cache
def figures():
    """All figures of the study."""
    return study_figures(study())


def figures_of(case):
    """The figures of one net by kind."""
    place = list(CASES).index(case)
    return {figure.kind: figure for figure in figures() if figure.net == place}
