"""From flat programs to numbers with errors; `integration` and `prediction` are the ways in.

`methods` chooses: `gaussian_form` (closed), `contraction` of tables on the nodes of `quadrature` (refined by
`refinement`), or `pointwise` cubature and quasi-Monte-Carlo. `convergence` knows what diverges and `flow`
how. `store` and `resumable` keep what was integrated.
"""
