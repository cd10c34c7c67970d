"""Joint laws of output weights: equicorrelated, deformed, and your own.

`equicorrelated` has any two weights correlated alike, `deformed_law` any e^(−A) in front of independent
weights, A a polynomial in power sums; `given_moments` takes the joint moments as a function;
`named_joint_laws` reads text forms. A deformed law is solved by `gaussian_weights`, `radial_weights` (with
`quartic_lengths`) or `single_weights` (what each gives: `weight_averages`, `line_density`), or drawn by
`weight_chains`; `power_sum_terms` holds A, `deformation_text` writes it.
"""
