"""Looking at an engine: explain, inventory, snapshot, audit, recordings; and what administrators do."""
from datetime import timedelta

import pytest
from conftest import furnish

import headsetsvc as h
from headsetsvc import (Associate, CacheStore, CallBegun, DictStore, EffectKind, Engine, Explained, HeadsetConnected, Headsets,
                        MemoryStore, Reason, Row, Status, Submit, Verify, inputs)
from test_callbacks import Boom


@pytest.fixture
def signed_in(desk):
    """Alice at desk-1, with her phone reset and back."""
    desk.set_policy("presence_settle", timedelta(0))
    desk.apply(Associate("alice", "H1"), Associate("bob", "H2"))
    shown = desk.apply(HeadsetConnected("desk-1", "H1", model="HS-561")).prompt(h.Prompt.SIGN_IN_PIN)
    asked = desk.apply(Submit("desk-1", shown.prompt_id, "alice", b"1234")).of(EffectKind.VERIFY_PIN)[0]
    done = desk.apply(desk.answer(asked, Verify.OK))
    desk.apply(desk.answer(done.of(EffectKind.APPLY_PROFILE)[0]))
    return desk


# ---- explain ----------------------------------------------------------------------------------------------------------

def test_explain_says_why_as_data_and_in_words(signed_in, clock):
    """OBS-2"""
    signed_in.apply(inputs.HeadsetDisconnected("desk-1", "H1"))
    items = signed_in.explain(device="desk-1")
    ends, = [i for i in items if i.kind == Explained.DEADLINE and i.name == "window_due"]
    assert ends.at == clock.now + timedelta(minutes=5) and ends.rule
    assert any(i.kind == Explained.POLICY and i.param == h.Param.AUTO_SIGN_OUT_AFTER and i.scope == h.Scope.GLOBAL
               and i.value == 300000 for i in items)
    assert items[-1].kind == Explained.VERDICT or any(i.kind == Explained.VERDICT for i in items)
    for subject in ({"device": "desk-1"}, {"user": "alice"}, {"headset": "H1"}):
        lines = [h.in_words(item) for item in signed_in.explain(**subject)]
        assert lines and all(line and "\n" not in line for line in lines)
    words = "\n".join(h.in_words(item) for item in items)
    assert "2026-03-02 00:05:00 UTC: window_due: " in words and "auto_sign_out_after is 0:05:00: " in words
    assert "pin_entry is REQUIRED" in words and "max_login_time is off: " in words and "emergency: none" in words


def test_explain_of_nothing(desk):
    with pytest.raises(LookupError, match="no device desk-9"):
        desk.explain(device="desk-9")
    for wrong in ({}, {"device": "a", "user": "b"}):
        with pytest.raises(ValueError, match="one device, one user or one headset"):
            desk.explain(**wrong)


# ---- inventory --------------------------------------------------------------------------------------------------------

@pytest.fixture
def stock(signed_in, clock):
    """600 further headsets, of two models, every third of them alice's or bob's or nobody's by turns."""
    for n in range(600):
        signed_in.apply(HeadsetConnected("desk-1", f"S{n:03}", model=f"HS-{n % 2}"), inputs.HeadsetDisconnected("desk-1", f"S{n:03}"))
        if n % 60 == 0:
            signed_in.apply(Associate("bob", f"S{n:03}"))
        clock.advance(timedelta(seconds=10))  # not so fast that the desk is flapping
    return signed_in


def test_inventory(stock, clock):
    """INV-1, INV-3, INV-4"""
    rows = list(stock.inventory())
    assert [r.serial for r in rows] == sorted(r.serial for r in rows) and len(rows) == 602
    assert {r.serial for r in stock.inventory(Headsets(owner="alice"))} == {"H1"}
    mine, = stock.inventory(Headsets(model="HS-5*", connected=True, assigned=True, active=True))
    assert (mine.serial, mine.owner, mine.device, mine.connected, mine.assigned) == ("H1", "alice", "desk-1", True, True)
    assert stock.inventory_of("h1") == mine and stock.inventory_of("no") is None
    assert len(list(stock.inventory(Headsets(text="s00", assigned=False)))) == 9
    sums, models = stock.inventory_summary()
    assert (sums.headsets, sums.connected, sums.unassigned) == (602, 1, 590)
    assert models == {"HS-561": 1, "HS-0": 300, "HS-1": 300, "": 1}
    assert stock.inventory_summary(Headsets(owner="bob")).sums.headsets == 11
    clock.advance(timedelta(days=40))
    assert {r.age_days for r in stock.inventory(Headsets(age=(40, 50)))} == {40}
    assert next(stock.inventory(Headsets(active=False, text="S001"))).active is False
    newest = sorted(stock.inventory(), key=lambda row: row.age_days)
    assert newest[0].age_days <= newest[-1].age_days


def test_inventory_by_pages(stock):
    first = stock.inventory_page(limit=10)
    assert len(first.rows) == 10 and first.cursor
    second = stock.inventory_page(cursor=first.cursor, limit=10)
    assert first.rows[-1].serial < second.rows[0].serial
    with pytest.raises(h.Misuse):
        stock.inventory_page(cursor=b"nonsense")


def test_deleting_a_record_resets_its_age(signed_in, clock):
    """INV-3"""
    clock.advance(timedelta(days=3))
    assert signed_in.inventory_of("H1").age_days == 3
    assert signed_in.apply(inputs.HeadsetDelete("H1")).accepted
    left = signed_in.inventory_of("H1")
    assert left.age_days == 0 and left.owner == "alice"


# ---- the whole picture ------------------------------------------------------------------------------------------------

def test_snapshot(signed_in):
    """STORE-6"""
    signed_in.apply(CallBegun("desk-1", 7, h.CallState.ACTIVE))
    alice, bob, desk = signed_in.snapshot()
    assert (alice.user.id, alice.headsets, alice.profiles) == ("alice", ["H1"], ["alice-line"])
    assert [s.device for s in alice.sessions] == ["desk-1"] and bob.sessions == []
    assert desk.device.user == "alice" and [p.serial for p in desk.headsets] == ["H1"] and [c.id for c in desk.calls] == [7]


def test_aliases_and_patterns(signed_in):
    assert signed_in.apply(inputs.HeadsetAlias("H1", "BT-1")).accepted
    assert signed_in.aliases_of("H1") == signed_in.aliases_of("bt-1") == ["BT-1"] and signed_in.aliases_of("H2") == []
    assert signed_in.policy_text("supported_models").patterns == ["CP-78*", "CP-88*", "78*", "88*"]
    signed_in.set_policy("supported_models", ["CP-88*"])
    assert signed_in.policy_text("supported_models", device="desk-1") == (["CP-88*"], h.Scope.GLOBAL)
    with pytest.raises(LookupError, match="no patterns"):
        signed_in.policy_text("pin_entry")


def test_a_damaged_store_is_told_and_whose_it_is(clock):
    """STORE-8"""
    store = DictStore()
    with furnish(Engine(store, clock=clock)) as engine:
        key, = [key for key in store._rows if h.key_name(key) == ("user", "alice")]
        assert isinstance(h.decode(Row(key, *store._rows[key])), h.User)
        store._rows[key] = (store._rows[key][0][:-1] + b"?", store._rows[key][1])
        assert [(f.key, f.rule) for f in engine.verify()] == [(key, "STORE-7")]
        with pytest.raises(h.Corrupt):
            engine.user("alice")
        with pytest.raises(h.Corrupt):
            h.decode(Row(key, *store._rows[key]))
    with pytest.raises(LookupError, match="no key"):
        h.key_name(b"\xff")


def test_rows_are_readable(signed_in, clock):
    """STORE-7: for a store that keeps columns beside the bytes."""
    found = []

    class Columns(DictStore):
        def commit(self, ops):
            found.extend(h.decode(Row(op.key, op.value, 1)) for op in ops if op.kind == 1)
            return super().commit(ops)
    with furnish(Engine(Columns(), clock=clock)) as engine:
        engine.apply(Associate("alice", "H1"))
    assert {type(f) for f in found} >= {h.Device, h.User, h.HeadsetView, h.SubjectView, h.AuditEntry}
    assert {f.owner for f in found if isinstance(f, h.HeadsetView)} == {"alice"}


# ---- recordings -------------------------------------------------------------------------------------------------------

def recorded(clock):
    frames = bytearray()
    with furnish(Engine(clock=clock, recording=frames.extend)) as engine:
        engine.apply(Associate("alice", "H1"), HeadsetConnected("desk-1", "H1"))
        shown = engine.device("desk-1").prompt_id
        engine.apply(Submit("desk-1", shown, "alice", b"4711"))
        clock.advance(timedelta(minutes=3))
        engine.advance()
    return bytes(frames)


def test_a_recording_is_decided_again(clock, tmp_path):
    """OBS-6, SIGN-9"""
    frames, steps = recorded(clock), []
    assert b"4711" not in frames
    (tmp_path / "r").write_bytes(frames)
    report = h.replay(tmp_path / "r", step=steps.append)
    assert report.engines == 1 and report.calls == len(steps) > 3 and not report.truncated and report.bytes_ == len(frames)
    assert [s.kind for s in steps if s.inputs[:1] == (Associate("alice", "H1"),)] == [h.Recorded.APPLY]
    assert any(bytes(step.inputs[0].pin) == bytes(4) for step in steps if step.inputs and isinstance(step.inputs[0], Submit))
    assert steps[-1].kind == h.Recorded.ADVANCE and steps[-1].outcome.effects and steps[-1].at == clock.now
    assert {(step.node, step.node_count) for step in steps} == {(0, 1)}
    assert h.replay(frames[:-5]).truncated


def test_a_recording_that_does_not_fit_says_where(clock):
    frames = recorded(clock)
    damaged = bytearray(frames)
    damaged[len(frames) // 2] ^= 1
    with pytest.raises(h.Corrupt) as raised:
        h.replay(damaged)
    assert 0 < raised.value.outcome.bytes_ < len(frames)
    forged = reforged(frames, frames.index(b"alice-line"), b"alicf-line")
    with pytest.raises(h.errors.ReplayDiffers, match="call 2, ") as differs:
        h.replay(forged)
    assert differs.value.difference.call == 2 and differs.value.difference.expected != differs.value.difference.came


def reforged(frames, at, by):
    """One text of a frame changed, with the frame's checksum made to fit."""
    start = 0
    while True:
        length = int.from_bytes(frames[start + 4:start + 8], "little")
        if start + 16 + length > at:
            break
        start += 16 + length
    frame = bytearray(frames[start:start + 16 + length])
    frame[at - start:at - start + len(by)] = by
    total = (h.hash64(bytes(frame[16:])) + int.from_bytes(frame[:8], "little")) % 2**64
    frame[8:16] = total.to_bytes(8, "little")
    return frames[:start] + bytes(frame) + frames[start + 16 + length:]


def test_a_step_that_raises_ends_the_replay(clock):
    def step(seen):
        raise Boom
    with pytest.raises(Boom) as raised:
        h.replay(recorded(clock), step=step)
    assert raised.value.outcome.calls <= 1


# ---- words ------------------------------------------------------------------------------------------------------------

def test_codes_have_words():
    refused = h.describe(Reason.HEADSET_IN_USE)
    assert refused.text and refused.remedy and not refused.accepted and refused.em_code >= 0
    assert h.describe(Status.CONFLICT).cause and h.rule_text("OUT-3") and h.rule_text("X-0") == ""
    for known in h.registry.REGISTRIES:
        assert all(h.describe(code).code == code for code in known)
    with pytest.raises(LookupError):
        h.describe(Reason(4711))
    assert h.hash64("call-1") == h.hash64(b"call-1") != 0
    assert {line.kind for line in h.registry.lines()} == {1, 2, 3, 4}
    asked = {info.kind for info in h.registry.kinds() if info.asks}
    assert h.InputKind.USER_PUT in asked and h.InputKind.HEADSET_CONNECTED not in asked


# ---- a cache ----------------------------------------------------------------------------------------------------------

def test_a_cache_answers_without_the_store(clock):
    inner = MemoryStore()
    cache = CacheStore(inner, 1 << 16)
    with furnish(Engine(cache, clock=clock)) as engine:
        for _ in range(5):
            engine.apply(inputs.UserActivity("desk-1"))
        assert cache.counts.hits > 5 and cache.counts.bytes_ > 0
        cache.drop()
        assert cache.counts.bytes_ == 0
        with pytest.raises(h.Misuse):
            inner.close()
    cache.close()
    inner.close()


def test_a_cache_before_a_store_in_python(clock):
    store = DictStore()
    with CacheStore(store) as cache, furnish(Engine(cache, clock=clock)) as engine:
        assert engine.user("alice").id == "alice" and store.revision > 0
        store.commit = lambda ops: (_ for _ in ()).throw(Boom())
        with pytest.raises(Boom):
            engine.apply(h.UserPut("carol"))


# ---- administration ---------------------------------------------------------------------------------------------------

def test_what_administrators_do(signed_in, clock):
    """OUT-13, ASSOC-2, ASSOC-7, ASSOC-8, LOCK-1, OBS-4: every operation is an input."""
    do = signed_in.apply
    assert do(inputs.Move("H2", "alice", "bob", actor="root")).reason == Reason.ASSOCIATED
    assert sorted(signed_in.headsets_of("alice")) == ["H1", "H2"]
    forced = do(inputs.ForceSignOut(device="desk-1", now=True))
    assert forced.accepted and signed_in.device("desk-1").user == ""
    assert do(inputs.Disassociate(user="alice")).accepted and signed_in.headsets_of("alice") == []
    owned = do(h.DevicePut("desk-2", "own", h.DeviceKind.OWNED, model="CP-8861", related_user="bob"),
               h.DeviceRegistered("desk-2"), HeadsetConnected("desk-2", "H7"),
               inputs.AssociateDeviceOwner(headsets=[h.Headset("H7"), h.Headset("H9")]))
    assert owned.reason == Reason.PARTLY_DONE and signed_in.headsets_of("bob") == ["H7"]
    assert [v.serial for v in owned.verdicts if v.item_number] == ["H7", "H9"]
    assert do(inputs.UserUnlock(user="alice")).accepted and do(inputs.UserUnlock(device="desk-1")).accepted
    number = signed_in.user("alice").number
    assert do(inputs.UserErase("alice")).accepted
    while signed_in.next_deadline_ms == 0:
        signed_in.advance()
    assert signed_in.user("alice") is None and signed_in.subject(number) is None


def test_what_if(signed_in):
    """OBS-7"""
    tried = signed_in.apply(inputs.ForceSignOut(device="desk-1", now=True), dry_run=True)
    assert tried.of(EffectKind.SESSION_ENDED) and signed_in.device("desk-1").user == "alice"
