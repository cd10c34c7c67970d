"""Ground floor: Wick contractions and Feynman diagrams as exact graphs.

What to use when: `generate` streams diagrams, `count` only counts them; `Diagram` is the value object, with
its symmetry factor and Wick multiplicity; `named_filter` finds a selection by name (the predicates themselves
are in `diagrams.filters`); `contract` and `diagrams.zero_dim` are oracles that share no code with the
generator; `diagrams.graphs` speaks networkx, `to_json` and `nickel_index` write text; `diagrams.drawing`
makes pictures; `diagrams.enumeration.bulk` gives arrays where there are millions.

Public names are imported on first use: the command line starts without the generator.
"""

from diagrams._marker import DISTRIBUTION as __distribution__  # noqa: F401
from diagrams._marker import VERSION as __version__  # noqa: F401
from diagrams.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__, namespaces=("filters",))
