"""A run of the sampler from its start to its end; `run` is the way in.

`checkpoints` keep the sums reached, `interrupts` ends a run between two pages, `dask_cluster` spreads it over
machines.
"""
