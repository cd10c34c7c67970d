"""Propagators: what every kernel answers (`base`), our four (`arc`, `stationary`) and the user's (`own`).

`profiles` are functions of position on a vertex. `scalar`, `tables` and `scalar_tables` are the compiled
forms; `checks` asks a user's kernel for growth, kinks and symmetry.
"""
