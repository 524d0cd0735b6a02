"""What is warned of once in a process has been said before the tests begin, and what holds settings is loaded (tests/left_behind.py sees
then what a test leaves of them): which test comes first is no matter."""

from importlib import import_module

import left_behind

from compat import deprecations

deprecations._said.update(deprecations.TEXTS)
for module in left_behind.SETTINGS:
    import_module(module)
