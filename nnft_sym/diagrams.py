"""Diagrams by themselves: generated, counted, grouped, drawn, and in other forms.

`facts` says what one diagram is, `read_diagrams` reads text of any form; `generate` and `count`
(`generate_batches`: millions as arrays), `topologies` without a list of labellings, `grouped` from a list;
`named_filter`, `filters` and `LoopRange` (see `n_loops`) for selections; `contract` is the brute-force
oracle; `nickel_index`, `from_nickel_index`, `to_networkx`, `from_networkx`, `to_dot` and `to_graphml` are
other forms; `svg`, `svg_sheet`, `sheet_figure`, `tikz` and `tikz_document` draw.
"""

from diagrams.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
