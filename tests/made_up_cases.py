"""The nets that renderers must cope with, in one study; everything is made once per test run."""

from functools import cache

from made_up_study import made_up_net, made_up_study

from nnft_sym.report.plots import study_figures

GRID = ((-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0))
THREE = ((0.2,), (0.6,), (1.0,))

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
