"""Values of random draws from threefry keys, with NumPy alone: the impls behind ops/random.py.

A key is two uint32 words; every function takes an array of keys, uint32[..., 2], and draws for each of them what it would draw
for that key alone. Invariant: figures are functions of the key, the shape and the dtype only, never of blocks or threads.
"""
