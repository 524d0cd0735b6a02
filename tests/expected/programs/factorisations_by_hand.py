"""Factorisations by hand beside the library's, eigenvalues and their gradients, compression, whitening, and what is refused."""

import torch, numpy as np, math

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
torch.set_printoptions(precision=6, sci_mode=False)
A = torch.randn(5, 5)
S = A @ A.T + torch.eye(5)


def power(A, n=200):
    v = torch.ones(A.shape[0])
    for _ in range(n):
        v = A @ v
        v /= v.norm()
    return v @ (A @ v), v


l, v = power(S)
w, V = torch.linalg.eigh(S)
print(l, w, (v.abs() - V[:, -1].abs()).abs().max() < 1e-8)


def qr_alg(A, n=300):
    for _ in range(n):
        Q, R = torch.linalg.qr(A)
        A = R @ Q
    return A.diagonal()


print(qr_alg(S).sort().values)


def gram_schmidt(A):
    Q = []
    for a in A.unbind(1):
        for q in Q:
            a = a - (q @ a) * q
        Q.append(a / torch.linalg.vector_norm(a))
    return torch.stack(Q, 1)


Q = gram_schmidt(A)
print((Q.T @ Q - torch.eye(5)).abs().max() < 1e-10)


def householder(A):
    R = A.clone()
    Q = torch.eye(len(A))
    for k in range(len(A) - 1):
        x = R[k:, k]
        e = torch.zeros_like(x)
        e[0] = torch.copysign(x.norm(), x[0])
        u = x + e
        u = u / u.norm()
        R[k:] -= 2 * torch.outer(u, u @ R[k:])
        Q[:, k:] -= 2 * torch.outer(Q[:, k:] @ u, u)
    return Q, R


Qh, Rh = householder(A)
print(torch.allclose(Qh @ Rh, A), Rh.tril(-1).abs().max() < 1e-12)
h, tau = torch.geqrf(A)
print(torch.allclose(torch.linalg.householder_product(h, tau) @ h.triu(), A), torch.ormqr(h, tau, torch.eye(5))[0])


def jacobi(A, b, n=100):
    D = A.diag()
    R = A - torch.diag(D)
    x = torch.zeros_like(b)
    return [x := (b - R @ x) / D for _ in range(n)][-1]


D = S + 20 * torch.eye(5)
b = torch.arange(5.0)
print(torch.dist(jacobi(D, b), torch.linalg.solve(D, b)) < 1e-9)


def lu(A):
    A = A.clone()
    n = len(A)
    P = torch.arange(n)
    for k in range(n - 1):
        p = k + A[k:, k].abs().argmax()
        p = int(p)
        A[[k, p]] = A[[p, k]]
        P[[k, p]] = P[[p, k]]
        A[k + 1 :, k] /= A[k, k]
        A[k + 1 :, k + 1 :].addr_(A[k + 1 :, k], A[k, k + 1 :], alpha=-1)
    return P, A


P, F = lu(A)
P2, L2, U2 = torch.linalg.lu(A)
print(torch.allclose(F.tril(-1) + torch.eye(5), L2), torch.allclose(F.triu(), U2), P, P2.argmax(0))
LU, piv = torch.linalg.lu_factor(A)
print(piv, torch.linalg.lu_solve(LU, piv, b[:, None]).T, torch.lu_unpack(LU, piv)[0].argmax(1))
X = torch.randn(30, 3)
y = X @ torch.tensor([1.0, -2.0, 0.5]) + 0.1 * torch.randn(30)
r = torch.linalg.lstsq(X, y[:, None])
print(r.solution.T, r.residuals, r.rank, r.singular_values.shape)
print(
    torch.linalg.pinv(X) @ y,
    torch.linalg.solve(X.T @ X, X.T @ y),
    torch.linalg.lstsq(X, y[:, None], driver="gelsd")[2:],
)
img = (
    torch.outer(torch.sin(torch.arange(12.0)), torch.cos(torch.arange(10.0)))
    + 0.3 * torch.outer(torch.arange(12.0), torch.ones(10))
    + 0.01 * torch.randn(12, 10)
)
U, s, Vh = torch.linalg.svd(img, full_matrices=False)
for k in (1, 2, 3, 5):
    ap = (U[:, :k] * s[:k]) @ Vh[:k]
    print(
        k,
        torch.linalg.matrix_norm(img - ap).item(),
        "ratio %.3f" % (k * (12 + 10 + 1) / img.numel()),
        torch.linalg.norm(img - ap, 2).item(),
    )
print(
    torch.linalg.matrix_rank(img, atol=0.5),
    torch.linalg.cond(S),
    torch.linalg.norm(A, "nuc"),
    torch.linalg.norm(A, -2),
    torch.linalg.norm(A, 1),
    torch.linalg.norm(A, float("inf")),
    A.norm(p="fro"),
    torch.norm(A, p=3, dim=1),
    torch.linalg.vector_norm(A, 0),
    torch.linalg.matrix_norm(A, ord="nuc"),
    torch.linalg.det(A),
    torch.linalg.slogdet(A),
    torch.logdet(S),
    A.trace(),
    A.inverse()[0],
)
M = S.clone().requires_grad_()
w, V = torch.linalg.eigh(M)
(w[-1] + V[:, 0].abs().sum()).backward()
print(M.grad)
M = A.clone().requires_grad_()
torch.linalg.svdvals(M).prod().backward()
print((M.grad - torch.linalg.det(A).abs() * torch.linalg.inv(A).T).abs().max() < 1e-8)
M = A.clone().requires_grad_()
e = torch.linalg.eigvals(M)
e.abs().sum().backward()
print(torch.view_as_real(e.detach()).abs().sum(), M.grad.norm())
print(torch.linalg.eig(A).eigenvalues.abs().sort().values)
M = S.clone().requires_grad_()
torch.linalg.cholesky(M).sum().backward()
print(M.grad[0])
M = A.clone().requires_grad_()
q, r = torch.linalg.qr(M)
(q.sum() + r.diag().sum()).backward()
print(M.grad[1])
M = A.clone().requires_grad_()
torch.matrix_exp(M * 0.1).trace().backward()
print(M.grad[2])
M = A.clone().requires_grad_()
torch.linalg.inv(M).sum().backward()
print(M.grad[3])
M = A.clone().requires_grad_()
torch.linalg.solve(M, b).sum().backward()
print(M.grad[4])
print(
    torch.autograd.gradcheck(lambda m: torch.linalg.pinv(m), torch.randn(4, 2, requires_grad=True)),
    torch.autograd.gradcheck(torch.linalg.lstsq if False else torch.linalg.det, torch.randn(3, 3, requires_grad=True)),
    torch.autograd.gradgradcheck(
        lambda m: torch.linalg.cholesky(m @ m.T + torch.eye(3)), torch.randn(3, 3, requires_grad=True)
    ),
)
B = torch.randn(4, 3, 3)
print(
    torch.linalg.det(B),
    torch.bmm(B, torch.linalg.inv(B)).sub(torch.eye(3)).abs().max() < 1e-9,
    torch.linalg.multi_dot([A, S, A]).sum(),
    torch.chain_matmul(A, S)[0] if False else "",
    torch.baddbmm(B, B, B, beta=0.5, alpha=2)[0, 0],
    torch.addmm(A, A, S)[0],
    torch.addmv(b, A, b),
    torch.addbmm(torch.zeros(3, 3), B, B)[0],
    torch.linalg.tensorsolve(torch.eye(6).view(2, 3, 2, 3), torch.ones(2, 3)),
    torch.linalg.tensorinv(torch.eye(6).view(6, 2, 3), ind=1).shape,
    torch.linalg.vander(b[:3]),
    torch.linalg.cross(b[:3], b[2:]),
    torch.linalg.vecdot(b, b),
    torch.linalg.diagonal(B).shape,
    torch.linalg.householder_product(torch.tril(A), torch.zeros(5))[0],
    torch.linalg.ldl_factor(S)[1],
    torch.linalg.inv_ex(A).info,
    torch.cholesky_inverse(torch.linalg.cholesky(S))[0],
    torch.triangular_solve(b[:, None], S.tril(), upper=False)[0].T,
)
C = torch.randn(3, 3, dtype=torch.complex128)
H = C @ C.mH
print(
    torch.linalg.eigvalsh(H),
    torch.linalg.matrix_norm(C),
    torch.linalg.det(C),
    H.adjoint().equal(H) or torch.allclose(H.adjoint(), H),
    torch.linalg.cholesky(H).abs()[1],
    torch.vdot(C[0], C[1]),
    torch.inner(C[0], C[1]),
    C.H[0],
    torch.linalg.svdvals(C),
    torch.linalg.qr(C)[1].diag(),
)
for f in (
    lambda: torch.linalg.inv(torch.zeros(2, 2)),
    lambda: torch.linalg.solve(torch.ones(2, 2), torch.ones(2)),
    lambda: torch.linalg.cholesky(-torch.eye(3)),
    lambda: torch.linalg.eigh(torch.ones(2, 3)),
    lambda: torch.linalg.qr(torch.ones(3)),
    lambda: torch.linalg.svd(torch.full((2, 2), float("nan"))),
    lambda: torch.linalg.inv(torch.stack([torch.eye(2), torch.zeros(2, 2)])),
    lambda: A @ torch.ones(4),
    lambda: torch.linalg.lstsq(A, b[:3]),
):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, str(e).split("\n")[0])
k, a = torch.linalg.eigh(torch.diag(torch.arange(1.0, 4))), torch.lobpcg(S, k=1, largest=True)
print(k, a[0])
K = torch.exp(-(torch.cdist(X, X) ** 2))
ev = torch.linalg.eigvalsh(K - K.mean(0) - K.mean(1, keepdim=True) + K.mean())
print("kpca", ev[-3:])
W = torch.linalg.eigh(torch.cov(X.T))
wh = (X - X.mean(0)) @ W[1] @ torch.diag(W[0].rsqrt()) @ W[1].mT
print("whiten", torch.dist(torch.cov(wh.T), torch.eye(3)) < 1e-9)
G = torch.tensor([[0, 1.0, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]])
print("laplacian", torch.linalg.eigvalsh(torch.diag(G.sum(1)) - G))
print(
    "procrustes",
    (lambda u, s, vh: torch.dist(u @ vh, Q))(*torch.linalg.svd(Q @ S @ S.T)) > 0,
    torch.trapz(b),
    torch.einsum("ij,jk,ki->", A, S, A),
)
torch.set_default_dtype(torch.float32)
torch.set_printoptions(profile="default", sci_mode=None)
