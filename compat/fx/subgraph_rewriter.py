"""replace_pattern: calls that look like a pattern's are taken out, and those of a replacement put in their place."""

from typing import NamedTuple

from .graph import Graph
from .node import Node
from .tracer import Tracer

__all__ = ["Match", "replace_pattern"]


class Match(NamedTuple):
    """A place where a pattern was found."""

    anchor: Node
    nodes_map: dict


def graph_of(x):
    if isinstance(x, Graph):
        return x
    return x.graph if isinstance(getattr(x, "graph", None), Graph) else Tracer().trace(x)


def matched(pattern, n, found):
    """Does what is computed at n look like the pattern's node? `found`: node of the pattern -> what it stands for."""
    if not isinstance(pattern, Node) or not isinstance(n, Node):
        if isinstance(pattern, Node) and pattern.op == "placeholder":
            return found.setdefault(pattern, n) is n
        if isinstance(pattern, (tuple, list)):
            return (
                isinstance(n, (tuple, list))
                and len(n) == len(pattern)
                and all(matched(p, m, found) for p, m in zip(pattern, n))
            )
        return not isinstance(n, Node) and pattern == n
    if pattern in found:
        return found[pattern] is n
    if pattern.op == "placeholder":
        found[pattern] = n
        return True
    if (pattern.op, pattern.target) != (n.op, n.target) or pattern.kwargs.keys() != n.kwargs.keys():
        return False
    found[pattern] = n
    return matched(pattern.args, n.args, found) and all(
        matched(v, n.kwargs[k], found) for k, v in pattern.kwargs.items()
    )


def alone(found, end):
    """Are the values within a match used there only?"""
    inside = {n for p, n in found.items() if p.op != "placeholder"}
    return all(n is end or set(n.users) <= inside for n in inside)


def replace_pattern(gm, pattern, replacement):
    """Put a replacement where the graph of a GraphModule has a pattern, both functions of the same arguments; returns the places."""
    pattern, replacement = graph_of(pattern), graph_of(replacement)
    end = next(n for n in pattern.nodes if n.op == "output").args[0]
    arguments = [n for n in pattern.nodes if n.op == "placeholder"]
    new_arguments = [n for n in replacement.nodes if n.op == "placeholder"]
    matches = []
    for n in gm.graph.nodes:
        found = {}
        if n.op == "placeholder" or not matched(end, n, found) or not alone(found, n):
            continue
        first = next((user for user in gm.graph.nodes if user in n.users), n)  # (as torch: right before what uses it)
        with gm.graph.inserting_before(first):
            known = {new: found[old] for old, new in zip(arguments, new_arguments)}
            out = gm.graph.graph_copy(replacement, known)
        n.replace_all_uses_with(out)
        for p in reversed(pattern.nodes):
            if p in found and p.op not in ("placeholder", "output") and not found[p].users:
                gm.graph.erase_node(found[p])
        matches.append(Match(n, found))
    gm.recompile()
    return matches
