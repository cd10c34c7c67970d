"""Propagators: what every kernel answers (`base`), our four (`arc`, `stationary`) and the user's (`user`).

`scalar`, `tables` and `scalar_tables` are their compiled forms; `checks` asks a user's kernel for growth,
kinks and symmetry.
"""
