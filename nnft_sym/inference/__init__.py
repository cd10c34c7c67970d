"""From correlators to the couplings of an action.

A `model` is an action with its expansions; integrated over inputs and a domain it is a `theory`, polynomial
in the couplings. `by_order` infers them, and `coupling_fit` is what comes out. `coupling_flow` infers them in
boxes of several sizes and at several widths; `flow_powers` counts how they should go, `flow_in_words` says
what came out.
"""
