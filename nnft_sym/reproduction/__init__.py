"""The published study, figure by figure: what was stated, what we find, and whether the two agree.

`setups` holds the published networks, `size` how much is sampled, `cases` samples and keeps what is done,
`fitted_couplings` integrates and fits, each thing once, and `bench` hands all of it out. A *section* is a
family of figures with its claims: `scaling`, `tensors`, `cutoff_flow`, `sixth_order`, `extended_fits`.
`statements` lists the slips of the talk (`slips`, `vertex_slips`) and the defects of the scripts
(`script_defects`), one entry each; `index_lists` has their arithmetic. `published` is the way in;
`claims_table`, `published_page` and `published_folder` show and keep the result, `run_forecast` says how long
it takes.
"""
