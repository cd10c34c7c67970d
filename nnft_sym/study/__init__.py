"""The main job: `run` holds a theory against ensembles of networks, net by net (`net`), to a `verdict`.

`config` reads what to do; `couplings` extracts λ, `next_order` predicts with it; `results` are the records,
`summary` the few numbers of them; `reporter` is told how far it is.
"""
