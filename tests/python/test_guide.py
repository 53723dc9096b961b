"""The guide's Python snippets run and print what the page says."""
import re
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
    done = subprocess.run(ran, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert kind == "test" or done.stdout == output


def test_every_snippet_says_what_it_is():
    assert len(SNIPPETS) == PAGE.count("```python") and {kind for kind, _, _ in SNIPPETS} == {"run", "test"}
