"""What is warned of once in a process has been said before the tests begin: which of them comes first is no matter."""

from compat import deprecations

deprecations._said.update(deprecations.TEXTS)
