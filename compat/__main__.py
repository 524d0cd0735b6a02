"""`python -m compat script.py`: run a torch script on compat. All of it is in compat/runner.py."""

import sys

from compat.runner import main

if __name__ == "__main__":
    main(sys.argv[1:])
