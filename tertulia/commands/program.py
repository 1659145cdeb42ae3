"""invoke's command line, in the blog's language: the list of tasks, the help of one, what was typed wrong.

A task's line is the phrase ``task_FUNCTION``, what an option does is ``option_NAME``, and what stands for
an argument that has no option before it is ``argument_NAME``. Where a phrase is lacking, the docstring (and the bare
name of the option) stands in for it: a missing word stops nobody.
"""

import contextlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from invoke.collection import Collection
from invoke.config import Config
from invoke.exceptions import Exit, ParseError
from invoke.program import Program

from tertulia import __version__
from tertulia.core.errors import TertuliaError, os_words
from tertulia.core.languages import IN_A_CLONE, say

# Tasks that hand everything behind their name to another program, which has options of its own.
TAKES_THE_REST = ("test",)

# Tasks whose first argument may be several, and what is put between them: a shell gives each file of "*.xml" by itself,
# and each word of a title that is in no quotes, or in those that a page or a telephone makes of them.
BETWEEN = "\n"
TAKES_SEVERAL = {"import": BETWEEN, "comments": BETWEEN, "new": " "}
CURLY = ("“”", "«»", "‘’", "„“")
UNREAD = 128 + 13  # SIGPIPE: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02

# What invoke says of a command line that makes no sense (invoke/parser/parser.py), and our phrase for it.
COMPLAINTS = {
    r"No idea what '(?P<word>.*)' is!": "command_unknown",
    r"'(?P<word>.*)' did not receive required positional arguments: (?P<missing>.*)": "command_lacks",
    r"Flag <Argument: (?P<word>[\w-]+?)_?[ >].* needed value": "command_needs_value",
}


def run(tasks: Sequence[Any], arguments: list[str], *, elsewhere: Sequence[Any] = (), **context: object) -> None:
    """
    Run the task that *arguments* ask for, and end the process as it ended.

    Args:
        tasks: Those that can be asked for here.
        arguments: The command line, the script's path first.
        elsewhere: Tasks that need a blog, where there is none.
        context: What every task finds in its ``c``.
    """
    rest: list[str] = []
    names = {task.name for task in tasks}
    if len(arguments) > 1 and arguments[1] in TAKES_THE_REST and arguments[1] in names:
        arguments, rest = arguments[:2], arguments[2:]
    arguments = gathered(arguments)
    if arguments[1:2] and arguments[1] in names and arguments[2:3] in (["--help"], ["-h"]):
        arguments = [arguments[0], "--help", arguments[1]]  # or `new --help` would write a post of that name
    if any(task.name == word for task in elsewhere for word in arguments[1:2]) and arguments[1] not in names:
        from tertulia.commands.make_blog import hints

        sys.exit("\n".join([say("no_blog_here", task=arguments[1]), *hints(Path.cwd())]))
    try:
        TaskLine(tasks, {**context, "rest": rest}).run(arguments)
    except TertuliaError as error:
        sys.exit(str(error))
    except BrokenPipeError:  # whoever read our words has gone: ``reading_may_end`` answers
        raise
    except OSError as error:  # what we keep cannot be read or written: rights, a full disk, a file in a folder's place
        sys.exit(say("system_refused", why=os_words(error)))
    except EOFError:  # Ctrl-D where something was asked
        sys.exit(130)


def gathered(arguments: list[str]) -> list[str]:
    """*arguments* with all that a task takes for its first argument as one."""
    between = TAKES_SEVERAL.get(arguments[1]) if arguments[1:2] else None
    end = next((at for at in range(2, len(arguments)) if arguments[at].startswith("-")), len(arguments))
    if between is None or end <= 3:
        return arguments
    whole = between.join(arguments[2:end])
    inner = whole[1:-1]
    if between != BETWEEN and whole[0] + whole[-1] in CURLY and not {whole[0], whole[-1]} & set(inner):
        whole = inner  # they were to keep the words together, and did not
    return [*arguments[:2], whole, *arguments[end:]]


@contextlib.contextmanager
def reading_may_end() -> Iterator[None]:
    """
    End without a word where whoever reads our output has enough of it (``status | head -1``).

    Raises:
        SystemExit: with the status that a shell tells of such programs; or in one line, when what was said cannot be
            written, as on a full disk.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        with contextlib.suppress(OSError), open(os.devnull, "w") as nowhere:  # what is left goes there at the end
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        sys.exit(UNREAD if isinstance(error, BrokenPipeError) else say("system_refused", why=os_words(error)))


def phrase_or(fallback: str, key: str) -> str:
    """Return the phrase *key*, or *fallback* where no language has it."""
    phrase = say(key)
    return fallback if phrase == key else phrase


def told(complaint: str) -> str:
    """Return invoke's *complaint* about a command line, in the blog's language where we know it."""
    for pattern, key in COMPLAINTS.items():
        if found := re.match(pattern, complaint):
            values = found.groupdict()
            if "missing" in values:
                values["missing"] = ", ".join(map(placeholder, re.findall(r"'([^']*)'", values["missing"])))
            return say(key, **values)
    return complaint


def placeholder(argument: str) -> str:
    """Return what stands for *argument* where it is to be typed, in the blog's language: «título»."""
    return f"«{phrase_or(argument, f'argument_{argument}')}»"


def line_of(task: Any) -> str:
    """Return what *task* does, in one line."""
    docstring = (task.__doc__ or task.name).strip().splitlines()[0]
    return phrase_or(docstring, f"task_{task.body.__name__}")


def typed(task: Any) -> str:
    """Return the name of *task*, as it is typed: ``spam-train``."""
    return str(task.name).replace("_", "-")


class OurConfig(Config):
    """What we tell invoke, and no file of its own: one lies in a home, which may be another's, as with ``sudo -u``."""

    def load_system(self, merge: bool = True) -> None:
        """Nothing."""

    def load_user(self, merge: bool = True) -> None:
        """Nothing."""

    def load_project(self, merge: bool = True) -> None:
        """Nothing."""


class TaskLine(Program):
    """The tasks in the order in which a blogger meets them."""

    def __init__(self, tasks: Sequence[Any], context: dict[str, object]) -> None:
        names, ours = Collection(*tasks), OurConfig
        super().__init__(version=__version__, namespace=names, name="Tertulia", binary="tasks.py", config_class=ours)
        self._tasks = tasks
        self._context = context

    @property
    def _command(self) -> str:
        """As the person calls us."""
        return IN_A_CLONE if Path(self.argv[0]).name == "tasks.py" else "tertulia"

    def create_config(self) -> None:
        """As invoke does, with what every task finds in its ``c``."""
        super().create_config()
        self.config.update(self._context)

    def parse_core(self, argv: list[str] | None) -> None:
        """As invoke does, but our own modules may keep their bytecode: the next start is faster for it."""
        with self._our_words():
            super().parse_core(argv)
        sys.dont_write_bytecode = False

    def parse_tasks(self) -> None:
        """As invoke does, with its complaint in our words."""
        with self._our_words():
            super().parse_tasks()

    def parse_cleanup(self) -> None:
        """As invoke does what needs no task, ``--help TASK`` and ``--list``, with its complaint in our words."""
        with self._our_words():
            if isinstance(self.args.list.value, str):  # a collection of tasks, of which we have none
                raise ParseError(f"No idea what '{self.args.list.value}' is!")
            super().parse_cleanup()

    @contextlib.contextmanager
    def _our_words(self) -> Iterator[None]:
        try:
            yield
        except ParseError as error:
            raise Exit(say("bad_command", reason=told(str(error).strip()), command=self._command), code=2) from error

    def print_help(self) -> None:
        """Print the tasks, one line each."""
        print(say("tasks_usage", command=self._command))
        width = max(len(typed(task)) for task in self._tasks)
        for task in self._tasks:
            print(f"  {typed(task):<{width}}  {line_of(task)}")

    list_tasks = no_tasks = print_help

    def no_tasks_given(self) -> None:
        """Print the list: no task at all is how one asks for it."""
        self.print_help()
        raise Exit

    def print_task_help(self, name: str) -> None:
        """One task's line and its options."""
        context = self.parser.contexts[name]
        task = next(task for task in self._tasks if typed(task) == name)
        print(line_of(task) + "\n")
        positional = " ".join(placeholder(argument.name) for argument in context.positional_args)
        print(f"  {self._command} {name} {positional}")
        for flags, _ in context.help_tuples():
            option = flags.split("--", 1)[-1].split("=")[0].removeprefix("[no-]")
            print(f"    {flags:<28}{phrase_or('', 'option_' + option)}".rstrip())
