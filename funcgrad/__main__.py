"""`python -m funcgrad doctor`, and `python -m funcgrad run script.py`: run a jax or autograd program (swaps.py, running.py)."""

import sys

if __name__ == "__main__":
    if sys.argv[1:] == ["doctor"]:
        from funcgrad.doctor import main

        main()
    else:
        from funcgrad.core.blas import start_with_the_right_kernels
        from funcgrad.swaps import main

        start_with_the_right_kernels()
        main(sys.argv[1:])
