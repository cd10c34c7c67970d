"""Files that the floor writes where it is told: `sealed` ones that notice damage, and the `targets` of runs.

`code_version` tells which code made a number, so that numbers of different code are never mixed.
"""
