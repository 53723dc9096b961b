"""Files of comma separated values: in, out, dry, in part, atomic, interrupted and resumed; what hooks raise."""
import io

import pytest
from conftest import furnish

import headsetsvc as h
from headsetsvc import Associate, DictStore, Engine, HeadsetConnected, ManualClock, Reason, RowOutcome, UserPut

USERS = "USER ID,ENABLED,PROFILE 1\n" + "".join(f"user-{n},yes,line-{n}\n" for n in range(300))


def file(text):
    return io.BytesIO(text.encode())


def out(engine, kind, **options):
    return b"".join(engine.export_csv(kind, **options)).decode()


def test_what_goes_out_comes_in_again(desk, clock):
    """BULK-5, BULK-6"""
    desk.apply(UserPut("=cmd", profiles=["p"]), Associate("=cmd", "H9"), Associate("alice", "H1"), HeadsetConnected("desk-1", "H1"))
    assert out(desk, "associations").splitlines() == ['"USER ID","SERIAL NUMBER"', '"alice","H1"', '"\'=cmd","H9"']
    assert '\n"=cmd","H9"' in out(desk, h.FileKind.ASSOCIATIONS, guard=False)
    assert out(desk, "users", bom=True, semicolon=True).startswith('\ufeff"USER ID";')
    with Engine(clock=clock) as other:
        for kind in ("users", "devices", "associations"):
            result = other.import_csv(file(out(desk, kind)), kind)
            assert result.ok and result.summary.changed == result.summary.rows > 0
            again = other.import_csv(file(out(desk, kind)), kind)
            assert again.summary.unchanged == again.summary.rows and out(other, kind) == out(desk, kind)
    for kind in ("inventory", "sessions", "audit"):
        assert len(out(desk, kind).splitlines()) > (kind != "sessions")
        with pytest.raises(h.Misuse, match=f"{kind} can be exported, not imported"):
            desk.import_csv(file("A,B\n"), kind)


def test_wrong_rows_are_told_and_come_back_to_be_corrected(desk, tmp_path):
    """BULK-3, BULK-4"""
    text = "USER ID,SERIAL NUMBER\nalice,H1\nnobody,H2\n\nbob,1.23E+15\n"
    (tmp_path / "in.csv").write_text(text)
    seen = []
    result = desk.import_csv(tmp_path / "in.csv", "associations", failed=tmp_path / "failed.csv", report=seen.append)
    assert not result.ok and (result.summary.changed, result.summary.failed) == (1, 3)
    assert [(e.line, e.column, e.reason) for e in result.errors] == [
        (3, 0, Reason.USER_UNKNOWN), (4, 0, Reason.BULK_LINE_BLANK), (5, 2, Reason.SERIAL_SUSPECT)]
    assert {r.outcome for r in seen} == {RowOutcome.CHANGED, RowOutcome.FAILED} and len(seen) == 4
    failed = (tmp_path / "failed.csv").read_text()
    assert failed.startswith('"REASON","USER ID","SERIAL NUMBER"') and '"nobody","H2"' in failed
    corrected = failed.replace("nobody", "bob").replace("1.23E+15", "H3")
    assert desk.import_csv(file(corrected), "associations").summary.changed == 2
    assert sorted(desk.headsets_of("bob")) == ["H2", "H3"]


def test_a_header_that_is_wrong_refuses_the_file(desk):
    result = desk.import_csv(file("USER ID,SERIAL\na,b\n"), "associations")
    assert result.summary.refused == Reason.BULK_HEADER_UNKNOWN and not result.ok
    assert result.errors[0].row == 0 and result.errors[0].name == "SERIAL"


@pytest.mark.parametrize("mode, left", [("partial", 0), ("atomic", 1)])
def test_modes(desk, mode, left):
    """BULK-4"""
    text = "USER ID,SERIAL NUMBER\nalice,H1\nnobody,H2\n"
    dry = desk.import_csv(file(text), "associations", mode=mode, dry_run=True)
    assert desk.headsets_of("alice") == []
    done = desk.import_csv(file(text), "associations", mode=mode, actor="root")
    assert done.summary == dry.summary and done.summary.left == left
    assert desk.headsets_of("alice") == ([] if left else ["H1"])


def test_meanings(desk):
    desk.apply(Associate("alice", "H1"), Associate("bob", "H2"))
    assert desk.import_csv(file("USER ID,SERIAL NUMBER\nalice,H3\n"), "associations", meaning="replace").ok
    assert desk.headsets_of("alice") == ["H3"] and desk.headsets_of("bob") == ["H2"]
    assert desk.import_csv(file("USER ID,SERIAL NUMBER\nbob,H2\n"), "associations", meaning="remove").ok
    assert desk.headsets_of("bob") == []


def test_effects_of_an_import_are_handed_out(desk):
    desk.apply(HeadsetConnected("desk-1", "H1"))
    asked = []
    desk.import_csv(file("USER ID,SERIAL NUMBER\nalice,H1\n"), "associations", effects=asked.append)
    assert any(o.of(h.EffectKind.ASSOCIATION_CHANGED) for o in asked)


class Boom(Exception):
    pass


def raiser(*_):
    raise Boom


@pytest.mark.parametrize("hook", ["report", "progress", "effects", "failed"])
def test_hooks_that_raise_end_the_import_with_what_they_raised(desk, hook):
    class Failing(io.BytesIO):
        write = raiser
    hooks = {hook: Failing() if hook == "failed" else raiser}
    with pytest.raises(Boom) as raised:
        desk.import_csv(file("USER ID,SERIAL NUMBER\nalice,H1\nnobody,H2\n"), "associations", **hooks)
    assert raised.value.outcome.summary.processed <= 2 and desk.verify() == []
    assert desk.apply(UserPut("carol")).accepted


def test_an_import_that_was_interrupted_goes_on(clock):
    """BULK-7"""
    def stop(progress):
        seen.append(progress)
        if progress.pass_ == progress.passes > 1 and progress.rows >= 100:
            raise KeyboardInterrupt
    seen = []
    with Engine(DictStore(), clock=clock) as engine:
        with pytest.raises(KeyboardInterrupt) as raised:
            engine.import_csv(file(USERS), "users", progress=stop)
        so_far = raised.value.outcome
        done = len(list(engine.users()))
        assert 0 < done < 300 and so_far.summary.processed >= done and len(so_far.resume) == 40
        result = engine.import_csv(file(USERS), "users", resume=so_far.resume)
        assert result.ok and result.summary.skipped > 0 and result.summary.changed + done == 300
        assert len(list(engine.users())) == 300
        assert seen[-1].rows_all == 300 and seen[-1].bytes_ > 0
        for token in (b"short", bytes(40)):
            with pytest.raises(ValueError):
                engine.import_csv(file(USERS), "users", resume=token)


def test_a_store_that_fails_ends_the_import_and_says_how_far_it_was(clock):
    class Dying(DictStore):
        left = 10**9

        def commit(self, ops):
            self.left -= 1
            if self.left < 0:
                raise Boom
            return super().commit(ops)
    store = Dying()
    with Engine(store, clock=clock) as engine:
        store.left = 2
        with pytest.raises(Boom) as raised:
            engine.import_csv(file(USERS), "users")
        store.left = 10**9
        assert engine.import_csv(file(USERS), "users", resume=raised.value.outcome.resume).ok
        assert len(list(engine.users())) == 300


def test_what_is_no_such_thing_is_a_value_error(desk, tmp_path):
    with pytest.raises(ValueError, match="'people' is no FileKind: associations, users"):
        desk.import_csv(file(""), "people")
    with pytest.raises(TypeError, match="opened for text"):
        desk.import_csv(io.StringIO("USER ID\n"), "users")
    with pytest.raises(FileNotFoundError):
        desk.import_csv(tmp_path / "no.csv", "users")
    assert desk.import_csv(file(""), "users").summary.refused == Reason.BULK_EMPTY


def test_an_engine_is_not_entered_from_inside_an_import(desk):
    with pytest.raises(h.Reentrant):
        desk.import_csv(file("USER ID\ncarol\n"), "users", report=lambda r: desk.user("alice"))
    def entering():
        for _ in desk.export_csv("users"):
            desk.user("alice")  # between the pieces it is free
    entering()


def test_an_export_that_is_left_early_frees_itself(clock):
    with furnish(Engine(clock=ManualClock())) as engine:
        pieces = engine.export_csv("users")
        assert next(pieces).startswith(b'"USER ID"')
        pieces.close()
        engine.apply_packed(h.PackedBatch().extend(UserPut, user=[f"user-{n}" for n in range(2000)]))
        pieces = engine.export_csv("users")
        next(pieces)
    with pytest.raises(h.Misuse, match="engine is closed"):
        next(pieces)
