"""From flat programs to numbers with errors; `integrator` is the way in.

`prediction` and `flow` put together what is asked of several integrals. Below are, from the bottom up,
`questions` (what is asked and answered), `rules` (nodes and weights), `evaluate` (products summed on them),
`accuracy` (when that is enough) and `solve` (which way is taken, and what is kept on disk).
"""
