"""What users say, once for the command line and for study files: names, limits, help and messages.

`readers` reads one value (a count, a number, a word, points) and says in one sentence what is wrong with
it. `parameter` ties a reader to its help; frozen dataclasses of parameters are the groups that commands and
study files share: `architecture` (which network), `field_points` (where it is looked at), `runs` (how much
is computed), `expansions` (which diagrams), `inferred` and `flows` (which couplings), `deformations` (which
law of output weights), `studies` (what is changed in a study) and `outputs` (where results go).
``nnft_sym.commands.options.takes`` turns a group into options, and ``nnft_sym.study.config`` builds its
tables on the same classes.
"""
