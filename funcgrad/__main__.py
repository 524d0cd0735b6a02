"""`python -m funcgrad run script.py`: run an autograd program on funcgrad. All of it is in swaps.py and running.py."""

import sys

from funcgrad.swaps import main

if __name__ == "__main__":
    main(sys.argv[1:])
