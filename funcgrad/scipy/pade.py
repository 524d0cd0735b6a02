"""The rational approximation of exp that matrix exponentials are made of: Pade's of degree 13.

N. Higham, The scaling and squaring method for the matrix exponential revisited, SIAM J. Matrix Anal. Appl. 26 (2005) 1179-1193.
"""

PADE = (
    64764752532480000.0,
    32382376266240000.0,
    7771770303897600.0,
    1187353796428800.0,
    129060195264000.0,
    10559470521600.0,
    670442572800.0,
    33522128640.0,
    1323241920.0,
    40840800.0,
    960960.0,
    16380.0,
    182.0,
    1.0,
)  # the numerator's coefficients, lowest power first; the denominator's have every second sign changed
PADE_NORM = 5.371920351148152  # of the 1-norm for which it has all its digits

__all__ = ["PADE", "PADE_NORM"]
