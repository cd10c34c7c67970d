"""Networks: one definition gives sampler parameters, kernel and exact moments.

`architectures` is the way in: all networks by name. `base` is what every network answers; `erf`, `relu`,
`gauss` and `cos` are those of the literature, one file each; `own` has any other activation (`named` ones, or
the user's: `activations` compiles functions, `expressions` is where the floor above reads texts). `laws` are
the distributions of a parameter, `momentum_laws` those of propagators, `own_law` those of the user,
`parameter_laws` all laws of a network; `output_weights` has their moments, `presets` customary
initialisations. `record` is the one text form of a network. `averages` integrate over the parameters of one
neuron.
"""
