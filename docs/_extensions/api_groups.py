"""Which public names belong together, in the order in which a user meets them."""

#: Title of a group -> what it is for, and its names in `nnft_sym`.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Actions and diagrams": (
        "An action, its n-point functions as sums of diagrams, and the diagrams themselves.",
        (
            "Action", "expand", "Expansion", "at_components", "generate", "count", "Diagram",
            "svg", "svg_sheet", "tikz",
        ),
    ),
    "An expansion on paper": (
        "What is pasted into a paper, and forms that read back.",
        ("pasted_latex", "latex_document", "Notation", "to_json", "from_json"),
    ),
    "Networks and laws": (
        "Architectures, and the laws of their parameters.",
        (
            "network", "ErfNet", "ReLUNet", "GaussNet", "CosNet", "ActivationNet",
            "ReweightedNet", "ParameterLaw",
        ),
    ),
    "Integrals": (
        "Diagrams to numbers: with a kernel, over a box or all of space.",
        (
            "integrate", "predict", "flow", "Integrator", "Prediction", "Flow", "Box",
            "WholeSpace", "IntegralStore",
        ),
    ),
    "Sampling": (
        "Correlators of ensembles of real networks, with their covariance.",
        (
            "Ensemble", "NeuronEnsemble", "Correlators", "Correlator", "scan_widths",
            "WidthScan", "SamplingInterrupted"
        ),
    ),
    "Exact correlators": (
        "Correlators of finite width, known exactly.",
        ("exact_correlators", "exact_cumulant", "pairing_amplitudes"),
    ),
    "Inference": (
        "From correlators to couplings, with errors and a verdict.",
        ("infer", "Model", "Dataset", "fit", "Fit", "compare", "Comparison"),
    ),
    "From parameters to an action": (
        "What the laws of the parameters imply: cumulants, densities, actions, deformed laws.",
        (
            "generating_functional", "density", "Density", "action_from_cumulants",
            "CumulantAction", "Deformation", "partition_function", "deformed_correlators",
            "sample_deformed",
        ),
    ),
    "Symmetries and axioms": (
        "What symmetries the unknown action has, and whether it is that of a quantum field theory.",
        (
            "symmetry", "ward_identity", "axioms", "finite_group", "one_parameter_family",
            "output_tensors", "sampled_violation", "SamplingPlan",
        ),
    ),
    "Studies and reports": (
        "The main job: an action against an ensemble, to a report.",
        (
            "run_study", "load_study", "parse_study", "built_in_study", "StudyConfig",
            "StudyResult", "summarise", "write_output",
        ),
    ),
    "Results, points and files": (
        "Numbers with errors, the points they belong to, and what reads saved results.",
        ("Estimate", "Quality", "FieldSet", "multisets", "load", "merge"),
    ),
    "Errors and the machine": (
        "One base of all errors; one switch of the compiler.",
        ("NNFTError", "use_wide_vectors"),
    ),
}  # fmt: skip

#: The same of `nnft_sym.results`, after the functions that return them.
RESULTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Expansions": (
        "What an `Action` and an `Expansion` give.",
        (
            "Term", "Topology", "Factors", "Polynomial", "Shape", "Kind", "Truncation",
            "Remainder", "SumRule", "Table", "Sheet",
        ),
    ),
    "Inference": (
        "What `infer`, its couplings and a `Model` give.",
        (
            "CouplingFit", "Theory", "Combination", "Contributions", "Contribution",
            "ElementwiseCoupling", "CorrectedCoupling", "Profile", "TwoSided", "Eigenbasis",
        ),
    ),
    "From parameters to an action": (
        "What cumulants, densities and deformed laws give.",
        (
            "GeneratingFunctional", "SymbolicAction", "ActionTerm", "RoundTrip", "Whitening",
            "ClosedLaw", "InvertedLaw", "Histogram", "ChiSquared", "PartitionSeries",
            "DeformedCorrelators", "DeformedSample", "OutputStructure",
        ),
    ),
    "Symmetries and axioms": (
        "What `symmetry`, `ward_identity`, `output_tensors` and `axioms` give, and groups.",
        (
            "Symmetries", "Symmetry", "Verdict", "Violation", "Witness", "SampledViolation",
            "WardIdentity", "WardRow", "OutputTensors", "IsotropicTensors", "Axioms",
            "AxiomCheck", "FiniteGroup", "OneParameterFamily", "Element",
        ),
    ),
}  # fmt: skip

#: Modules with public names beside `nnft_sym`, and what each is for.
NAMESPACES: dict[str, str] = {
    "nnft_sym.diagrams": "Diagrams by themselves: generated, counted, grouped, drawn, and in other forms.",
    "nnft_sym.integrals": "What may be chosen beyond `nnft_sym.integrate` and `nnft_sym.predict`.",
    "nnft_sym.networks": "Networks and the laws of their parameters.",
    "nnft_sym.results": (
        "What public functions return. Nobody has to make these: ``nn.results.X`` is for ``help()``, "
        "annotations and ``isinstance``."
    ),
    "nnft_sym.symbolic": "Algebra on expansions in SymPy; kernels and activations from expressions.",
    "numerics": "The middle floor: kernels, networks, ensembles, integrals and fits in floating point.",
    "diagrams": "The ground floor: Wick contractions and Feynman diagrams as exact graphs.",
    "diagrams.filters": "Selections of diagrams, each a predicate with a written definition.",
}
