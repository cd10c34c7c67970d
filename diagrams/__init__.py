"""Ground floor: Wick contractions and Feynman diagrams as exact graphs.

What to use when: `generate` streams diagrams, `count` only counts them; `Diagram` is the value object, with
its symmetry factor and Wick multiplicity; `named_filter` finds a selection by name (the predicates themselves
are in `diagrams.filters`); `contract` and `diagrams.zero_dim` are oracles that share no code with the
generator; `diagrams.graphs` speaks networkx, `to_json` and `nickel_index` write text; `diagrams.drawing`
makes pictures; `diagrams.enumeration.bulk` gives arrays where there are millions.
"""

from diagrams import filters as filters
from diagrams._marker import DISTRIBUTION as __distribution__
from diagrams._marker import VERSION as __version__
from diagrams.combinatorics.numbers import double_factorial as double_factorial
from diagrams.combinatorics.pairings import pairings as pairings
from diagrams.combinatorics.wick import contract as contract
from diagrams.combinatorics.wick import contraction_count as contraction_count
from diagrams.diagram import Component as Component
from diagrams.diagram import Diagram as Diagram
from diagrams.diagram import SymmetryFactor as SymmetryFactor
from diagrams.enumeration.counting import Count as Count
from diagrams.errors import GenerationError as GenerationError
from diagrams.errors import InvalidDiagram as InvalidDiagram
from diagrams.errors import NNFTError as NNFTError
from diagrams.errors import UnknownFilter as UnknownFilter
from diagrams.filters import Filter as Filter
from diagrams.filters import NamedFilter as NamedFilter
from diagrams.filters import named_filter as named_filter
from diagrams.generation import count as count
from diagrams.generation import generate as generate
from diagrams.grouping import Group as Group
from diagrams.grouping import grouped as grouped
from diagrams.json_form import from_json as from_json
from diagrams.json_form import to_json as to_json
from diagrams.nickel import from_nickel_index as from_nickel_index
from diagrams.nickel import nickel_index as nickel_index

__all__ = [
    "Component",
    "Count",
    "Diagram",
    "Filter",
    "GenerationError",
    "Group",
    "InvalidDiagram",
    "NNFTError",
    "NamedFilter",
    "SymmetryFactor",
    "UnknownFilter",
    "__distribution__",
    "__version__",
    "contract",
    "contraction_count",
    "count",
    "double_factorial",
    "filters",
    "from_json",
    "from_nickel_index",
    "generate",
    "grouped",
    "named_filter",
    "nickel_index",
    "pairings",
    "to_json",
]
