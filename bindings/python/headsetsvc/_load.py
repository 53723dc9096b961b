"""_load.py: finds the shared libraries and says what their functions take.

In this order: the environment variable HEADSETSVC_LIBRARY (path of the core library; components stand beside it), the
libraries inside this package (a wheel has them), the versioned name, and what the system's linker finds.
"""
import ctypes as C
import ctypes.util
import os
import pathlib
from typing import Any, Dict, Iterator, List

from . import _abi

_loaded: Dict[str, Any] = {}
_BUNDLED = pathlib.Path(__file__).resolve().parent / "_lib"
MINOR = ".".join(_abi.VERSION.split(".")[:2])


def _candidates(name: str) -> Iterator[str]:
    """name: "headsetsvc", "headsetsvc-sqlite", ..."""
    named = os.environ.get("HEADSETSVC_LIBRARY")
    if named:
        if name == "headsetsvc":
            yield named
        else:
            yield str(pathlib.Path(named).parent / f"lib{name}.so.{MINOR}")
        return  # whoever names a library means that one
    yield str(_BUNDLED / f"lib{name}.so.{MINOR}")
    yield f"lib{name}.so.{MINOR}"
    found = ctypes.util.find_library(name)
    if found:
        yield found


def version_text(number: int) -> str:
    """1002003 -> "1.2.3"."""
    return f"{number // 1000000}.{number // 1000 % 1000}.{number % 1000}"


def check_version(number: int, path: str) -> None:
    """ImportError if a library of this version has another ABI than this package was made for."""
    compatible = number // 1000 == _abi.VERSION_NUMBER // 1000
    if not compatible:
        raise ImportError(f"{path} is version {version_text(number)}, this package is made for {_abi.VERSION}: "
                          "their ABIs differ")


def library(component: str = "core") -> Any:
    """The shared library of a component, loaded once. ImportError if there is none, or one of another ABI."""
    if component in _loaded:
        return _loaded[component]
    name = "headsetsvc" if component == "core" else f"headsetsvc-{component}"
    if component != "core":
        library()  # which the component needs
    tried: List[str] = []
    for path in _candidates(name):
        try:
            found = C.CDLL(path)
        except OSError as error:
            tried.append(str(error))
            continue
        try:
            if component == "core":
                check_version(found.hsvc_version(), path)
            _loaded[component] = declare(found, component)
        except AttributeError as error:
            raise ImportError(f"{path} is not the library {name} that this package, {_abi.VERSION}, is made for: {error}") from None
        return found
    raise ImportError(f"there is no library {name} {MINOR}: install a wheel that has it, or say where it is by "
                      "HEADSETSVC_LIBRARY. Tried: " + "; ".join(tried))


def declare(found: Any, component: str) -> Any:
    """Tells ctypes what each function takes and gives."""
    for name, (result, arguments) in _abi.FUNCTIONS[component].items():
        function = getattr(found, name)
        function.restype, function.argtypes = result, arguments
    return found


core = library()
