"""torch's CPU random streams in NumPy: the words of its engine, and what its kernels make of them. (compat/_generator.py draws by them.)

Invariant: nothing here knows of Tensors, and nothing but NumPy and the standard library is imported.
"""
