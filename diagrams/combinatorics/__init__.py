"""Exact combinatorics without graphs, each written once for all floors.

`numbers` has double factorials and moments of a normal variable, `pairings` pairs things up,
`set_partitions` lists the terms of cumulants, `wick` contracts everything with everything.
"""
