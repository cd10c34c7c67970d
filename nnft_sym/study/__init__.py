"""The main job: `run` holds a theory against ensembles of networks, net by net (`net`), to a `verdict`."""
