"""Every change to a library, one per module, until upstream has it.

A module's docstring names the upstream symbol with the version it was written for, the reason, and
the test that proves it. Importing the module makes the change, or fails if the symbol is gone. How
a patch is written and when it goes: README.md.
"""

import importlib
import pkgutil


def apply() -> None:
    """Make all changes. Must come before anything imports the connector; once is enough.

    Raises:
        PatchError: an upstream symbol has changed.
    """
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    # The other modules import the connector, which looks for these packages then.
    names.sort(key=lambda name: name != "optional_packages")
    for name in names:
        importlib.import_module(f"{__name__}.{name}")
