"""The same theory in the space of parameters: what follows from their laws without an action.

Cumulants and the generating functional of a network of any width, its density, the action that its
connected correlators imply, and laws of correlated parameters. Everything here takes a network or
correlators, and gives an expression and numbers with errors.

`cumulant_action` is the way in to actions of numbers, `symbolic_action` to actions of symbols (printed by
`action_printing`): `action_diagrams` lists their diagrams, `action_tensors` makes numbers of them in the
basis of `whitening`, `given_cumulants` reads what is given, `round_trip` goes back to the correlators.
`width_order` reads powers of 1/N; `symmetric_tensors` are in full, or by their distinct elements.

`deformation` is the way in to laws of correlated output weights: `strength_series` expands them in their
strength, `partition_series` and `deformed_correlators` are what networks make of them, `sampled_deformation`
samples. `quotient_text` prints.

`output_density` is the way in to densities: `edgeworth` is their series in `hermite_polynomials`,
`density_refusals` says where there is none, `histogram` counts sampled networks.

`generating_functional` is W[J], with `generating_symbols` for its formulas; `distance` says how far an action
is from one constant coupling.
"""
