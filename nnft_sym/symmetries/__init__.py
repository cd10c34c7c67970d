"""Symmetries of the field, read off the laws of the parameters, and tested on correlators.

A transformation of the outputs or of the inputs is a symmetry where parameters absorb it and their law is
invariant. That is enough, and it needs no action; a symmetry that is not found that way may hold all the
same, so correlators are compared before and after.

`groups` holds the groups of transformations, `own_groups` those of the user, `named_groups` reads names.

`sampled_test` tests by sampling: `sampled_changes` forms what should vanish, `sampled_result` is the outcome.
"""
