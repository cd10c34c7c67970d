"""How results show themselves: in notebooks (`notebook`), as files (`saving`) and as figures (`pictures`, those of
flows in `flow_pictures`).

Results know these by name (`numerics.results.faces`) and give plain fields. `reading` reads back what was
saved.
"""
