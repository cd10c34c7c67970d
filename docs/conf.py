"""How the documentation is built: ``make docs``, offline, from the stored outputs of the notebooks."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_extensions")]
os.environ.setdefault(
    "NNFT_WIDE_VECTORS", "1"
)  # as the tests do: one set of compiled functions for both

import nnft_sym  # noqa: E402

project = "nnft_sym"
author = "The nnft_sym developers"
copyright = f"2026, {author}"
version = release = nnft_sym.__version__
language = "en"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "myst_nb",
    "sphinx_design",
    "sphinx_copybutton",
    # ours, in docs/_extensions
    "offline_mathematics",
    "generated_pages",
    "docstring_links",
]
exclude_patterns = ["_*", "**/.ipynb_checkpoints"]
templates_path = ["_templates"]
nitpicky = True

# Markdown and notebooks. Outputs are those that the notebooks hold: nothing is run here.
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = [
    "amsmath",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "dollarmath",
]
myst_heading_anchors = 4
myst_dmath_double_inline = True

# Docstrings are in numpydoc form, with their types in words.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autosummary_generate = False
default_role = "py:obj"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
add_module_names = False

# Formulas are drawn by MathJax, which travels with the site (docs/_extensions/offline_mathematics.py).
math_number_all = False
math_numfig = False

html_theme = "furo"
html_title = "nnft_sym"
html_static_path = ["_static"]
html_css_files = ["nnft.css"]
html_favicon = "_static/favicon.svg"
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
pygments_style = "tango"
pygments_dark_style = "github-dark"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
html_theme_options = {
    "sidebar_hide_name": False,
    "navigation_with_keys": True,
    "light_css_variables": {
        "color-brand-primary": "#1f4e8c",
        "color-brand-content": "#1f4e8c",
        "color-brand-visited": "#5b3b8c",
    },
    "dark_css_variables": {
        "color-brand-primary": "#8db8f2",
        "color-brand-content": "#8db8f2",
        "color-brand-visited": "#c2a5f0",
    },
}
