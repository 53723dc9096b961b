"""The plug-in of pytest: five lines are a host's test. And Hypothesis finds nothing that breaks the engine."""
import os
import re
import subprocess
import sys

import pytest
from conftest import TOP
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headsetsvc import Engine, ManualClock, UserPut, inputs
from headsetsvc.testing import Office, assert_reason, engine, office, strategy  # noqa: F401 fixtures


def test_alice_signs_in(office):
    office.sign_in("alice", "desk-1")
    office.unplug("alice", "desk-1")
    office.shows("SIGN_OUT", "desk-1")
    office.passes(minutes=5)
    office.ended("WINDOW")


def test_wrong_pins_lock(office):
    office.user("alice")
    office.phone("desk-1")
    office.plug_in("alice", "desk-1")
    for _ in range(3):
        office.enter("alice", "desk-1", b"0000")
    assert_reason(office.enter("alice", "desk-1"), "LOCKED_OUT", accepted=False)


def test_what_is_not_so_is_told(office):
    with pytest.raises(AssertionError, match="seen: accepted DONE by USER-1"):
        assert_reason(office.does(UserPut("bob")), "LOCKED_OUT")
    with pytest.raises(AssertionError, match="nothing"):
        office.ended("WINDOW")


KINDS = [k for k in set(inputs.KINDS.values()) if not k.__name__.startswith(("Policy", "Audit"))]
ANY = st.one_of([strategy(k, ["desk-1", "desk-2"], ["alice", "bob"], ["H1", "H2"])
                 for k in sorted(KINDS, key=lambda k: k.__name__)])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(ANY, st.integers(0, 400000)), max_size=30))
def test_any_inputs_in_any_order_leave_a_sound_store(steps):
    clock = ManualClock()
    with Engine(clock=clock) as made:
        made_office = Office(made, clock)
        for name in ("desk-1", "desk-2"):
            made_office.phone(name)
        for given_input, wait in steps:
            made.apply(given_input)
            made_office.passes(milliseconds=wait)
        assert made.verify() == []


def test_the_plug_in_may_be_named_where_it_is_installed_already(tmp_path):
    """As beside the headsetsvc.egg-info that the making of a wheel leaves in the tree."""
    entry = re.search(r'^\[project.entry-points.pytest11\]\n(.*)\n', (TOP / "bindings/python/pyproject.toml").read_text(), re.M)[1]
    installed = tmp_path / "headsetsvc-0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: headsetsvc\nVersion: 0\n")
    (installed / "entry_points.txt").write_text("[pytest11]\n" + entry.replace('"', "") + "\n")
    (tmp_path / "test_one.py").write_text("def test_one(office):\n    office.phone('desk-1')\n")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    for named in ([], ["-p", "headsetsvc.testing"]):
        ran = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *named, "test_one.py"],
                             cwd=tmp_path, env=dict(os.environ, PYTHONPATH=path), capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0, ran.stdout + ran.stderr
