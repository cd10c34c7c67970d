"""Names of the namespace."""

from diagrams import Component as Component
from diagrams import Count as Count
from diagrams import Diagram as Diagram
from diagrams import Group as Group
from diagrams import NamedFilter as NamedFilter
from diagrams import SymmetryFactor as SymmetryFactor
from diagrams import contract as contract
from diagrams import contraction_count as contraction_count
from diagrams import count as count
from diagrams import double_factorial as double_factorial
from diagrams import filters as filters
from diagrams import from_nickel_index as from_nickel_index
from diagrams import generate as generate
from diagrams import grouped as grouped
from diagrams import named_filter as named_filter
from diagrams import nickel_index as nickel_index
from diagrams import pairings as pairings
from diagrams.drawing import sheet_figure as sheet_figure
from diagrams.drawing import svg as svg
from diagrams.drawing import svg_sheet as svg_sheet
from diagrams.drawing import tikz as tikz
from diagrams.drawing import tikz_document as tikz_document
from diagrams.enumeration.bulk import generate_batches as generate_batches
from diagrams.graphs import from_networkx as from_networkx
from diagrams.graphs import to_networkx as to_networkx
