"""Wrong use: each mistake is refused where it is made, by an error that names what is wrong."""
import io
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from headsetsvc import (Call, DevicePut, DeviceRegistered, DictStore, Engine, Headset, ManualClock, Misuse, PackedBatch,
                        PgsqlStore, Row, SqliteStore, Submit, Texts, Unavailable, UserPut, replay)
from headsetsvc import __main__ as command
from headsetsvc.testing import assert_reason


@pytest.mark.parametrize("given, kind, words", [
    (UserPut("bob", profiles="bob-line"), TypeError, "UserPut.profiles: 'bob-line' is no list"),
    (UserPut("bob", profiles=[3]), TypeError, "UserPut.profiles: 3 is no text"),
    (DeviceRegistered("d", headsets=["H1"]), TypeError, "DeviceRegistered.headsets: 'H1' is no Headset"),
    (DeviceRegistered("d", headsets=[Headset("H1", -1)]), ValueError, "DeviceRegistered.headsets: handle: -1 does not fit into 64 bits"),
    (DeviceRegistered("d", calls=[7]), TypeError, "DeviceRegistered.calls: 7 is no Call"),
    (DeviceRegistered("d", calls=[Call(1 << 64)]), ValueError, "DeviceRegistered.calls: .* does not fit into 64 bits"),
    (DevicePut("d", "p", (1 << 32) + 1), ValueError, "DevicePut.state: 4294967297 does not fit into 32 bits"),
    (Submit("d", -1, "bob", b"1"), ValueError, "Submit.prompt_id: -1 does not fit into 64 bits"),
    (Submit("d", 1, "bob", "1234"), TypeError, "Submit.pin: a PIN is bytes, not str"),
    (Submit("d", 1, "bob", 1234), TypeError, "Submit.pin: a PIN is bytes, not int"),
    (Submit("d", 1, b"1234"), TypeError, "Submit.user: an object of bytes is no text"),
    (UserPut("bob", at="2026-01-01"), TypeError, "UserPut.at: '2026-01-01' is no datetime"),
    (UserPut("bob", at=datetime(2026, 1, 1)), ValueError, "UserPut.at: .* has no time zone"),
    (UserPut("bob", request_id="sixteen bytes .."), TypeError, "UserPut.request_id: .* 16 bytes or a UUID"),
    (UserPut("bob", request_id=b"short"), ValueError, "UserPut.request_id: .* 16 bytes"),
    (UserPut("b\ud800b"), ValueError, "UserPut.user: "),
    ([UserPut("bob")], TypeError, "an object of list is no input: unpack it"),
    (UserPut, TypeError, "an object of type is no input"),
    (PackedBatch(), TypeError, "an object of PackedBatch is no input"),
])
def test_what_does_not_fit_is_named_and_nothing_is_decided(desk, given, kind, words):
    for attempt in (desk.apply, PackedBatch().append):
        with pytest.raises(kind, match=words) as raised:
            attempt(UserPut("eve"), given)
        assert "1234" not in str(raised.value)
    assert desk.user("eve") is None and desk.user("bob").id == "bob"


def test_what_fits_goes_on(desk):
    assert desk.apply(UserPut("eve", profiles=("eve-line",), request_id=uuid4())).accepted
    assert desk.apply(DeviceRegistered("desk-1", headsets=[Headset("H1", (1 << 64) - 1)], calls=[])).accepted


def test_a_packed_batch_takes_no_text_for_a_list(desk):
    for attempt, words in ((lambda: Texts("abc"), "a text is no column"),
                           (lambda: PackedBatch().extend(UserPut, user=["a"], profiles="line"), "UserPut.profiles"),
                           (lambda: PackedBatch().extend(Submit, device=["a"], prompt_id=1, user="u", pin=["1234"]),
                            "Submit, column pin: a PIN is bytes, not str"),
                           (lambda: PackedBatch().extend("UserPut", user=["a"]), "'UserPut' is no kind of input"),
                           (lambda: desk.apply_packed([UserPut("a")]), "a PackedBatch is wanted, not list")):
        with pytest.raises(TypeError, match=words):
            attempt()
    batch = PackedBatch(Submit("d", 1, "u", b"1"))
    with pytest.raises(ValueError, match="-1 does not fit"):
        batch.set(0, prompt_id=-1)


# ---- the policy -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("param, value, kind, words", [
    ("pin_entri", "REQUIRED", ValueError, "'pin_entri' is no Param: pin_entry"),
    ("pin_entry", "MAYBE", ValueError, "PIN_ENTRY is one of NOT_REQUIRED, REQUIRED, not 'MAYBE'"),
    ("pin_entry", True, ValueError, "PIN_ENTRY is one of"),
    ("pin_entry", None, ValueError, "PIN_ENTRY is one of"),  # off would be: nobody needs a PIN
    ("auto_sign_out_after", "10m", ValueError, "AUTO_SIGN_OUT_AFTER is a timedelta, not '10m'"),
    ("auto_sign_out_after", True, ValueError, "AUTO_SIGN_OUT_AFTER is a timedelta, not True"),
    ("lockout_failures", 2.5, TypeError, "LOCKOUT_FAILURES is a number of failures, not 2.5"),
])
def test_a_parameter_says_what_it_takes(desk, param, value, kind, words):
    with pytest.raises(kind, match=words):
        desk.set_policy(param, value)


def test_switches_are_bools_and_limits_may_be_off(desk):
    assert desk.set_policy("em_screen_when_denied", False).accepted
    assert desk.policy("em_screen_when_denied").value.name == "OFF"
    assert desk.set_policy("max_login_time", None).accepted and desk.policy("max_login_time").value == 0


# ---- what an engine is made of ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments, words", [
    ({"store": "desks.db"}, "no method read, scan, commit: a path goes into a SqliteStore"),
    ({"store": object()}, "no method read, scan, commit$"),
    ({"clock": 5}, "clock is a callable, not 5"),
    ({"clock": ManualClock}, "clock is the class ManualClock"),
    ({"permission": "yes"}, "permission is a callable"),
    ({"trace": 1}, "trace is a callable"),
    ({"recording": []}, "recording is a callable"),
    ({"poll": 5}, "poll is a timedelta, not 5"),
])
def test_an_engine_says_what_it_cannot_be_made_of(arguments, words):
    with pytest.raises(TypeError, match=words):
        Engine(**arguments)


def test_lengths_are_timedeltas(clock, tmp_path):
    with pytest.raises(TypeError, match="by is a timedelta, not 5"):
        clock.advance(5)
    with pytest.raises(TypeError, match="wait is a timedelta, not 5"):
        SqliteStore(tmp_path / "desks.db", wait=5)


def test_rows_of_a_store_are_bytes():
    class Texty(DictStore):
        def read(self, keys):
            return [Row(key, "text", 1) for key in keys]
    with Engine(Texty()) as engine, pytest.raises(TypeError, match="key and value of a row are bytes, not bytes and str"):
        engine.user("alice")


def test_a_recording_is_no_name_of_a_file():
    with pytest.raises(TypeError, match="bytes, or the pathlib.Path"):
        replay("recording.hsr")


def test_a_server_that_is_not_there_says_why():
    with PgsqlStore("postgresql://127.0.0.1:1/nowhere") as store, Engine(store) as engine:
        for attempt in (lambda: engine.user("alice"), lambda: engine.apply(UserPut("alice"))):
            with pytest.raises(Unavailable, match="the store is not reachable: .*127.0.0.1"):
                attempt()


# ---- files ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("file, kind, error, words", [
    ("missing.csv", "people", ValueError, "'people' is no FileKind: associations, users"),
    ("missing.csv", "inventory", Misuse, "inventory can be exported, not imported"),
    (b"USER ID\n", "users", TypeError, "not bytes: bytes in memory are io.BytesIO"),
    (["USER ID"], "users", TypeError, "a path or an open file is wanted, not list"),
    (io.StringIO("USER ID\n"), "users", TypeError, "opened for text"),
])
def test_an_import_says_what_it_cannot_read(desk, file, kind, error, words):
    with pytest.raises(error, match=words):
        desk.import_csv(file, kind)


def test_failed_rows_never_overwrite_the_file_that_is_read(desk, tmp_path):
    file, link = tmp_path / "in.csv", tmp_path / "link.csv"
    file.write_text("USER ID,SERIAL NUMBER\nnobody,H1\n")
    link.symlink_to(file)
    for failed in (file, str(file), link):
        with pytest.raises(ValueError, match="would overwrite the file itself"):
            desk.import_csv(file, "associations", failed=failed)
    assert file.read_text().endswith("nobody,H1\n")
    assert desk.import_csv(file, "associations", failed=tmp_path / "out.csv").summary.failed == 1


# ---- pytest -----------------------------------------------------------------------------------------------

def test_a_name_that_is_no_code_is_told_with_its_neighbours(desk):
    with pytest.raises(ValueError, match="'LOCKED_OT' is no Reason: LOCKED_OUT"):
        assert_reason(desk.apply(UserPut("eve")), "LOCKED_OT")


# ---- the library ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("path, words", [
    ("/nowhere/libheadsetsvc.so", "HEADSETSVC_LIBRARY.*No such file"),
    ("libc.so.6", "libc.so.6 is not the library headsetsvc that this package"),
])
def test_a_library_that_is_none_is_an_import_error(path, words):
    ran = subprocess.run([sys.executable, "-c", "import headsetsvc"], capture_output=True, text=True, timeout=60,
                         env={**os.environ, "HEADSETSVC_LIBRARY": path, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))})
    assert ran.returncode == 1
    last = ran.stderr.splitlines()[-1]
    assert last.startswith("ImportError: ") and re.search(words, last)


# ---- the command ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("line, words", [
    ("simulate --people 0", "--people: '0' is no number from 1 on"),
    ("simulate --days -1", "--days: '-1' is no number from 1 on"),
    ("simulate --windows x", "--windows: 'x' is no number"),
    ("import desks.db users users.csv --resume zz", "--resume: 'zz' is no token"),
])
def test_a_command_says_which_option_is_wrong(line, words, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(line.split())
    assert ended.value.code == 2 and words in capsys.readouterr().err


def test_a_window_that_the_policy_refuses_is_not_simulated(capsys):
    for window, limit in ((60, "0:15:00"), (1, "0:05:00")):
        assert command.main(["simulate", "--people", "2", "--windows", str(window)]) == 2
        assert f"a window of {timedelta(minutes=window)}: the limit is {limit}" in capsys.readouterr().err


def test_tables_have_texts_on_the_left(capsys):
    print(command._table([{"window": "5 min", "hours": 12.5, "why": "because"}, {"window": "10 min", "hours": 3, "why": "so"}]))
    assert capsys.readouterr().out.splitlines() == ["window  hours  why", "5 min    12.5  because", "10 min      3  so"]


def test_who_reads_no_more_sees_no_error():
    reads, writes = os.pipe()
    os.close(reads)
    ran = subprocess.run([sys.executable, "-m", "headsetsvc", "simulate", "--people", "1", "--days", "1"], stdout=writes,
                         stderr=subprocess.PIPE, text=True, timeout=60,
                         env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))})
    os.close(writes)
    assert (ran.returncode, ran.stderr) == (141, "")


def test_the_command_tells_its_version(capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(["--version"])
    assert ended.value.code == 0 and capsys.readouterr().out.startswith("headsetsvc 0.")
