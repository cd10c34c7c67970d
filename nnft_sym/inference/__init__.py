"""From correlators to the couplings of an action.

`infer` is the way in. A `model` is an action with its expansions; integrated over inputs and a domain it is
a `theory`, polynomial in the couplings; a `measurement` is a theory with data. `by_order` infers couplings
in `step`s, and `coupling_fit` is what comes out, told by `coupling_sentences`; `contributions` are its
terms, `elementwise` one coupling for each element, `model_errors` what the theory leaves out.
`coupling_flow` infers them in boxes of several sizes and at several widths; `flow_powers` counts how they
should go, `flow_in_words` says what came out.
"""
