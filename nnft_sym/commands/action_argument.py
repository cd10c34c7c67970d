"""Actions on the command line: one that begins with a minus sign is no option."""

import re
from inspect import cleandoc
from typing import TYPE_CHECKING

import click

from nnft_sym.commands.options import ParameterCommand

if TYPE_CHECKING:
    from nnft_sym.actions.action import Action

#: How actions are written, below the help of every command that takes one.
GRAMMAR = """
\b
Actions
  lambda*f^4 + kappa*f^6      f is the field (or phi, φ where there is no f); every other letter is a coupling
  λφ⁴/4!  \\frac{g}{3!}\\phi^3  products without *, Greek letters, LaTeX, fractions; no 1/k! unless written
  lambda*f^4, f -> v + f      on a background v
  lambda*(f.f)^2              several outputs, summed over: O(D)
  lambda*x^2*f^4              a coupling that grows like |x|^2
  lambda*f(x)^2*f(y)^2        two points, each integrated over
  @action.txt  -              from a file, from standard input
Everything that can be written stands in docs/actions.md.
"""
#: Options and numbers, which begin with a minus sign as well.
_NO_ACTION = re.compile(r"--|-[nh]=?\d*$|-[-+\d.eE,;]+$")


class ActionCommand(ParameterCommand):
    """A command whose argument may be an action such as ``-lambda*f^4``.

    Words that begin with one minus sign and hold a power or a product, the field, LaTeX or a Greek letter are
    taken as an action;
    without this, click would look for an option ``-l``.

    Examples
    --------
    >>> [looks_like_an_action(word) for word in ("-lambda*f^4", "-f", "-n", "-n4", "-1", "--order", "f^4")]
    [True, True, False, False, False, False, False]
    >>> looks_like_an_action("-λφ⁴")
    True
    """

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, and how actions are written."""
        super().format_epilog(ctx, formatter)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(cleandoc(GRAMMAR))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put a blank, which no option begins with, in front of such words."""
        words = list(args)
        end = words.index("--") if "--" in words else len(words)
        words[:end] = [f" {word}" if looks_like_an_action(word) else word for word in words[:end]]
        return super().parse_args(ctx, words)


def looks_like_an_action(word: str) -> bool:
    """Tell an action with a minus sign in front from an option."""
    return (
        word.startswith("-")
        and not _NO_ACTION.match(word)
        and re.search(r"[f*^\\]|[^\x00-\x7f]", word) is not None
    )


def constant_note(action: "Action", *, kept: bool = False) -> str:
    """Say where the constant of an action has gone; `kept` where the function has it on its left side.

    Examples
    --------
    >>> from nnft_sym.actions.action import Action
    >>> print(constant_note(Action("lambda*f^4 + 2")))
    note: the constant 2 of the action is left out: it multiplies Z by exp(-2 x volume) and drops out of
    everything else
    """
    constant = action.constant
    product = f"({constant})" if len(constant.items) > 1 else str(constant)
    if kept:
        return (
            f"note: the constant {constant} of the action is in no diagram: it multiplies Z by "
            f"exp(-{product} x volume) and stands beside the function, on the left"
        )
    return (
        f"note: the constant {constant} of the action is left out: it multiplies Z by exp(-{product} x "
        "volume) and drops out of everything else"
    )
