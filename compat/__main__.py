"""`python -m compat script.py`: run a torch script on compat. All of it is in compat/runner.py."""

import sys

from compat.runner import main
from funcgrad.core.blas import start_with_the_right_kernels

if __name__ == "__main__":
    start_with_the_right_kernels()
    main(sys.argv[1:])
