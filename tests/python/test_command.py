"""python -m headsetsvc: what it prints, what it gives as status, and that a simulation by columns is the one by inputs."""
import json
import re
from datetime import timedelta

import pytest
from conftest import TOP, furnish

from headsetsvc import Associate, Engine, HeadsetConnected, ManualClock, SqliteStore, simulation
from headsetsvc import __main__ as command
from headsetsvc.testing_office import Office


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "desks.db"
    with SqliteStore(path, durable=False) as made, Engine(made) as engine:
        furnish(engine).apply(Associate("alice", "H1"), HeadsetConnected("desk-1", "H1"))
    return str(path)


@pytest.fixture
def run(capsys):
    def call(*arguments):
        capsys.readouterr()
        status = command.main([str(a) for a in arguments])
        return (status, *capsys.readouterr())
    return call


def rows(printed):
    return json.loads(printed)


# ---- simulate ---------------------------------------------------------------------------------------------------------

def test_simulate_is_the_same_for_a_seed_and_longer_windows_save_more(run):
    once, again = (run("--json", "simulate", "--people", 4, "--seed", 7)[1] for _ in range(2))
    assert once == again and [row["window"] for row in rows(once)] == ["5 min", "10 min", "15 min"]
    saved = [row["saved by the window"] for row in rows(once)]
    assert saved == sorted(saved) and saved[0] < saved[2]
    table = run("simulate", "--people", 2, "--days", 1, "--windows", 5)[1].splitlines()
    assert table[0].split()[:2] == ["window", "PINs"] and len(table) == 2


def one_by_one(seed, window, people):
    """The same week, each input by itself at its own time."""
    clock = ManualClock()
    with Engine(clock=clock) as engine:
        engine.set_policy("presence_settle", timedelta(0))
        engine.set_policy("auto_sign_out_after", window)
        office, start, left, unattended = Office(engine, clock), clock.now, {}, timedelta(0)
        for move in simulation.moves(seed, people):
            name, desk = f"user-{move.person}", f"desk-{move.person}"
            office.passes(milliseconds=move.at - (clock.now - start) / timedelta(milliseconds=1))
            if not move.comes:
                office.unplug(name, desk)
                left[desk] = clock.now
            elif engine.device(desk) and engine.device(desk).user:
                office.plug_in(name, desk)
                unattended += clock.now - left[desk]
            else:
                office.sign_in(name, desk)
        office.passes(days=1)
        counted = engine.counters
        return counted.sign_ins_by_pin, counted.windows_saved, counted.sign_outs, unattended + window * counted.sign_outs


@pytest.mark.parametrize("minutes", [5, 15])
def test_a_week_by_columns_is_the_week_input_by_input(minutes):
    played = simulation.week(3, timedelta(minutes=minutes), 5)
    assert (played.pins_entered, played.saved, played.sign_outs, played.unattended) == \
        one_by_one(3, timedelta(minutes=minutes), 5)


def test_progress_is_told():
    seen = []
    simulation.week(1, timedelta(minutes=5), 2, days=1, progress=lambda *a: seen.append(a))
    assert seen[-1][0] == seen[-1][1] and [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_bar_is_for_terminals(monkeypatch, capsys):
    monkeypatch.setattr(command.sys.stderr, "isatty", lambda: True, raising=False)
    with command.Bar("work") as bar:
        bar(1, 2)
        bar(2, 2)
    assert "\rwork [###############               ]  50%" in capsys.readouterr().err
    monkeypatch.setattr(command.sys.stderr, "isatty", lambda: False, raising=False)
    with command.Bar("work") as bar:
        bar(2, 2)
    assert capsys.readouterr().err == ""


# ---- files ------------------------------------------------------------------------------------------------------------

def test_export_and_import(run, store, tmp_path):
    out, other = tmp_path / "users.csv", str(tmp_path / "other.db")
    assert run("export", store, "users", "--output", out)[0] == 0
    assert out.read_text().splitlines()[1].startswith('"alice","yes","alice-line"')
    status, printed, _ = run("--json", "import", other, "users", out)
    assert status == 0 and rows(printed)[0]["changed"] == 2
    assert "2" in run("import", other, "users", out)[1]
    assert '"alice","H1"' in run("export", store, "associations")[1]


def test_import_says_what_is_wrong_and_where(run, store, tmp_path):
    file, failed = tmp_path / "in.csv", tmp_path / "failed.csv"
    file.write_text("USER ID,SERIAL NUMBER\nbob,H2\nnobody,H3\n")
    status, printed, said = run("--json", "import", store, "associations", file, "--dry-run", "--failed", failed)
    assert status == 1 and f"{file}:3:0: " in said
    assert {name: rows(printed)[0][name] for name in ("rows", "changed", "failed", "refused")} == {
        "rows": 2, "changed": 1, "failed": 1, "refused": None}
    assert "nobody" in failed.read_text() and '"bob"' not in run("export", store, "associations")[1]
    assert run("import", store, "associations", file, "--atomic")[0] == 1
    assert '"bob"' not in run("export", store, "associations")[1]


def test_an_interrupted_import_tells_the_token(run, store, tmp_path, monkeypatch):
    file = tmp_path / "users.csv"
    file.write_text("USER ID\n" + "".join(f"user-{n}\n" for n in range(300)))

    def interrupted(self, done, total):
        if done > total // 2:
            raise KeyboardInterrupt
    monkeypatch.setattr(command.Bar, "__call__", interrupted)
    status, _, said = run("import", store, "users", file)
    assert status == 130 and "go on with --resume " in said
    monkeypatch.undo()
    token = said.split("--resume ")[1].split()[0]
    status, printed, _ = run("--json", "import", store, "users", file, "--resume", token)
    assert status == 0 and rows(printed)[0]["skipped"] > 0


@pytest.mark.parametrize("arguments", [("explain", "{none}", "desk-1"), ("explain", "{store}", "desk-9"),
                                       ("import", "{store}", "users", "{none}"), ("export", "{none}", "users"),
                                       ("import", "{store}", "users", "{store}", "--resume", "00")])
def test_a_call_that_fails_is_a_line_and_a_status(run, store, tmp_path, arguments):
    status, printed, said = run(*(a.format(store=store, none=tmp_path / "none") for a in arguments))
    assert (status, printed) == (2, "") and said.startswith("headsetsvc: ") and said.count("\n") == 1


# ---- explain and scenario ---------------------------------------------------------------------------------------------

def test_explain(run, store):
    status, printed, _ = run("explain", store, "desk-1")
    assert status == 0 and "prompt" in printed and "auto_sign_out_after is 0:05:00" in printed
    data = rows(run("--json", "explain", store, "alice", "--user")[1])
    assert {"kind": "FACT", "name": "headsets"}.items() <= next(r for r in data if r["name"] == "headsets").items()
    times = [r["at"] for r in data if r["at"] is not None]
    assert times and all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", at) for at in times)
    assert run("explain", store, "H1", "--headset")[1].count("\n") > 3


def test_scenario_says_what_failed(run, tmp_path):
    assert run("scenario", TOP / "tests/scenario/guide.hsv")[0] == 0
    bad = tmp_path / "bad.hsv"
    bad.write_text("user alice\nexpect alice has 2 headsets\n")
    status, _, said = run("scenario", bad)
    assert status == 1 and f"{bad}:2:" in said
