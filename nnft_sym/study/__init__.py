"""The main job: `run` holds a theory against ensembles of networks, net by net (`net`), to a `verdict`.

`config` reads what to do (`study_text` writes it, `forecast` says what it takes); a `case` is one net of
it, a `recipe` what is read off which correlator, `setup` what all nets share, `study_files` what an
interrupted study goes on from. `data` are the exact answer and the sample, `net_integrals` the diagrams;
`coupling_tensors` extracts the coupling, `next_order` predicts with it, `action_fit` infers all couplings of
the action. `checking` makes the `checks` of our numbers; `judgement` are thresholds, `judgements` and
`verdict` what is said. `results` are the records, `summary` the few numbers of them, `result_tables` and
`action_tables` their tables; `reporter` is told how far it is. `width_scan` and `width_series` are another
job: one network at several widths.
"""
