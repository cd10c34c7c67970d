"""All numbered statements: T1 … are slips of the talk, R1 … defects of the published scripts.

A statement is one function from `Couplings` to a `Claim`, and one entry here.
"""

from collections.abc import Callable

from nnft_sym.reproduction import (
    duality_slips,
    positivity_slips,
    script_defects,
    slips,
    symmetry_slips,
    vertex_slips,
)
from nnft_sym.reproduction.claims import Claim
from nnft_sym.reproduction.fitted_couplings import Couplings
from nnft_sym.reproduction.parts import Bench, Part

Statement = Callable[[Couplings], Claim]

#: Slips of the talk, in the order of their numbers.
OF_THE_TALK: tuple[Statement, ...] = (
    slips.log_likelihood,
    slips.free_action,
    slips.one_neuron,
    slips.fall_of_all_orders,
    vertex_slips.tadpole,
    vertex_slips.bias_inside,
    vertex_slips.printed_sets,
    vertex_slips.kappa_sets,
    vertex_slips.two_kinds_of_fifteen,
    duality_slips.generating_functional,
    duality_slips.powers_of_the_width,
    duality_slips.edgeworth_signs,
    duality_slips.partition_without_source,
    slips.letters,
    symmetry_slips.rotations_of_outputs,
    slips.which_average,
    positivity_slips.reflection_positivity_of_the_shown,
)
#: Defects of the scripts, in the order of their numbers.
OF_THE_SCRIPTS: tuple[Statement, ...] = (
    script_defects.normalisation,
    script_defects.missing_dimension,
    script_defects.comparison_for_assignment,
    script_defects.wrong_set,
    script_defects.sign,
    script_defects.infinite_cutoff,
    script_defects.spectator,
    script_defects.clipping,
)
TALK = (
    "What the talk says otherwise than it is, with a number that shows it. Numbers are those of the engine "
    "at the published set-ups in d = 1 where nothing else is said."
)
SCRIPTS = (
    "What the published scripts compute otherwise than the formulas say, with the factor by which a number "
    "changes. The scripts were read, not run; their defects are put into our own arithmetic one at a time."
)


def of_the_talk(bench: Bench) -> Part:
    """Make the part of the slips."""
    bench.told("slips of the talk")
    return Part("Slips of the talk", TALK, tuple(make(bench.couplings) for make in OF_THE_TALK))


def of_the_scripts(bench: Bench) -> Part:
    """Make the part of the defects."""
    bench.told("defects of the scripts")
    claims = tuple(make(bench.couplings) for make in OF_THE_SCRIPTS)
    return Part("Defects of the published scripts", SCRIPTS, claims)
