"""invoke's command line, in the blog's language: the list of tasks, the help of one, what was typed wrong.

A task's line is the phrase ``task_NAME``; what an option does, ``option_NAME``.
"""

import sys
from collections.abc import Sequence
from typing import Any

from invoke.collection import Collection
from invoke.exceptions import Exit, ParseError
from invoke.program import Program

from tertulia import __version__
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say

# Tasks that hand everything behind their name to another program, which has options of its own.
TAKES_THE_REST = ("test",)

rest: list[str] = []  # what such a task was given


def run(tasks: Sequence[Any], arguments: list[str]) -> None:
    """Run the task that *arguments* ask for (the script's path comes first), and end the process as it ended."""
    if len(arguments) > 1 and arguments[1] in TAKES_THE_REST:
        rest[:] = arguments[2:]
        arguments = arguments[:2]
    try:
        TaskLine(tasks).run(arguments)
    except TertuliaError as error:
        sys.exit(str(error))


class TaskLine(Program):
    """The tasks in the order in which a blogger meets them."""

    def __init__(self, tasks: Sequence[Any]) -> None:
        super().__init__(version=__version__, namespace=Collection(*tasks), name="Tertulia", binary="tasks.py")
        self._tasks = tasks

    def parse_core(self, argv: list[str] | None) -> None:
        """As invoke does, but our own modules may keep their bytecode: the next start is faster for it."""
        super().parse_core(argv)
        sys.dont_write_bytecode = False

    def parse_tasks(self) -> None:
        """As invoke does, with its complaint in our words."""
        try:
            super().parse_tasks()
        except ParseError as error:
            raise Exit(say("bad_command", reason=str(error).strip()), code=2) from error

    def print_help(self) -> None:
        """The tasks, one line each."""
        print(say("tasks_usage"))
        width = max(len(task.name) for task in self._tasks)
        for task in self._tasks:
            print(f"  {task.name:<{width}}  {say('task_' + task.name)}")

    list_tasks = no_tasks = print_help

    def no_tasks_given(self) -> None:
        """The list: no task at all is how one asks for it."""
        self.print_help()
        raise Exit

    def print_task_help(self, name: str) -> None:
        """One task's line and its options."""
        context = self.parser.contexts[name]
        print(say("task_" + name) + "\n")
        print(f"  python3 tasks.py {name} " + " ".join(f"«{argument.name}»" for argument in context.positional_args))
        for flags, _ in context.help_tuples():
            option = flags.split("--", 1)[-1].split("=")[0].removeprefix("[no-]")
            print(f"    {flags:<28}{say('option_' + option)}")
