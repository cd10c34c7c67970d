"""How results show themselves: in notebooks (`notebook`), as files (`saving`) and as figures (`pictures`).

Results know these by name (`numerics.results.faces`) and give plain fields. `flow_pictures` draws flows of
couplings; `reading` reads back what was saved.
"""
