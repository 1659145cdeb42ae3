"""What a hosted service or a hook runs is what anybody runs at home."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent


def test_hosted_ci_runs_what_we_run():
    """The workflow holds no check of its own: its one command is ours."""
    steps = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))["jobs"]["run"]["steps"]
    assert ["bash .ci/run"] == [step["run"] for step in steps if "run" in step]


def test_the_hook_before_a_commit_is_the_lint_task():
    """No second list of checkers with versions of their own."""
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert [("local", "python3 tasks.py lint")] == [
        (one["repo"], hook["entry"]) for one in repos for hook in one["hooks"]
    ]


@pytest.mark.parametrize("path", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.md")), ids=lambda path: path.stem)
def test_a_template_says_what_it_is_for(path):
    """A service lists templates by these two lines of their heads."""
    head = yaml.safe_load(path.read_text("utf-8").split("---\n")[1])
    assert {"name", "about"} == set(head) and all(head.values())
