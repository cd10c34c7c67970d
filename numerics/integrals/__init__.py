"""From flat programs to numbers with errors; `integration` and `prediction` are the ways in.

`jobs` holds what is asked and what came out, `domains` where vertices may be. `methods` chooses:
`gaussian_form` (closed), `contraction` of tables on the nodes of `quadrature` or `cones` (made of `panels`,
refined by `refinement`, with `kinked_lines` and `tensor_network` to help), or `pointwise` cubature and
quasi-Monte-Carlo; `symmetry` knows what is zero; `backends` and their compiled `interpreter` do the sums.
`convergence` knows what diverges, `truncation` enlarges boxes to all of R^d, `flow` follows a coupling with
the cutoff. `store` and `resumable` keep what was integrated; `contact` is a second way to one integral.
"""
