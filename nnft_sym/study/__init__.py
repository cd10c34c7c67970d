"""The main job: `run` holds a theory against ensembles of networks, net by net (`net`), to a `verdict`.

`config` reads what to do, `study_text` writes it, `forecast` says what it would take; `coupling_tensors`
extracts λ, `next_order` predicts with it, `action_fit` infers all couplings of the action order by order in
1/N; `judgements` keeps apart whether our arithmetic is right and whether the action describes the ensemble;
`results` are the records, `summary` the few numbers of them; `reporter` is told how far it is.
"""
