"""Write edges.json: what torch does for every line of edge_cases.py. Run with torch 2.13: `python tests/expected/make_edges.py`."""

from edge_cases import FAMILIES
from make_functions import main

if __name__ == "__main__":
    main(FAMILIES, "edges.json")
