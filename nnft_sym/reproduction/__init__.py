"""The published study, figure by figure: what was stated, what we find, and whether the two agree.

`setups` holds the published networks, `size` how much is sampled, `cases` samples and keeps what is done, and
`bench` hands finished numbers out. A *section* is a family of figures with its claims: `scaling`, `tensors`,
`cutoff_flow`, `sixth_order`, `extended_fits`, then the slips of the talk (`slips`, `vertex_slips`) and the
defects of the scripts (`script_defects`), whose arithmetic stands in `index_lists`. `published` is the way
in; `drawings`, `page` and `folder` show and keep the result.
"""
