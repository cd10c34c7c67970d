"""What ``nnft doctor`` looks at: what calculations, pictures and documents need.

`diagnosis` is one line of the answer; `packages` compares versions with those that are needed, `machine`
looks at processor, threads and compiler, `folders` at what is kept where, `programs` at TeX, fonts and Dask.
`everything` asks them all.
"""
