"""The guide's Python snippets run and print what the page says; the commands work."""
import json
import re
import subprocess
import sys

import pytest
from conftest import TOP

from headsetsvc import __main__ as command

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


def test_simulate_is_the_same_for_a_seed_and_longer_windows_save_more(capsys):
    rows = []
    for _ in range(2):
        assert command.main(["--json", "simulate", "--people", "4", "--seed", "7"]) == 0
        rows.append(json.loads(capsys.readouterr().out))
    assert rows[0] == rows[1] and [row["window"] for row in rows[0]] == ["5 min", "10 min", "15 min"]
    saved = [row["saved by the window"] for row in rows[0]]
    assert saved == sorted(saved) and saved[0] < saved[2]


def test_scenario_says_what_failed(capsys, tmp_path):
    assert command.main(["scenario", str(TOP / "tests/scenario/guide.hsv")]) == 0
    bad = tmp_path / "bad.hsv"
    bad.write_text("user alice\nexpect alice has 2 headsets\n")
    assert command.main(["scenario", str(bad)]) == 1
    assert f"{bad}:2:" in capsys.readouterr().err


def test_explain(capsys, tmp_path):
    from headsetsvc import DeviceKind, DevicePut, Engine, SqliteStore
    with SqliteStore(tmp_path / "s.db") as store, Engine(store) as engine:
        engine.apply(DevicePut("desk-1", "own", DeviceKind.ANONYMOUS))
    assert command.main(["explain", str(tmp_path / "s.db"), "desk-1"]) == 0
    assert "VACANT" in capsys.readouterr().out
    assert command.main(["explain", str(tmp_path / "s.db"), "desk-2"]) == 1
