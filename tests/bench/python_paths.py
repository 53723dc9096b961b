#!/usr/bin/python3
"""python_paths.py: inputs a second of each way to call the library from Python, beside a sign-in written in plain Python.

    tests/bench/python_paths.py [--people N] [--rounds N]
    tests/bench/python_paths.py --packed --people 100000

People plug in, enter their PIN, are signed in, leave, come back within the window, and leave again; then the windows end.
The same inputs go each way, by turns in one process; a round's processor time counts, and the median round is told.
--packed: one round of the packed way alone, and the memory of the process.
Needs build/release. The table is in docs/performance.md.
"""
import argparse
import heapq
import os
import pathlib
import resource
import statistics
import sys
import time
from datetime import timedelta

TOP = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("HEADSETSVC_LIBRARY", str(TOP / "build/release/lib/libheadsetsvc.so.0.1"))
sys.path.insert(0, str(TOP / "bindings/python"))

from headsetsvc import (Associate, DeviceKind, DevicePut, DeviceRegistered, EffectKind, Engine, HeadsetConnected,  # noqa: E402
                        HeadsetDisconnected, ManualClock, PackedBatch, ProfileApplied, Submit, Texts, UserPut, Verify)

WINDOW = 300000


class Plain:
    """Who is signed in where: dictionaries, and a heap of windows. No store, no audit, no policy, no PIN rules, no calls."""

    name = "plain Python: dict and heapq"

    def __init__(self, people):
        self.people = range(people)
        self.owner = {f"H-{n}": f"user-{n}" for n in self.people}
        self.desks = {f"desk-{n}": {"user": None, "prompt": 0, "asked": 0, "window": None} for n in self.people}
        self.windows, self.number, self.now = [], 0, 0

    def connected(self, desk, serial):
        place, user = self.desks[desk], self.owner.get(serial)
        if user is None:
            return 0
        if place["user"] == user:
            place["window"] = None
            return 0
        self.number += 1
        place["prompt"], place["serial"] = self.number, serial
        return self.number

    def submitted(self, desk, prompt, user, pin):
        place = self.desks[desk]
        if place["prompt"] != prompt or not pin:
            return 0
        self.number += 1
        place["asked"], place["for"] = self.number, user
        return self.number

    def verified(self, desk, request, right):
        place = self.desks[desk]
        if place["asked"] != request:
            return 0
        place["asked"] = place["prompt"] = 0
        if not right:
            return 0
        self.number += 1
        place["user"], place["wanted"] = place["for"], self.number
        return self.number

    def applied(self, desk, generation):
        self.desks[desk]["worn"] = generation

    def disconnected(self, desk, serial):
        place = self.desks[desk]
        if place["user"] is not None and self.owner.get(serial) == place["user"]:
            place["window"] = self.now + WINDOW
            heapq.heappush(self.windows, (place["window"], desk))

    def advance(self):
        while self.windows and self.windows[0][0] <= self.now:
            due, desk = heapq.heappop(self.windows)
            place = self.desks[desk]
            if place["window"] == due:
                place["user"] = place["window"] = None

    def round(self):
        people = [(f"desk-{n}", f"H-{n}", f"user-{n}") for n in self.people]
        prompts = [self.connected(desk, serial) for desk, serial, _ in people]
        requests = [self.submitted(desk, prompt, user, b"1234") for (desk, _, user), prompt in zip(people, prompts)]
        wanted = [self.verified(desk, request, True) for (desk, *_), request in zip(people, requests)]
        for (desk, *_), generation in zip(people, wanted):
            self.applied(desk, generation)
        for turn in (self.disconnected, self.connected, self.disconnected):
            for desk, serial, _ in people:
                turn(desk, serial)
        self.now += WINDOW
        self.advance()
        assert all(place["user"] is None for place in self.desks.values())


class Library:
    """What the three ways have in common: an office on a memory store."""

    def __init__(self, people):
        self.clock = ManualClock()
        self.engine = Engine(clock=self.clock)
        self.people = people
        self.desks, self.users, self.serials = (Texts(f"{what}-{n}" for n in range(people)) for what in ("desk", "user", "H"))
        self.engine.set_policy("presence_settle", timedelta(0))
        batch = PackedBatch()
        batch.extend(DevicePut, device=self.desks, profile="own", state=DeviceKind.ANONYMOUS, model="CP-8861", em_enabled=True)
        batch.extend(DeviceRegistered, device=self.desks, headsets=[], calls=[])
        batch.extend(UserPut, user=self.users, profiles=["line"]).extend(Associate, user=self.users, serial=self.serials)
        self.engine.apply_packed(batch).close()

    def windows_end(self):
        """Every session ends, and the phones wear their own profile again: not measured, as it is the same each way."""
        self.clock.advance(timedelta(milliseconds=WINDOW))
        while self.engine.next_deadline_ms is not None and self.engine.next_deadline_ms <= self.clock.now_ms():
            with self.engine.advance_packed() as outcome:
                self.engine.apply_packed(outcome.answers()).close()
        assert not any(device.user for device in self.engine.devices())


class Single(Library):
    name = "single: engine.apply(...)"

    def round(self):
        people = [(f"desk-{n}", f"H-{n}", f"user-{n}") for n in range(self.people)]
        apply = self.engine.apply
        for desk, serial, user in people:
            shown = apply(HeadsetConnected(desk, serial)).of(EffectKind.SHOW_PROMPT)[0]
            asked = apply(Submit(desk, shown.prompt_id, user, b"1234")).of(EffectKind.VERIFY_PIN)[0]
            wanted = apply(self.engine.answer(asked, Verify.OK)).of(EffectKind.APPLY_PROFILE)[0]
            apply(ProfileApplied(desk, wanted.generation))
        for turn in (HeadsetDisconnected, HeadsetConnected, HeadsetDisconnected):
            for desk, serial, _ in people:
                apply(turn(desk, serial))


class Reused(Library):
    name = "reused struct: batch.set, apply_packed"

    def __init__(self, people):
        super().__init__(people)
        self.plug, self.unplug = (PackedBatch(kind("desk", "H")) for kind in (HeadsetConnected, HeadsetDisconnected))
        self.submit, self.apply_profile = PackedBatch(Submit("desk", 1, "u", b"1234")), PackedBatch(ProfileApplied("desk", 1))

    def one(self, batch, kind=None, number="", **values):
        batch.set(0, **values)
        with self.engine.apply_packed(batch) as outcome:
            if kind is not None:
                effects = outcome.effects
                return effects.column(number)[effects.of(kind)[0]]

    def round(self):
        people = [(f"desk-{n}", f"H-{n}", f"user-{n}") for n in range(self.people)]
        for desk, serial, user in people:
            prompt = self.one(self.plug, EffectKind.SHOW_PROMPT, "prompt_id", device=desk, serial=serial)
            self.submit.set(0, device=desk, user=user, prompt_id=prompt)
            with self.engine.apply_packed(self.submit) as asked:
                answer = asked.answers(Verify.OK)
            with self.engine.apply_packed(answer) as done:
                wanted = done.effects.column("generation")[done.effects.of(EffectKind.APPLY_PROFILE)[0]]
            self.one(self.apply_profile, device=desk, generation=wanted)
        for turn in (self.unplug, self.plug, self.unplug):
            for desk, serial, _ in people:
                self.one(turn, device=desk, serial=serial)


class Packed(Library):
    name = "packed batch: apply_packed"
    inside = 0.0  # seconds of the calls themselves: what the library alone takes

    def apply(self, batch):
        began = time.process_time()
        outcome = self.engine.apply_packed(batch)
        self.inside += time.process_time() - began
        return outcome

    def turn(self, kind):
        return self.apply(PackedBatch().extend(kind, device=self.desks, serial=self.serials))

    def round(self):
        with self.turn(HeadsetConnected) as plugged, PackedBatch() as submits:
            ids, shown = plugged.effects.column("prompt_id"), plugged.effects.of(EffectKind.SHOW_PROMPT)
            submits.extend(Submit, device=self.desks, prompt_id=[ids[row] for row in shown], user=self.users, pin=b"1234")
            with self.apply(submits) as asked:
                answers = asked.answers(Verify.OK)
        with self.apply(answers) as done:
            applied = done.answers(kinds=[EffectKind.APPLY_PROFILE])
        self.apply(applied).close()
        for kind in (HeadsetDisconnected, HeadsetConnected, HeadsetDisconnected):
            with self.turn(kind) as outcome:
                assert all(outcome.accepted)


def packed(people):
    way = Packed(people)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    way.round()
    took, after = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{people} people, {7 * people} inputs, packed: {took:.1f} s, {7 * people / took:.0f} inputs/s")
    print(f"memory: {before // 1024} MiB before the round, {after // 1024} MiB at most in it")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--packed", action="store_true")
    args = parser.parse_args()
    if args.packed:
        packed(args.people)
        return
    ways = [way(args.people) for way in (Plain, Single, Reused, Packed)]
    took = {way: [] for way in ways}
    for _ in range(args.rounds):
        for way in ways:
            began = time.process_time()
            way.round()
            took[way].append(time.process_time() - began)
            if isinstance(way, Library):
                way.windows_end()
    medians = {way: statistics.median(times) for way, times in took.items()}
    print(f"{args.people} people, {7 * args.people} inputs a round, {args.rounds} rounds")
    print(f"{'':40}{'inputs/s':>10}{'to plain':>10}{'to single':>10}")
    for way in ways:
        rate = 7 * args.people / medians[way]
        print(f"{way.name:40}{rate:>10.0f}{medians[way] / medians[ways[0]]:>9.1f}x{medians[way] / medians[ways[1]]:>9.2f}x")
    print(f"of the packed batch {ways[-1].inside / sum(took[ways[-1]]):.0%} are apply_packed, the rest fills batches and reads results")


if __name__ == "__main__":
    main()
