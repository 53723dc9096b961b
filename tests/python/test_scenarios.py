"""Every scenario script through the bindings: the runner's engine is C's own; a second engine, of the bindings, is given
each of its inputs as Python saw it, and must come to the same verdicts and effects, to the last field. What that engine
said is written down and compared, word for word, with what a C program (tests/scenario/transcript.c) writes of the runner's."""
import dataclasses
import os
import pathlib
import subprocess

import pytest
from conftest import TOP

from headsetsvc import EffectKind, Engine, InputKind, ManualClock, MemoryStore, Reason, scenario
from headsetsvc._values import milliseconds

SCRIPTS = sorted((TOP / "tests/scenario").glob("*.hsv"))
TRANSCRIPT = pathlib.Path(os.environ["HEADSETSVC_LIBRARY"]).parents[1] / "tests/transcript"
ORIGINS = {name: number for number, name in scenario.ORIGINS.items()}
STEP = "origin line setup dry_run status at_ms text"
VERDICT = "input_index accepted reason em_code repeated field item_number limit at_ms device event rule serial"
EFFECT = ("kind input_index reason prompt cause node flags at_ms due_ms prompt_id request generation session device site user "
          "other_user serial profile pin rule location")


class Mirror:
    def __init__(self, text="", store=None):
        self.lines = text.splitlines()
        self.clock = ManualClock()
        self.store = MemoryStore() if store is None else store
        self.node = 0
        self.engine = Engine(self.store, clock=self.clock)
        self.differences = []
        self.steps = 0
        self.said = []
        self.before = 0  # line of the script's step before

    def transcript(self, step, mine):
        """One step in the words of transcript.c: its own head, and what the engine of the bindings said."""
        self.said.append("step" + words(step, STEP))
        self.said += ["verdict" + words(verdict, VERDICT) for verdict in mine.verdicts]
        self.said += ["effect" + words(effect, EFFECT) + "".join(f' choice="{p}"' for p in effect.profiles)
                      for effect in mine.effects]

    def __call__(self, step):
        if step.origin == "script":
            if not (self.jobs_wait(self.before) and self.jobs_wait(step.line)):
                self.work()
            self.before = step.line
        self.restart(step.line)
        self.clock.now = step.at
        mine = self.decide(step)
        self.steps += 1
        self.transcript(step, mine)
        if mine != step.outcome:
            self.differences.append((step.line, step.text, mine, step.outcome))

    def decide(self, step):
        if step.input is not None:
            return self.engine.apply(with_pin(step), dry_run=step.dry_run)
        if step.origin == "script":
            return self.resync(step.text.split("resyncs")[1].split())
        for _ in range(100):  # the runner tells only those calls of which something came
            mine = self.engine.advance()
            if mine.verdicts or mine.effects:
                break
        return mine

    def resync(self, whom):
        """One page is enough for a script: "resyncs", "resyncs desk-1", "resyncs node 2"."""
        if whom[:1] == ["node"]:
            return next(self.engine.resync(node=int(whom[1])))
        return next(self.engine.resync(*whom[:1]))

    def jobs_wait(self, line):
        """Does the script hold back, at this line, what a change left to be done record by record?"""
        said = [text for text in self.lines[:line - 1] if "jobs wait" in text or "jobs go on" in text]
        return bool(said) and "jobs wait" in said[-1]

    def restart(self, line):
        """As the node that the script says last."""
        said = [text.split("restarts as node")[1] for text in self.lines[:line] if "restarts as node" in text]
        node = int(said[-1]) if said else 0
        if node != self.node:
            self.node = node
            self.engine = Engine(self.store, clock=self.clock, node=node, node_count=node + 1)

    def work(self):
        """What a change left to be done record by record is done before the next line."""
        for _ in range(100):
            if self.engine.next_deadline_ms != 0:
                return
            self.engine.advance()


def words(of, names):
    """name=value of what is neither 0 nor empty; texts in quotes, codes and times as C's numbers."""
    said = ""
    for name in names.split():
        value = getattr(of, name.replace("_ms", "")) if name != "pin" else len(of.pin)
        if isinstance(value, str) and name != "origin":
            said += f' {name}="{value}"' if value else ""
            continue
        number = ORIGINS[value] if name == "origin" else milliseconds(value) if name.endswith("_ms") else int(value or 0)
        number -= 1 << 64 if number >= 1 << 63 else 0
        said += f" {'pin_len' if name == 'pin' else name}={number}" if number else ""
    return said


def with_pin(step):
    """The runner takes the PIN out of what it shows, but for the effect that carries it."""
    if step.input.KIND != InputKind.SUBMIT or step.outcome.reason == Reason.CREDENTIALS_BLANK:
        return step.input
    asked = step.outcome.of(EffectKind.VERIFY_PIN)
    return dataclasses.replace(step.input, pin=asked[-1].pin if asked else b"any")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_the_bindings_decide_as_the_library(script):
    mirror = Mirror(script.read_text())
    ran = scenario.run(script, step=mirror, record=True)
    assert ran.passed and ran.rules and ran.recording[:2] == b"HR", ran.failures
    assert mirror.steps == ran.result.steps > 0
    assert not mirror.differences, mirror.differences[0]
    printed = subprocess.run([TRANSCRIPT, script], capture_output=True, text=True, check=True).stdout
    assert mirror.said == printed.splitlines()[1:]


def test_failures_say_where():
    ran = scenario.run("user alice\nphone desk-1\nat 09:00 alice has 2 heads\nat 9:00\n  expect desk-1 is vacant\n")
    assert not ran.passed and [f.line for f in ran.failures][0] == 3


@pytest.mark.parametrize("name", ["my.hsv", "/tmp/my day.HSV", "scripts/my.hsv\n"])
def test_the_name_of_a_file_is_no_script(name):
    with pytest.raises(ValueError, match=r"script: .*pathlib\.Path"):
        scenario.run(name)


def test_a_text_is_a_script_though_it_speaks_of_files():
    assert scenario.run("# as in my.hsv").passed
    assert scenario.run("user alice\n# as in my.hsv").passed
