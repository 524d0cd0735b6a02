"""A graph while passes work on it: nodes give way to others in place, and a pass looks again only where something has changed.

Invariants: what it was made of is never changed, since a draft has nodes of its own. Every node in it is read by a result, an effect
or another such node: the last reader takes what only it needed with it. Each node has an interval of places to itself, (floor, index],
and what is put before it lies in that, so that order of places is an order of the program, with the effects where they were.
"""

from ...core.aval import PYTHON_SCALARS, aval_of
from ...core.checking import check_node
from ...core.graph import Graph, GraphNode
from ...core.node import by_index
from ...core.state import tick
from ...errors import GraphError

GAP = 1 << 32  # places between neighbours to begin with
AGAIN = 20  # replacements a node, on average, after which nothing is replaced any more: what is there is right


class Pass:
    """Rewriting node by node. `start(draft)` gives the rule of one draft: `rule(n, ins)` is a node or constant of n's aval that may stand for n,
    or None; what has another aval is forgotten. It is asked of nodes of the primitives that are named, or of all.

    A rule sees what is behind a node up to `reach` operands deep: further back nothing makes it look again. `compares`: it has to have seen
    every node once, also where there was nothing to do."""

    def __init__(self, start, names=None, reach=2, compares=False):
        self.start, self.names, self.reach, self.compares = start, names and frozenset(names), reach, compares
        self.__name__, self.__doc__ = start.__name__, start.__doc__

    def __call__(self, graph):
        draft = Draft(graph)
        draft.run(self)
        return draft.finished()


def local(*names, **how):
    """A decorator: this function of a draft is the `start` of a Pass."""
    return lambda start: Pass(start, names or None, **how)


def rewritten(graph, rule):
    """The graph with `rule(n, ins)` in place of n, where it gives something: a node or a constant of n's aval."""
    return Pass(lambda draft: rule)(graph)


class Draft:
    """`count`: how many operands and results a node is, for each that is there; `readers`: who reads it, or has done so."""

    def __init__(self, graph, settled=()):
        """`settled`: passes that find nothing to do in this graph."""
        self.given, self.ins, self.rules = graph, graph.ins, {}
        self.loose = []  # nodes that are read once and were read more often
        self.log = []  # nodes that are new, or have other operands
        self.seen = dict.fromkeys(
            [p for p in settled if not p.compares], (0, 0)
        )  # pass -> how much of both it has seen
        self.replaced, self.most = 0, AGAIN * (len(graph.nodes) + 10)
        self.floor = {}
        self.count = count = dict.fromkeys(graph.ins, 1)  # (an input stays)
        self.readers = readers = {n: [] for n in graph.ins}
        own = {}
        place = 0
        for n in graph.nodes:
            ins = []
            for x in n.ins:
                if type(x) is GraphNode:
                    x = own.get(x, x)
                    count[x] += 1
                ins.append(x)
            m = own[n] = GraphNode(n.prim, tuple(ins), n.params, n.aval, n.site)
            for x in ins:
                if type(x) is GraphNode:
                    readers[x].append(m)
            self.floor[m] = place
            m.index = place = place + GAP
            count[m], readers[m] = 0, []
        self.effects = [own[n] for n in graph.effects]
        self.outs = [own.get(o, o) if type(o) is GraphNode else o for o in graph.outs]
        self.results = {}  # node -> which results it is
        for i, o in enumerate(self.outs):
            if type(o) is GraphNode:
                self.results.setdefault(o, []).append(i)
        for n in [*self.effects, *[o for o in self.outs if type(o) is GraphNode]]:
            count[n] += 1

    # -------------------------------------------------------------------------------------------- what rules ask
    def read_by(self, n):
        """The nodes that read n, each once."""
        return [r for r in dict.fromkeys(self.readers[n]) if r in self.count and n in operands(r)]

    def look_again(self, n):
        """Let every pass see this node as if it had changed."""
        self.log.append(n)

    # -------------------------------------------------------------------------------------------- passes
    def run(self, p):
        """Let a pass see every node, or, if it has, what changed since; until it finds nothing more."""
        if self.seen.get(p) == (len(self.log), len(self.loose)):
            return
        if p not in self.rules:
            self.rules[p] = p.start(self)
        rule = self.rules[p]
        if p not in self.seen:
            loose = len(self.loose)
            self.see(self.nodes(), p, rule)
            self.seen[p] = len(self.log), loose  # (what changed lay behind, and was seen when its turn came)
        while todo := self.changed(p):
            self.see(todo, p, rule)

    def nodes(self):
        """Every node, in order."""
        return sorted(self.floor, key=by_index)

    def changed(self, p):
        """The nodes that a pass may see in another light than when it was last asked, in order."""
        log, loose = self.seen[p]
        found = dict.fromkeys([n for n in self.log[log:] if n in self.count])
        found.update(dict.fromkeys([r for n in self.loose[loose:] if n in self.count for r in self.read_by(n)]))
        self.seen[p] = len(self.log), len(self.loose)
        edge = found
        for _ in range(p.reach if found else 0):
            edge = dict.fromkeys([r for n in edge for r in self.readers[n] if r in self.count and r not in found])
            found.update(edge)
        return sorted(found, key=by_index)

    def see(self, todo, p, rule):
        names, count = p.names, self.count
        for n in todo:
            if names is not None and n.prim.name not in names:
                continue
            stack = [n]  # (what takes its place is seen too)
            while stack:
                n = stack.pop()
                if n in count and (names is None or n.prim.name in names):
                    got = rule(n, n.ins)
                    if got is not None and self.fits(got, n):
                        stack += self.replace(n, got)

    def fits(self, got, n):
        """May `got` stand for n? An array that is a result is made anew by each run: a constant would be handed out twice."""
        if got is n or n.effect or self.replaced >= self.most:
            return False
        if type(got) is GraphNode:
            return got.aval == n.aval
        return aval_of(got) == n.aval and (n not in self.results or type(got) in PYTHON_SCALARS)

    # -------------------------------------------------------------------------------------------- changes
    def replace(self, n, got):
        """Put a node that is there or a new one, or a constant, in the place of n; gives the nodes that are new, the last one first."""
        self.replaced += 1
        count, readers = self.count, self.readers
        new = self.put_before(n, got) if type(got) is GraphNode and got not in count else []
        moved = []
        for r in readers[n]:
            if r in count and n in operands(r):
                r.ins = tuple([got if x is n else x for x in r.ins])
                moved.append(r)
        self.log += moved
        at = self.results.pop(n, ())
        for i in at:
            self.outs[i] = got
        if type(got) is GraphNode:
            readers[got] += moved
            count[got] += count[n]
            if at:
                self.results.setdefault(got, []).extend(at)
        count[n] = 0
        self.drop(n)
        return new

    def put_before(self, n, got):
        """Enter a new node, and those it needs that are new, in the places that n had."""
        count = self.count
        found, stack = {}, [got]
        while stack:
            waiting = [x for x in operands(stack[-1]) if x not in count and x not in found]
            if waiting:
                stack += waiting[::-1]
            else:
                found[stack.pop()] = None
        new = list(found)
        if n.index - self.floor[n] < len(new):
            self.spread()
        low, high = self.floor[n], n.index
        for m in new:
            count[m], self.readers[m] = 0, []
        for k, m in enumerate(new, 1):
            for x in operands(m):
                count[x] += 1
                self.readers[x].append(m)
            self.floor[m] = low
            m.index = low = high - (high - low) * (len(new) - k) // len(new) if k < len(new) else high
        self.log += new
        return new[::-1]

    def spread(self):
        """New places for all, with gaps between them."""
        place = 0
        for n in self.nodes():
            self.floor[n] = place
            n.index = place = place + GAP

    def drop(self, n):
        """Take out a node that nothing reads, and what is not read without it."""
        count, stack = self.count, [n]
        while stack:
            n = stack.pop()
            del count[n], self.floor[n], self.readers[n]
            for x in operands(n):
                count[x] -= 1
                if not count[x]:
                    stack.append(x)
                elif count[x] == 1:
                    self.loose.append(x)

    # -------------------------------------------------------------------------------------------- the graph
    def check(self, since):
        """Raise GraphError unless what is new or has other operands since the log was so long could stand in a graph."""
        for n in dict.fromkeys(self.log[since:]):
            if n in self.count:
                for x in operands(n):
                    if x not in self.count or (x.prim is not None and x.index >= n.index):
                        raise GraphError(f"check: {n!r} uses {x!r} before it is made")
                check_node(n)

    def graph(self):
        """The graph as it is now, to look at; the one that was given if nothing has changed."""
        return Graph(self.ins, self.outs, self.effects) if self.replaced else self.given

    def finished(self):
        """The graph, and the end of the draft: its nodes are the graph's."""
        if self.replaced:
            for n in self.nodes():
                n.index = tick()
        return self.graph()


def operands(n):
    return [x for x in n.ins if type(x) is GraphNode]


__all__ = ["Draft", "Pass", "local", "rewritten"]
