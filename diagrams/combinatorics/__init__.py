"""Exact combinatorics without graphs: `wick` pairs legs, `set_partitions` lists the terms of cumulants."""
