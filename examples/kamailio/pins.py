#!/usr/bin/python3
"""pins.py: puts a user's PIN, hashed, into the file that EM_PINS names.

    pins.py FILE USER      the PIN is asked for, or read from standard input if that is no terminal"""
import getpass
import json
import os
import pathlib
import secrets
import sys

import service


def read_pin():
    return getpass.getpass("PIN: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    path, user = pathlib.Path(sys.argv[1]), sys.argv[2]
    pins = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    salt = secrets.token_bytes(16)
    pins[user] = [salt.hex(), service.scrypt(read_pin().encode(), salt).hex()]
    new = path.with_suffix(".new")  # whoever reads meanwhile reads all of the old one
    new.touch(0o600)
    new.write_text(json.dumps(pins), encoding="utf-8")
    os.replace(new, path)


if __name__ == "__main__":
    main()
