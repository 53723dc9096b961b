"""inventory.py: the part of an engine that lists headsets: one, many with filters, by pages, and summed up (INV-1..4)."""
import ctypes as C
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

from . import _abi
from ._callbacks import ALLOCATOR
from ._load import core
from ._values import encode, fits, take, text
from .codes import HeadsetType, Status
from .errors import HeadsetsvcError, error_of
from .views import InventoryRow, InventorySums


@dataclass(frozen=True)
class Headsets:
    """Which headsets: what is given must all hold. model may have `*`; text stands anywhere in a serial, an alias, owner,
    model, vendor or device; active: connected within inventory_active_days; age: least and most whole days."""

    owner: str = ""
    model: str = ""
    site: str = ""
    text: str = ""
    type: Optional[HeadsetType] = None
    connected: Optional[bool] = None
    active: Optional[bool] = None
    assigned: Optional[bool] = None
    age: Tuple[int, int] = (0, 0)


class InventoryPage(NamedTuple):
    """A page of a list. cursor: where the next begins; b"" after the last. It may be kept, and given to another process."""

    rows: List[InventoryRow]
    cursor: bytes


class InventorySummary(NamedTuple):
    """How many headsets there are, and of which model."""

    sums: InventorySums
    models: Dict[str, int]


class _Page:
    """The library's page, and the struct that says what shall be in it."""

    def __init__(self, which: Headsets) -> None:
        self.query = _abi.hsvc_inventory_query(
            struct_size=C.sizeof(_abi.hsvc_inventory_query), status=_either(which.connected),
            activity=_either(which.active), assignment=_either(which.assigned))
        for name, number in (("type", which.type or 0), ("age_least", which.age[0]), ("age_most", which.age[1])):
            setattr(self.query, name, fits(f"{name}: ", number, 32))
        self._held: Dict[str, bytes] = {}
        for name in ("owner", "model", "site", "text"):
            self._text(name, encode(getattr(which, name)))
        self.handle = C.c_void_p()
        status = core.hsvc_inventory_new(C.cast(ALLOCATOR, C.POINTER(_abi.hsvc_allocator)), C.byref(self.handle))
        if status != Status.OK:
            raise error_of(status)

    def __enter__(self) -> "_Page":
        return self

    def __exit__(self, *_: object) -> None:
        core.hsvc_inventory_free(self.handle)

    def _text(self, name: str, value: bytes) -> None:
        self._held[name] = value
        setattr(self.query, name, C.cast(C.c_char_p(value), C.c_void_p) if value else None)
        setattr(self.query, name + "_len", len(value))

    @property
    def cursor(self) -> bytes:
        """Where the next page begins."""
        length = C.c_size_t()
        at = core.hsvc_inventory_cursor(self.handle, C.byref(length))
        return take(at, length.value)

    def go_on(self, cursor: bytes) -> None:
        """The next call goes on from there."""
        self._text("cursor", cursor)

    def rows(self) -> List[InventoryRow]:
        """What the last call filled in."""
        raw = _abi.hsvc_inventory_row(struct_size=C.sizeof(_abi.hsvc_inventory_row))
        made = []
        for index in range(core.hsvc_inventory_count(self.handle)):
            core.hsvc_inventory_at(self.handle, index, C.byref(raw))
            made.append(InventoryRow.read(raw))
        return made

    def models(self) -> Dict[str, int]:
        """Headsets by model, of a summary; "": never reported."""
        raw = _abi.hsvc_inventory_model(struct_size=C.sizeof(_abi.hsvc_inventory_model))
        made = {}
        for index in range(core.hsvc_inventory_model_count(self.handle)):
            core.hsvc_inventory_model_at(self.handle, index, C.byref(raw))
            made[text(raw.model, raw.model_len)] = raw.headsets
        return made


def _either(value: Optional[bool]) -> int:
    return 0 if value is None else 1 if value else 2


class Inventory:
    """What an administrator sees of the headsets."""

    _lock: Any
    _asked: Any

    def inventory_page(self, which: Headsets = Headsets(), *, cursor: bytes = b"", limit: int = 0) -> InventoryPage:
        """The next page, in the order of serials; a page before the last may have few rows or none.

        A damaged record raises Corrupt, whose `outcome` is the page before it, with a cursor behind it.
        """
        with _Page(which) as page, self._lock:
            page.query.limit = fits("limit: ", limit, 32)
            page.go_on(cursor)
            try:
                self._asked(core.hsvc_inventory_list, C.byref(page.query), page.handle)
            except HeadsetsvcError as error:
                error.outcome = InventoryPage(page.rows(), page.cursor)
                raise
            return InventoryPage(page.rows(), page.cursor)

    def inventory(self, which: Headsets = Headsets()) -> Iterator[InventoryRow]:
        """All of them, page by page. Another order: sorted(engine.inventory(), key=lambda row: row.age_days)."""
        page = self.inventory_page(which)
        while True:
            yield from page.rows
            if not page.cursor:
                return
            page = self.inventory_page(which, cursor=page.cursor)

    def inventory_of(self, serial: str) -> Optional[InventoryRow]:
        """One headset, by any of its serials; None if nothing is known of it."""
        name = encode(serial)
        with _Page(Headsets()) as page, self._lock:
            found = self._asked(core.hsvc_inventory_get, name, len(name), page.handle) == Status.OK
            return page.rows()[0] if found else None

    def inventory_summary(self, which: Headsets = Headsets()) -> InventorySummary:
        """How many there are, by status and by model. It looks at all of them, in slices."""
        with _Page(which) as page:
            while True:
                with self._lock:
                    self._asked(core.hsvc_inventory_summarise, C.byref(page.query), page.handle)
                cursor = page.cursor
                if not cursor:
                    break
                page.go_on(cursor)
            sums = _abi.hsvc_inventory_sums(struct_size=C.sizeof(_abi.hsvc_inventory_sums))
            core.hsvc_inventory_sum(page.handle, C.byref(sums))
            return InventorySummary(InventorySums.read(sums), page.models())


__all__ = ["Headsets", "Inventory", "InventoryPage", "InventorySummary"]
