"""Whether a network defines a quantum field theory: the Osterwalder-Schrader axioms, one by one.

`all_axioms` is the way in: all axioms of one network. `axiom_check` is what every axiom answers, and the
table of all of them. `covariance`, `bose_symmetry`, `clustering` (with closed limits in `clustering_limits`)
and `regularity` are one axiom each; `places` chooses their points.

`reflection_positivity` is the way in to reflection positivity; `positivity_answer` is what it asks and finds,
`positivity_reasons` says why. `reflection` has the plane and the times, `positivity_moments` the correlators,
`positivity_matrix` the matrix of monomials with its eigenvalues, `fifty_digits` the same in extended
precision. `witness` finds a functional that shows a failure, `times_search` better times; `smooth_kernels`
and `null_functionals` give reasons why it fails, `positive_plane_waves` proofs that it holds,
`negativity_power` how a failure goes away with the width.
"""
