"""The machine below the physics: compiler, vectors, special functions, random numbers.

Nothing here knows a network. `jit` holds the options of the compiler. `vectors` works on sixteen numbers at
once through the instructions of `intrinsics`; `special_functions` are those that loops call;
`random_streams` gives numbers by their place in a counted stream, so that a result depends on no order of
work.
"""
