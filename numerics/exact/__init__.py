"""The referee: exact correlators of finite-width networks; `correlators` is the way in.

`inputs` checks what is asked. Correlators are made of the joint cumulants of a single neuron
(`neuron_cumulants`), these of moments of its `features`. `output_structure` is for several outputs.
`characteristic` is the generating functional at given sources, from averages over one neuron (`sources`).
"""
