"""The core both faces share: avals, handles, nodes, primitives, the online interpreters, the reverse walk, assignment."""
