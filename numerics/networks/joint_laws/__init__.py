"""Joint laws of output weights: equicorrelated, radial with a quartic term, deformed, and your own.

`equicorrelated` has any two weights correlated alike, `radial_quartic` a density of |a| alone, `deformed_law`
any e^(−A) in front of independent weights, A a polynomial in power sums; `given_moments` takes the joint
moments as a function; `named_joint_laws` reads text forms. A deformed law is solved by `gaussian_weights`,
`radial_weights` or `single_weights` (what each gives: `weight_averages`, `line_density`), or drawn by
`weight_chains`; `power_sum_terms` holds A.
"""
