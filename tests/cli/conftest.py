"""Commands run in the test's own process."""

import shutil
from pathlib import Path

import pytest
from tests.cli.sample import KEY, Run, RunLines
from tests.policy.building import SAMPLE

from jiebang.cli.__main__ import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command: its code, what it said, what it complained about."""

    def go(*arguments: object) -> tuple[int, str, str]:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


@pytest.fixture
def run_lines(capsys: pytest.CaptureFixture[str]) -> RunLines:
    """Run a command that is understood: its exit code, the lines it printed, and those to standard error."""

    def go(*arguments: object) -> tuple[int, list[str], list[str]]:
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return go


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    """A folder with a copy of the sample pack, to be spoilt."""
    shutil.copytree(SAMPLE, tmp_path / KEY)
    return tmp_path
