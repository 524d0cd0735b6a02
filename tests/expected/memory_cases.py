"""The lines that make_memory.py runs under torch and test_memory.py under compat: strides, memory formats, storages, views
of views, and functions that came with the coverage page, their errors included. Written as function_cases.py says."""

FAMILIES = {}

FAMILIES["memory formats"] = """
torch.channels_last, torch.contiguous_format, torch.preserve_format, torch.channels_last_3d
isinstance(torch.channels_last, torch.memory_format)
y = torch.zeros(2, 3, 4, 5); x = y.contiguous(memory_format=torch.channels_last); x.stride(), x.is_contiguous(), x.is_contiguous(memory_format=torch.channels_last)
y = torch.zeros(2, 3, 4, 5); y.contiguous(memory_format=torch.contiguous_format) is y
y = torch.zeros(2, 1, 4, 5); y.is_contiguous(memory_format=torch.channels_last), y.contiguous(memory_format=torch.channels_last) is y
y = torch.zeros(2, 3, 4, 5).to(memory_format=torch.channels_last); y.stride(), y.clone().stride(), y.clone(memory_format=torch.contiguous_format).stride()
y = torch.zeros(2, 3, 4, 5).to(memory_format=torch.channels_last); (y * 2).stride(), torch.zeros_like(y).stride(), y.double().stride()
torch.zeros(1, 2, 3, 4, 5).contiguous(memory_format=torch.channels_last_3d).stride()
t.contiguous(memory_format=torch.channels_last)
t.contiguous(memory_format=torch.preserve_format)
t.permute(2, 0, 1).clone().stride(), t.permute(2, 0, 1).contiguous().stride()
t.permute(2, 0, 1).clone(memory_format=torch.preserve_format).stride()
y = t.reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last); (y * y).sum()
y = torch.arange(24.0).reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last); y.permute(0, 2, 3, 1).is_contiguous(), y.flatten().tolist()[:3]
f.dim_order(), torch.zeros(2, 3, 4).transpose(0, 2).dim_order()
"""

FAMILIES["storages"] = """
f.untyped_storage().nbytes(), len(f.storage()), f[1].storage_offset(), len(f[1].storage())
list(f[1].storage())
y = torch.zeros(4); y.untyped_storage()[0] = 0; y.untyped_storage().data_ptr() == y.data_ptr()
y = torch.zeros(3); y.storage()[1] = 5.0; y
y = torch.arange(6.0); x = torch.empty(0).set_(y.untyped_storage(), 1, (2, 2), (2, 1)); x[0, 0] = 9; x, y
y = torch.arange(6.0); x = torch.empty(0); x.set_(y); x[0] = 7; y, x.is_set_to(y), x.is_set_to(y.clone())
y = torch.arange(6.0); x = torch.empty(0).set_(y, 2, (2,), (2,)); x
torch.zeros(3).set_()
y = torch.arange(6.0); y.resize_(2, 3); y.shape, y
y = torch.arange(6.0); y.resize_(2); y, len(y.storage())
y = torch.arange(6.0); y.resize_(2); y.resize_(4); y
y = torch.arange(4.0); y.resize_(2, 4).shape, y.flatten()[:4]
a.resize_(6)
y = torch.arange(4.0); y.resize_as_(torch.zeros(2, 2)); y
torch.from_dlpack(torch.arange(3))
y = torch.arange(3.0); x = torch.from_dlpack(y); x[0] = 5; y
np.from_dlpack(torch.arange(3)).tolist()
a.__dlpack__()
tuple(map(int, f.__dlpack_device__()))
y = np.ones(3); x = torch.from_dlpack(y); x += 1; y.tolist()
torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(f))
y = torch.zeros(3); x = torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(y)); x[0] = 5; y, x._version
y = torch.utils.dlpack.to_dlpack(f); torch.utils.dlpack.from_dlpack(y); torch.utils.dlpack.from_dlpack(y)
torch.utils.dlpack.from_dlpack(3)
f.__dlpack__(stream=1)
y = torch.from_dlpack(np.arange(6.0).reshape(2, 3)[:, 1:]); y.stride(), y.storage_offset(), len(y.storage())
y = torch.from_numpy(np.arange(6.0)[2:]); y.storage_offset(), len(y.storage()), y[1:].storage_offset()
y = torch.from_numpy(np.arange(4.0)); y.resize_(8)
y = torch.arange(4.0); y.numpy(); y.resize_(8)
torch.from_numpy(np.float32(3))
y = torch.arange(6.0); x = y[2:]; y.data = torch.ones(2); x += 1; y, x, y._version
y = torch.arange(6.0); x = y[2:]; y.set_(torch.ones(2)); x += 1; y, x, y._version
y = torch.arange(6.0); x = y[2:]; y.resize_(2); x += 1; y, x, y._version
y = torch.zeros(2, 3, 2, 2); y.resize_(2, 3, 2, 2, memory_format=torch.channels_last).stride()
y = torch.zeros(2); y.set_(torch.arange(6.0).reshape(2, 3).t(), 1, (2,), (1,))
"""

FAMILIES["strided views"] = """
a.as_strided((2, 2), (1, 2))
y = a * 1; y.as_strided((2, 2), (1, 2), 1) * 2
y = torch.arange(6.0); x = y.as_strided((2, 2), (3, 1), 1); x.zero_(); y
y = torch.arange(6.0)[2:]; y.as_strided((2,), (1,)), y.as_strided((2,), (1,), 0)
f.as_strided((3, 3), (3, 1))
f.as_strided((2, 2), (1,))
y = torch.arange(24.0).reshape(2, 3, 4); x = y[1].t()[1:, ::2]; x.fill_(-1); y
y = torch.arange(24.0).reshape(2, 3, 4); y.unfold(2, 2, 1)[0, 0].stride(), y.unfold(1, 2, 2).shape
y = a * 1; x = y.unfold(1, 2, 1); (x * x).sum()
y = t * 1; x = y.tensor_split(3, 2)[1]; x[0] * 3
y = t * 1; x = y.hsplit(3)[2].dsplit([1, 2])[1]; x * 2
y = torch.arange(12.0).reshape(3, 4); x = y.vsplit(3)[1].hsplit(2)[0]; x += 10; y
y = a * 1; x = y.view(6)[2:].view(2, 2).t(); x.mul_(2); y
y = torch.arange(6.0).reshape(2, 3); y.t_(); y.stride(), y.is_contiguous(), y.view(-1)
y = torch.arange(6.0).reshape(2, 3); y.as_strided_((3,), (2,)); y
y = a * 1; y.diagonal().expand(2, 2) * 2
y = t.movedim(0, 2); y.stride(), y._base is t
y = a * 1; y[0] += 1; y
y = a * 1; y[0, :] *= 2; y[1] += y[0]; y
y = a * 1; x = y.view(-1).unfold(0, 3, 1); x.mul_(2); y
y = a * 1; x = y.as_strided((2, 2), (1, 1)); x += 1; y
y = a * 1; x = y.as_strided((3, 3), (1, 1)); (x * x).sum()
y = a.t() * 1; x = y[1].as_strided((2,), (3,)); x.mul_(x); y
y = a * 1; x = y[:1].expand(4, 3); x[0] = 5; y
y = a * 1; y[:1].expand(4, 3).add_(1)
y = torch.arange(4.0).reshape(2, 2).requires_grad_(); y.mul_(2)
y = torch.arange(6.0); y[1:].add_(y[:-1])
y = torch.arange(6.0).reshape(2, 3); y[0] = y[1]; y
y = torch.arange(6.0).reshape(2, 3); y.index_add_(0, torch.tensor([0, 1]), y)
y = torch.arange(6.0); x = y[1:]; y.unsqueeze_(0); x.mul_(2); y, x._base is y
"""

FAMILIES["copies of views and placing figures"] = """
torch.view_copy(a, (3, 2)) * 2
torch.split_copy(t, 2, 2)
torch.unbind_copy(a)
torch.squeeze_copy(a.unsqueeze(0), 0)
torch.narrow_copy(a, 1, 1, 2)
torch.narrow_copy(a, 1, 2, 2)
torch.unsafe_chunk(a, 2, 1)
torch.slice_copy(a, 1, 0, 3, 2)
torch.diagonal_scatter(m, v)
torch.diagonal_scatter(m, v, 1)
torch.diagonal_scatter(x, torch.zeros(2, 2), 1, 1, 2)
torch.index_reduce(a, 1, j[:3], b, "prod")
torch.index_reduce(a, 1, j[:3], b, "sum")
torch.index_reduce(f, 1, j[:3], b.detach(), "amax", include_self=False)
torch.segment_reduce(m, "max", lengths=torch.tensor([1, 2]))
torch.segment_reduce(m, "sum", lengths=torch.tensor([1, 1]))
torch.segment_reduce(m, "min", lengths=torch.tensor([0, 3]))
torch.segment_reduce(m, "mean")
torch.frexp(torch.tensor([0.0, 1.0, -3.5, 1e-30, inf]))
torch.frexp(i)
torch.nonzero_static(k, size=2)
a.sum_to_size(1, 3)
a.sum_to_size(3)
t.sum_to_size(3, 1)
a.sum_to_size(2, 2)
f.clone().fill_diagonal_(7)
torch.zeros(5, 2).fill_diagonal_(1, wrap=True)
torch.zeros(3, 3, 3).fill_diagonal_(2)
torch.zeros(2, 3, 3).fill_diagonal_(2)
torch.zeros(3).fill_diagonal_(2)
torch.empty_permuted((2, 3, 4), (1, 2, 0)).stride()
torch.zeros(2).apply_(lambda x: x + 1)
a.apply_(lambda x: x)
torch.fill(a, 2)
torch.clamp_(a * 1, 0)
torch.detach_(a * 1)
torch.heaviside(i, torch.zeros(2, 3))
torch.igamma(p.detach(), q)
torch.igammac(p.detach(), q)
"""

FAMILIES["special figures"] = """
torch.special.erfcx(a)
torch.special.log_ndtr(torch.tensor([-100.0, -5.0, 0.0, 5.0, -inf, inf, nan]))
torch.special.ndtri(torch.tensor([0.0, 1e-30, 0.5, 1.0, 2.0]))
torch.special.zeta(torch.tensor([2.0, 1.0, 0.5, 3.0]), torch.tensor([1.0, 1.0, 1.0, -2.0]))
torch.special.zeta(2, q)
torch.special.zeta(2.0, torch.tensor([1, 2]))
torch.special.xlog1py(2, q)
torch.special.xlog1py(a, 0.5)
torch.special.bessel_j0(torch.tensor([0.0, -1.0, nan]))
torch.special.bessel_y0(torch.tensor([0.0, 1.0, -1.0]))
torch.special.bessel_y1(torch.tensor([0.0, 1.0, -1.0]))
torch.special.modified_bessel_k0(torch.tensor([0.0, 1.0, -1.0, 50.0]))
torch.special.scaled_modified_bessel_k1(torch.tensor([0.0, 1.0, -1.0, 50.0]))
torch.special.spherical_bessel_j0(torch.tensor([0.0, 1.0, -2.0]))
torch.special.airy_ai(torch.tensor([0.0, 1.0, -2.0, 10.0]))
torch.special.chebyshev_polynomial_t(torch.tensor([0.5, -1.0, 2.0]), torch.tensor([0, 3, -1]))
torch.special.hermite_polynomial_h(0.5, torch.tensor([0, 1, 5]))
torch.special.legendre_polynomial_p(torch.tensor([0.5, -0.25]), 4)
torch.special.gammainc(torch.tensor([0.5, 0.0, 2.0, -1.0]), torch.tensor([1.0, 1.0, 0.0, 1.0]))
torch.special.gammaincc(torch.tensor([0.5, 0.0, 2.0, inf]), torch.tensor([1.0, 1.0, inf, 1.0]))
q.polygamma(1)
torch.polygamma(2, q)
"""

FAMILIES["factors figures"] = """
torch.linalg.lu_factor(m)[0]
torch.linalg.lu_factor(m)[1]
torch.linalg.lu_factor(torch.zeros(2, 2))
torch.linalg.lu_factor_ex(torch.zeros(2, 2))
torch.linalg.lu_factor(m, pivot=False)
torch.linalg.lu_solve(*torch.linalg.lu_factor(m), n)
torch.linalg.lu_solve(*torch.linalg.lu_factor(m), a, left=False)
torch.linalg.lu_solve(*torch.linalg.lu_factor(m), n, adjoint=True)
torch.lu_unpack(*torch.linalg.lu_factor(m))
torch.lu_unpack(*torch.linalg.lu_factor(m.detach()), unpack_data=False)
torch.linalg.householder_product(m, v)
torch.linalg.householder_product(a, v)
torch.linalg.householder_product(n, v)
torch.ormqr(m, v, n)
torch.ormqr(m, v, a, left=False, transpose=True)
torch.geqrf(m.detach())
torch.linalg.ldl_factor(torch.tensor([[0.0, 1.0, 2.0], [1.0, 0.0, 3.0], [2.0, 3.0, 0.0]]))
torch.linalg.ldl_factor(torch.tensor([[1e-3, 1.0, 2.0], [1.0, 1e-3, 3.0], [2.0, 3.0, 1e-3]]))
torch.linalg.ldl_solve(*torch.linalg.ldl_factor(torch.tensor([[0.0, 1.0, 2.0], [1.0, 0.0, 3.0], [2.0, 3.0, 0.0]])), n.detach())
torch.linalg.lstsq(n, m, driver="gels")[:3]
torch.linalg.lstsq(n, m, driver="gelsd")
torch.linalg.lstsq(n, m)
torch.linalg.lstsq(n, m, driver="qr")
torch.linalg.matrix_power(i[:, :2], 3)
torch.linalg.matrix_exp(m * 20)
torch.pca_lowrank(m, 5)
torch.lobpcg(m, 2)
torch.stft(v, 2)
torch.stft(v, 5, return_complex=True, center=False)
torch.istft(a, 4)
torch.hann_window(-1)
torch.hann_window(3, dtype=torch.int64)
torch.hann_window(0), torch.hann_window(1), torch.hann_window(4, periodic=False)
torch.histogramdd(torch.tensor([[0.0, 1.0], [1.0, 0.0], [1.0, 2.0]]), [2, 2])
"""

IMAGE = "F = torch.nn.functional; y = torch.arange(144.0).reshape(2, 3, 6, 4).sin().contiguous(memory_format=torch.channels_last); "
SAME = [  # functions of an image that give an image in its memory format
    "F.conv2d(y, w)", "F.conv2d(y, w, padding=1, stride=2)", "F.conv2d(y.contiguous(), w.contiguous(memory_format=torch.channels_last))",
    "F.conv_transpose2d(y, w.transpose(0, 1))", "F.max_pool2d(y, 2)", "F.max_pool2d(y, 2, return_indices=True)[1]", "F.avg_pool2d(y, 2)",
    "F.adaptive_avg_pool2d(y, 2)", "F.adaptive_max_pool2d(y, 2)", "F.batch_norm(y, torch.zeros(3), torch.ones(3))", "F.group_norm(y, 3)",
    "F.relu(y)", "F.gelu(y)", "F.elu(y)", "F.hardswish(y)", "F.leaky_relu(y)", "F.softplus(y)", "F.dropout(y)", "y + 1", "y * y", "y - y.mean((2, 3), keepdim=True)",
    "y.exp()", "y > 0", "torch.where(y > 0, y, 0.0)", "y.clamp(0, 1)", "y.double()", "torch.zeros_like(y)", "torch.cat([y, y], 1)",
    "F.interpolate(y, scale_factor=2)", "F.interpolate(y, scale_factor=2, mode='bilinear')", "F.pad(y, (1, 1, 1, 1))",
    "F.pad(y, (1, 1, 1, 1), mode='reflect')", "F.channel_shuffle(y, 3)", "y.sort(1)[0]", "y.roll(1, 2)",
]  # fmt: skip
NOT = [  # and in C order
    "F.instance_norm(y[:, :2])", "F.layer_norm(y, (3, 6, 4))", "F.softmax(y, 1)", "torch.cat([y, y.contiguous()], 1)", "y.masked_fill(y > 0, 0.0)",
    "F.logsigmoid(y)", "F.one_hot((y > 0).long())", "y.index_select(1, torch.tensor([0, 2]))", "y.flatten(1)", "F.max_pool2d(y[0], 2)",
    "F.conv2d(y.contiguous(), w)", "torch.cat([y.permute(0, 2, 3, 1)] * 2)", "F.avg_pool3d(torch.zeros(1, 2, 4, 4, 4).contiguous(memory_format=torch.channels_last_3d), 2)",
]  # fmt: skip
FAMILIES["results in channels_last"] = "\n".join(
    f"{IMAGE}{'w = torch.ones(5, 3, 3, 3); ' if 'w' in code else ''}x = {code}; x.stride(), x.is_contiguous(memory_format=torch.channels_last) if x.dim() == 4 else None"
    for code in SAME + NOT
)

FAMILIES["other dtypes over the same memory"] = """
y = torch.arange(4.0); x = y.view(torch.int32); x[0] = 5; x, y, x.data_ptr() == y.data_ptr(), y._version
y = torch.arange(8).view(2, 4); [(z.shape, z.stride(), z.data_ptr() == y.data_ptr()) for z in (y.view(d) for d in (torch.int16, torch.int8, torch.float64, torch.float16, torch.complex64))]
y = torch.arange(8, dtype=torch.int16).view(2, 4); x = y.view(torch.int32); x[0, 0] = 3; y, x.shape, x.stride()
torch.arange(8, dtype=torch.int16).view(2, 4).t().view(torch.int32)
torch.arange(8, dtype=torch.int16).view(2, 4).t().view(torch.int8)
torch.arange(8, dtype=torch.int16).view(2, 4).t().view(torch.float16).stride()
torch.arange(3, dtype=torch.int16).view(torch.int32)
torch.tensor(1, dtype=torch.int16).view(torch.int32)
torch.arange(8, dtype=torch.int16)[1:5].view(torch.int32)
torch.arange(8, dtype=torch.int16)[::2].view(torch.int32)
torch.arange(9, dtype=torch.int16).view(3, 3)[:, :2].view(torch.int32)
y = a.view(torch.int32); y.requires_grad, a.view(torch.float32).requires_grad
"""

FAMILIES["changes through strided views"] = """
y = torch.arange(9.0).reshape(3, 3) + 1; y.diagonal().neg_(); y
y = torch.arange(16.0) + 1; y[::4].neg_(); y[1::8].neg_(); y
y = torch.arange(9.0).reshape(3, 3) + 1; x = y.t(); y.detach_(); x.neg_(); y, y._version
y = a * 1; x = y.t(); y.detach_(); x.requires_grad, y.requires_grad
y = torch.arange(6).view(2, 3).t(); y.resize_(6)
y = torch.arange(6); x = y[2:4]; x.resize_(3); x[0] = 9; x, y
y = torch.arange(4.0); x = y.t_(); y.unsqueeze_(0); y.squeeze_(); y._version
y = torch.zeros(3); torch.add(f, 1, out=y); y.shape, y._version
a.addcmul_(torch.ones(2, 2), torch.ones(2, 2))
a.transpose_(0, 5)
y = a * 1; y[0].detach_()
torch.zeros(2, 3, 4).t_()
torch.ones(()).chunk(2)
torch.ones(()).tensor_split(2)
torch.cat([torch.ones(2), torch.ones(())])
torch.zeros(3, 2).index_add_(0, torch.tensor([0]), torch.ones(1, 3))
torch.zeros(3, 2).index_copy(0, torch.tensor([0]), torch.ones(3))
y = a * 1; y.scatter_(0, torch.zeros(1, 1, dtype=torch.long), 0.5)
"""
