"""setup.py: a wheel with the shared libraries inside. HEADSETSVC_BUILT names the build folder or prefix that has them.

The wheel fits any Python 3 but one platform: nothing in it is compiled for Python. It is not a manylinux wheel: it runs
where the C library is at least as new as where it was built.
"""
import os
import pathlib
import re
import shutil

from setuptools import setup
from setuptools.command.build_py import build_py
from wheel.bdist_wheel import bdist_wheel

COMPONENTS = ("", "-sqlite", "-pgsql", "-testkit", "-csv")
GENERATED = pathlib.Path(__file__).resolve().parent / "headsetsvc" / "_abi.py"
MINOR = re.search(r'^VERSION = "(\d+\.\d+)\.', GENERATED.read_text(encoding="utf-8"), re.M).group(1)


class WithLibraries(build_py):
    """Copies the libraries beside the modules, under the names that the loader asks for."""

    def run(self):
        super().run()
        built = os.environ.get("HEADSETSVC_BUILT")
        if not built:
            return
        inside = pathlib.Path(self.build_lib) / "headsetsvc" / "_lib"
        inside.mkdir(parents=True, exist_ok=True)
        for component in COMPONENTS:
            library = pathlib.Path(built) / "lib" / f"libheadsetsvc{component}.so.{MINOR}"
            if library.exists():
                shutil.copy(library.resolve(), inside / library.name)
            elif not component:
                raise SystemExit(f"there is no {library}")


class Platform(bdist_wheel):
    """py3-none-PLATFORM."""

    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = not os.environ.get("HEADSETSVC_BUILT")

    def get_tag(self):
        tag = super().get_tag()
        return tag if self.root_is_pure else ("py3", "none", tag[2])


setup(cmdclass={"build_py": WithLibraries, "bdist_wheel": Platform})
