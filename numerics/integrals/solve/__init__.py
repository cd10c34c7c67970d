"""One integral from question to answer: `methods` chooses the evaluator, `assembly` multiplies answers up.

`odd_integrands` are zero and never computed; `store` keeps what was integrated, `resumable` uses it.
"""
