"""The guide's Python snippets run and print what the page says."""
import re
import shlex
import subprocess
import sys

import pytest
from conftest import TOP

PAGE = (TOP / "docs/guide/python.md").read_text()
SNIPPETS = re.findall(r"```python (\w+)\n(.*?)```\n(?:```output\n(.*?)```)?", PAGE, re.S)


@pytest.mark.parametrize("kind, code, output", SNIPPETS, ids=range(len(SNIPPETS)))
def test_snippets_run(kind, code, output, tmp_path):
    file = tmp_path / "test_snippet.py"
    file.write_text(code)
    ran = [sys.executable, str(file)] if kind == "run" else [sys.executable, "-m", "pytest", "-q", "-p",
                                                              "headsetsvc.testing", "-p", "no:cacheprovider", str(file)]
    for _ in range(2):  # who reads along runs it again
        done = subprocess.run(ran, capture_output=True, text=True, timeout=60, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert kind == "test" or done.stdout == output


@pytest.mark.parametrize("line", [line for block in re.findall(r"```sh run\n(.*?)```", PAGE, re.S) for line in block.splitlines()])
def test_commands_run(line, commands_folder):
    name, *arguments = shlex.split(line)
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60, cwd=commands_folder)
    assert name == "python" and done.returncode == 0 and done.stdout, done.stdout + done.stderr


@pytest.fixture(scope="module")
def commands_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("commands")
    (folder / "people.csv").write_text("USER ID,PROFILE 1\nalice,alice-line\n")
    (folder / "headsets.csv").write_text("USER ID,SERIAL NUMBER\nalice,H1\n")
    (folder / "guide.hsv").write_bytes((TOP / "tests/scenario/guide.hsv").read_bytes())
    return folder


def test_every_snippet_says_what_it_is():
    assert len(SNIPPETS) == PAGE.count("```python") and "```sh\n" not in PAGE and {kind for kind, _, _ in SNIPPETS} == {"run", "test"}
