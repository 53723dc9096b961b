#!/usr/bin/env python3
"""A host in a nutshell: libheadsetsvc through plain ctypes, without a bindings package.

tiny.py [libheadsetsvc.so] < morning.txt     a line is an input in the library's own words: NAME field=value ...
Without the argument the library is looked for as for any program: LD_LIBRARY_PATH, or where ldconfig looks.
The "directory" knows one PIN, 1234; the "phone" takes a profile in no time. Both answer with inputs of their own.
"""
import ctypes as C
import select
import sys
import time

lib = C.CDLL(sys.argv[1] if len(sys.argv) > 1 else "libheadsetsvc.so.0.1")
libc = C.CDLL(None)
libc.realloc.restype, libc.realloc.argtypes, libc.free.argtypes = C.c_void_p, (C.c_void_p, C.c_size_t), (C.c_void_p,)
lib.hsvc_name.restype = lib.hsvc_text.restype = C.c_char_p
STATUS, REASON, INPUT, EFFECT, PROMPT = 1, 2, 3, 4, 5  # registries of names
TYPES = {"u4": C.c_uint32, "i4": C.c_int32, "i8": C.c_int64, "u8": C.c_uint64, "p": C.c_void_p, "s": C.c_char_p, "n": C.c_size_t}


def struct(fields):
    """A struct from "name:type ..."; "name" alone is a text, that is a pointer and a length."""
    made = [("struct_size", C.c_uint32)]
    for name, _, kind in (field.partition(":") for field in fields.split()):
        made += [(name, TYPES[kind])] if kind in TYPES else [(name, C.c_void_p), (name + "_len", C.c_size_t)]
    return type("Struct", (C.Structure,), {"_fields_": made})


Allocator = struct("reserved:u4 resize:p user:p")
Store = struct("ops_max:u4 read:p scan:p commit:p user:p")
Config = struct("flags:u4 allocator:p store:p clock:p clock_user:p permission:p permission_user:p trace:p trace_user:p "
                "node:u4 node_count:u4 poll_ms:i8 recording:p recording_user:p epoch:u8")
Input = struct("kind:u4 at_ms:i8 id1:u8 id2:u8 actor device serial user profile name site model firmware vendor dock "
               "related_user text pin items:p item_count:n item_size:n handle:u8 prompt_id:u8 generation:u8 call_id:u8 "
               "request:u8 value:i8 node:u4 state:u4 param:u4 flags:u4 location headset_template alias")
Effect = struct("kind:u4 input_index:u4 reason:u4 prompt:u4 cause:u4 node:u4 flags:u4 at_ms:i8 due_ms:i8 prompt_id:u8 "
                "request:u8 generation:u8 session:u8 device site user other_user serial profile pin profile_count:n rule:s location")
Verdict = struct("input_index:u4 accepted:u4 reason:u4 em_code:i4 repeated:u4 field:u4 item_number:u4 limit:i8 at_ms:i8 "
                 "device event:s rule:s serial")


class Item(C.Structure):
    _fields_ = [("text", C.c_char_p), ("text_len", C.c_size_t), ("number", C.c_uint64), ("kind", C.c_uint32),
                ("state", C.c_uint32), ("flags", C.c_uint32), ("reserved", C.c_uint32)]


def make(form, **fields):
    return form(struct_size=C.sizeof(form), **fields)


def check(status):
    if status != 0:
        sys.exit(lib.hsvc_text(STATUS, status).decode())


def text(it, field):
    return C.string_at(getattr(it, field), getattr(it, field + "_len")) if getattr(it, field + "_len") else b""


def code(registry, name):
    number = C.c_int32()
    check(lib.hsvc_code(registry, name.encode(), C.c_size_t(len(name)), C.byref(number)))
    return number.value


@C.CFUNCTYPE(C.c_void_p, C.c_void_p, C.c_size_t, C.c_size_t, C.c_void_p)
def resize(block, old, new, user):
    return libc.realloc(block, new) if new else libc.free(block)


@C.CFUNCTYPE(C.c_int32, C.POINTER(C.c_int64), C.c_void_p)
def clock(now, user):
    now[0] = time.time_ns() // 1000000
    return 0


def call(it=None):
    """One input, or None for a deadline. Each call has its own batch, as obey may call before this one is read."""
    batch = C.c_void_p()
    check(lib.hsvc_effects_new(C.byref(allocator), C.byref(batch)))
    check(lib.hsvc_apply(engine, C.byref(it), C.c_size_t(1), 0, batch) if it else lib.hsvc_advance(engine, batch))
    verdict, effect, i = make(Verdict), make(Effect), 0
    while lib.hsvc_verdict_at(batch, C.c_size_t(i), C.byref(verdict)) == 0:
        print("yes:" if verdict.accepted else "no:", lib.hsvc_text(REASON, verdict.reason).decode(),
              f"({verdict.rule.decode()})")
        i += 1
    i = 0
    while lib.hsvc_effects_at(batch, C.c_size_t(i), C.byref(effect)) == 0:
        obey(effect)
        i += 1
    lib.hsvc_effects_free(batch)  # overwrites the PIN that may be in it


def obey(effect):
    global prompt
    kind = lib.hsvc_name(EFFECT, effect.kind).decode()
    shown = lib.hsvc_name(PROMPT, effect.prompt).decode() if effect.prompt else ""
    print("do", kind, shown, text(effect, "user").decode(), text(effect, "profile").decode())
    if kind == "SHOW_PROMPT":
        prompt = effect.prompt_id
    wrong = kind == "VERIFY_PIN" and text(effect, "pin") != b"1234"
    answer = make(Input)
    if lib.hsvc_answer(C.byref(effect), 2 if wrong else 1, C.byref(answer)) == 0:  # else there is nothing to answer
        call(answer)


def take_line(words):
    keep = []  # what the struct points to must live until the call is over
    it = make(Input, kind=code(INPUT, words[0]))
    if 161 <= it.kind <= 169:  # an answer to a prompt
        it.prompt_id = prompt
    for name, _, value in (word.partition("=") for word in words[1:]):
        if name == "profiles":
            keep.append(Item(text=value.encode(), text_len=len(value.encode()), kind=3))
            it.items, it.item_count, it.item_size = C.addressof(keep[-1]), 1, C.sizeof(Item)
        elif hasattr(it, name + "_len"):
            keep.append(C.create_string_buffer(value.encode()))
            setattr(it, name, C.addressof(keep[-1]))
            setattr(it, name + "_len", len(value.encode()))
        else:
            setattr(it, name, int(value))
    call(it)


prompt, memory, engine, store = 1, C.c_void_p(), C.c_void_p(), make(Store)
allocator = make(Allocator, resize=C.cast(resize, C.c_void_p))
check(lib.hsvc_memory_store_new(C.byref(allocator), C.byref(memory)))
check(lib.hsvc_memory_store_bind(memory, C.byref(store)))
config = make(Config, allocator=C.addressof(allocator), store=C.addressof(store), clock=C.cast(clock, C.c_void_p))
check(lib.hsvc_engine_new(C.byref(config), C.byref(engine)))
lines = open(0, "rb", buffering=0)  # what is not read yet must wait where select sees it
while True:
    sys.stdout.flush()
    due = C.c_int64()
    check(lib.hsvc_next_deadline(engine, C.byref(due)))
    wait = min(60.0, max(0.0, due.value / 1000 - time.time()))
    if not select.select([lines], [], [], wait)[0]:
        call()
        continue
    line = lines.readline().decode()
    if not line:
        break
    if line.split():
        take_line(line.split())
lib.hsvc_engine_free(engine)
lib.hsvc_memory_store_free(memory)
