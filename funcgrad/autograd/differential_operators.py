"""autograd.differential_operators: where autograd itself keeps the operators."""

from .operators import *  # noqa: F403
