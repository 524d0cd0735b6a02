"""A program's own nodes, banded solvers."""
import autograd.numpy as np
from autograd import grad
from autograd.tracer import trace, Node
from itertools import count
class PrintNode(Node):
    def __init__(self, value, fun, args, kwargs, parent_argnums, parents):
        self.names = parents[0].names
        self.varname = next(self.names)
        shown = list(args)
        for i, p in zip(parent_argnums, parents): shown[i] = p.varname
        print("{} = {}({}) = {}".format(self.varname, fun.__name__, ",".join(map(str, shown)), value))
    def initialize_root(self, x):
        self.names = (f"v{i}" for i in count())
        self.varname = next(self.names)
        print("{} = {}".format(self.varname, x))
def avg(x, y): return (x + y) / 2
def fun(x):
    y = np.sin(x + x)
    return avg(y, y)
print(trace(PrintNode.new_root(1.5), fun, 1.5)[0])
trace(PrintNode.new_root(1.5), lambda x: np.exp(-x)*2, 1.5)
import autograd.scipy.linalg as L
import scipy.linalg as S
import numpy as onp
r=onp.random.RandomState(0); n=6
A=r.randn(n,n); A=A@A.T+n*onp.eye(n); 
for k in (0,1,2):
    M=onp.triu(onp.tril(A,k),-k)
    up=onp.zeros((k+1,n)); lo=onp.zeros((k+1,n))
    for d in range(k+1):
        up[k-d,d:]=onp.diag(M,d); lo[d,:n-d]=onp.diag(M,-d)
    b=r.randn(n,2)
    print(abs(L.solveh_banded(up,b)-S.solveh_banded(up,b)).max()<1e-12, abs(L.solveh_banded(lo,b,lower=True)-S.solveh_banded(lo,b,lower=True)).max()<1e-12,
     abs(L.cholesky_banded(up)-S.cholesky_banded(up)).max()<1e-12, abs(L.cholesky_banded(lo,lower=True)-S.cholesky_banded(lo,lower=True)).max()<1e-12)
