"""Symmetries of the field, read off the laws of the parameters, and tested on correlators.

A transformation of the outputs or of the inputs is a symmetry where parameters absorb it and their law is
invariant. That is enough, and it needs no action; a symmetry that is not found that way may hold all the
same, so correlators are compared before and after.

`derive_and_test` is the way in: `symmetry_result` is what it finds of one group, `symmetry_table` of all,
`verdicts` what is said of it. `groups` holds the groups of transformations, `own_groups` those of the user,
`named_groups` reads names.

`derive` derives: `derivation` holds the lines (`derivation_latex` writes them), `output_routes` and
`input_routes` the ways in which parameters absorb a transformation, `activation_parity` what the activation
does. `exact_test` compares exact correlators and answers with `violations`. `output_tensors` are the products
of δ and ε that isotropic correlators are made of.

`sampled_test` tests by sampling: `sampled_changes` forms what should vanish, `sampled_result` is the outcome.
`output_fields` puts every output at every point.

`ward` compares the two sides of a Ward identity, `ward_table` those of all continuous groups: `ward_motion`
says how parameters move, `ward_sides` has the numbers.
"""
