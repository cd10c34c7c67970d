"""The command ``nnft``: one group, subcommands imported only when called.

Exit codes: 0 success; 1 a validation that did not pass; 2 bad input (one message on stderr, nothing on
stdout); 70 a fault of ours (one message on stderr, with where to report it; nothing on stdout); 130
interrupted. ``--debug``, or the environment variable ``NNFT_DEBUG=1``, adds the traceback.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from types import MappingProxyType

import click

import nnft_sym
from diagrams.errors import NNFTError
from diagrams.messages import bounded, did_you_mean, shown
from nnft_sym._startup import (
    BAD_INPUT,
    CRASHED,
    DEBUG,
    INTERRUPTED,
    end_on_interrupt,
    exit_code_of,
    guard_process,
    listen_to_interrupts,
    say,
    showing_tracebacks,
)
from nnft_sym._streams import Held, OutputClosed, discard, held_output, prepare_streams

#: Subcommand -> one line of help; ``nnft_sym.commands.<name>``, or that of `MODULES`, defines ``command``.
COMMANDS = {
    "quickstart": "Write a small study, run it, and say what to look at.",
    "validate": "The main job: a field theory against a real ensemble.",
    "studies": "List the studies that come with the package, or run one.",
    "expand": "Expand an n-point function into diagrams.",
    "count": "Count diagrams without listing them.",
    "draw": "Draw the diagrams of an expansion.",
    "diagram": "What one diagram is: symmetry factor, contractions, loops, kinds.",
    "kernel": "Print the kernel (propagator) matrix of a network.",
    "cumulant": "Exact connected correlator of a finite-width network.",
    "cumulants": "Connected correlators of every order, and W[J].",
    "partition": "Z[J] and correlators of correlated output weights, in powers of the strength.",
    "density": "Density of the outputs, by orders in 1/N.",
    "sample": "Sample an ensemble of networks and measure its correlators.",
    "neurons": "Correlators of every width from single neurons.",
    "widths": "Sample one architecture at several widths: the 1/N law.",
    "symmetry": "Symmetries of a network: derived from the laws of its parameters, and tested.",
    "action": "The action that connected correlators imply.",
    "axioms": "The Osterwalder-Schrader axioms, one by one.",
    "couplings": "Infer the couplings of an action from correlators.",
    "reproduce": "The published study, figure by figure.",
    "integrate": "Integrate one diagram numerically.",
    "flow": "Follow fitted couplings with the cutoff and the width.",
    "cache": "Show or clear the integrals kept on disk.",
    "doctor": "What is installed and where things are kept; what is missing.",
}
#: The variable by which a shell asks for completions, as click names it.
COMPLETE = "_NNFT_COMPLETE"
#: Words that ask for messages, and how many of them.
VERBOSE: Mapping[str, int] = MappingProxyType({"-v": 1, "--verbose": 1, "-vv": 2, "-vvv": 3})
#: Where a subcommand is whose name another file of this floor has.
MODULES = {"action": "action_of_correlators", "studies": "shipped_studies"}


class LazyGroup(click.Group):
    """A group that imports a subcommand only when it is called, so that ``--help`` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the subcommands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one subcommand."""
        if cmd_name not in COMMANDS:
            ctx.fail(
                f"there is no command {shown(cmd_name)} (nnft --help lists them)"
                f"{did_you_mean(cmd_name, COMMANDS)}"
            )
        command = import_module(f"nnft_sym.commands.{MODULES.get(cmd_name, cmd_name)}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--debug", is_flag=True, expose_value=False, help=f"Show tracebacks, as the variable {DEBUG} does."
)
@click.option(
    "-v",
    "--verbose",
    count=True,
    expose_value=False,
    help="Say what is compiled, kept, integrated and sampled; -vv says more. Stands anywhere in a line.",
)
@click.version_option(nnft_sym.__version__, prog_name="nnft")
def nnft() -> None:
    """Feynman diagrams for neural-network field theory."""


def run(arguments: Sequence[str], policy: object = None) -> int:
    """Run one command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str
        The words after ``nnft``.
    policy : object, optional
        What a command does otherwise than usual, such as `nnft_sym.progress.patience.Patience`.

    Returns
    -------
    int
        0, 1, 2, 70 or 130, as in the module's description.
    """
    words = list(arguments)
    end = words.index("--") if "--" in words else len(words)
    debug, verbosity = "--debug" in words[:end], sum(VERBOSE.get(word, 0) for word in words[:end])
    # wherever they stand
    words = [word for word in words[:end] if word != "--debug" and word not in VERBOSE] + words[end:]
    with showing_tracebacks() if debug else nullcontext(), _logged(verbosity):
        return _run(words, policy)


def _logged(verbosity: int) -> AbstractContextManager[None]:
    """Show messages of loggers, if asked for."""
    if not verbosity:
        return nullcontext()
    from nnft_sym.progress.verbosity import logged

    return logged(verbosity)


def _run(words: list[str], policy: object) -> int:
    """Run a command with its output held back."""
    try:
        with held_output() as output:
            code = _answered(words, policy)
            if code not in (BAD_INPUT, CRASHED):
                code = _delivered(output, code)
            return code
    except OutputClosed:
        say("nnft: cannot write the output: standard output is closed; send it to a file, or to /dev/null")
        return BAD_INPUT
    except KeyboardInterrupt:
        say("nnft: interrupted")
        return INTERRUPTED


def _answered(words: list[str], policy: object) -> int:
    """Run a command, and turn every way in which it may end into an exit code."""
    try:
        result = nnft.main(args=words, prog_name="nnft", standalone_mode=False, obj=policy)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return BAD_INPUT
    except click.ClickException as error:
        click.echo(f"nnft: {bounded(error.format_message())}", err=True)
        return BAD_INPUT
    except NNFTError as error:
        say(f"nnft: {error}", error)
        return BAD_INPUT
    except ArithmeticError as error:
        say(f"nnft: a number is out of range ({error}); give inputs of a reasonable size", error)
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        say("nnft: interrupted")
        return INTERRUPTED
    except (Exception, SystemExit) as error:  # ours, whatever it is
        return exit_code_of(error)
    return result if isinstance(result, int) else 0


def _delivered(output: Held, code: int) -> int:
    """Write what a command has printed; give its exit code, or that of an output that cannot be written."""
    try:
        output.deliver()
    except BrokenPipeError:  # the reader (``| head``) has gone, and has what it wanted
        discard(1)
    except OSError as error:
        discard(1)
        say(f"nnft: cannot write the output: {error.strerror}; make room or write elsewhere")
        return BAD_INPUT
    return code


def _completed(instruction: str) -> int:
    """Answer the completion of a shell, which calls the command with a variable and wants plain lines."""
    from click.shell_completion import shell_complete

    return shell_complete(nnft, {}, "nnft", COMPLETE, instruction)


def main() -> None:
    """Entry point of the console script."""
    # Our matrices have a few hundred rows; BLAS threads only get in each other's way there, by up to a factor
    # of twenty on a busy machine. Must be said before NumPy is loaded; the user's own setting wins.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # read by diagrams/jit_target.py if a command compiles; most do not, and never load the compiler
    os.environ.setdefault("NNFT_WIDE_VECTORS", "1")
    guard_process()
    if COMPLETE in os.environ:
        sys.exit(_completed(os.environ[COMPLETE]))
    prepare_streams()
    listen_to_interrupts()
    code = run(sys.argv[1:])
    end_on_interrupt()
    sys.exit(code)
