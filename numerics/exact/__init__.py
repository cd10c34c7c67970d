"""The referee: exact correlators of finite-width networks; `correlators` is the way in.

`inputs` checks what is asked. Correlators are made of moments of the features of a single neuron:
`feature_moments` chooses between the closed forms, the orthant probabilities, the sectors and the quadratures
beside it. `output_structure` is for several outputs.
"""
