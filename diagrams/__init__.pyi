"""The public names, each once; `diagrams` imports them on first use."""

from diagrams import filters as filters
from diagrams.combinatorics.numbers import double_factorial as double_factorial
from diagrams.combinatorics.pairings import pairings as pairings
from diagrams.combinatorics.wick import contract as contract
from diagrams.combinatorics.wick import contraction_count as contraction_count
from diagrams.diagram import Component as Component
from diagrams.diagram import Diagram as Diagram
from diagrams.diagram import SymmetryFactor as SymmetryFactor
from diagrams.diagram_facts import Facts as Facts
from diagrams.diagram_facts import facts as facts
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
from diagrams.generation import topologies as topologies
from diagrams.grouping import Group as Group
from diagrams.grouping import grouped as grouped
from diagrams.json_form import from_json as from_json
from diagrams.json_form import to_json as to_json
from diagrams.loops import LoopRange as LoopRange
from diagrams.loops import n_loops as n_loops
from diagrams.nickel import from_nickel_index as from_nickel_index
from diagrams.nickel import nickel_index as nickel_index
from diagrams.reading import read_diagrams as read_diagrams

__distribution__: str
__version__: str
