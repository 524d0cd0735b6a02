"""The signatures by which torch 2.13 parses the arguments of its functions: made by tests/expected/make_signatures.py, which says how to
read a line. Read by compat/_calls.py once a call has failed."""

# ruff: noqa: E501
TEXT = r"""
abs absolute acos acosh alias_copy angle arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh bitwise_not ceil conj_physical cos cosh deg2rad detach_copy digamma erf erfc erfinv exp exp2 expm1 fix floor frac hardsigmoid hardswish i0 inverse isneginf isposinf lgamma log log10 log1p log2 logical_not mish msort neg negative rad2deg reciprocal rsqrt sgn sigmoid sign signbit silu sin sinc sinh sqrt square t_copy tan tanh trunc view_as_complex_copy view_as_real_copy linalg_eigvals special_bessel_j0 special_bessel_j1 special_bessel_y0 special_bessel_y1 special_digamma special_entr special_erf special_erfc special_erfcx special_erfinv special_exp2 special_expit special_expm1 special_gammaln special_i0 special_i0e special_i1 special_i1e special_log1p special_log_ndtr special_modified_bessel_i0 special_modified_bessel_i1 special_modified_bessel_k0 special_modified_bessel_k1 special_ndtr special_ndtri special_psi special_sinc log_sigmoid: Tinput * @
abs_ acos_ acosh_ adjoint arccos_ arccosh_ arcsin_ arcsinh_ arctan_ arctanh_ argwhere asin_ asinh_ atan_ atanh_ ceil_ conj conj_physical_ corrcoef cos_ cosh_ deg2rad_ det detach detach_ erf_ erfc_ exp2_ exp_ expm1_ fix_ fliplr flipud floor_ frac_ get_device i0_ imag is_complex is_conj is_floating_point is_inference is_neg is_nonzero is_signed isfinite isinf isnan isreal log10_ log1p_ log2_ log_ logdet matrix_exp neg_ negative_ numel positive rad2deg_ ravel real reciprocal_ relu relu6 relu_ resolve_conj resolve_neg rsqrt_ selu selu_ sigmoid_ sin_ sinc_ sinh_ sqrt_ square_ t tan_ tanh_ trace trunc_ view_as_complex view_as_real zero_ linalg_matrix_exp hardsigmoid_ hardswish_ mish_ relu6_ silu_: Tinput
adaptive_avg_pool1d adaptive_max_pool1d: Tinput A1output_size
adaptive_avg_pool2d: Tinput A2output_size * @
adaptive_avg_pool3d: Tinput A3output_size * @
adaptive_max_pool2d: Tinput A2output_size * L2out=None
adaptive_max_pool3d: Tinput A3output_size * L2out=None
add sub: Tinput Salpha Tother * @|;Tinput Tother * Salpha=1 @
addbmm: Sbeta Tinput Salpha Tbatch1 Tbatch2 * @|;Sbeta Tinput Tbatch1 Tbatch2 * @|;Tinput Tbatch1 Tbatch2 * Sbeta=1 Salpha=1 @
addcdiv addcmul: Tinput Svalue Ttensor1 Ttensor2 * @|;Tinput Ttensor1 Ttensor2 * Svalue=1 @
addmm: Sbeta Tinput Salpha Tmat1 Tmat2 * @|;Sbeta Tinput Tmat1 Tmat2 * @|;Tinput Tmat1 Tmat2 * Sbeta=1 Salpha=1 @;Tinput Tmat1 Tmat2 Dout_dtype * Sbeta=1 Salpha=1 @
addmv: Sbeta Tinput Salpha Tmat Tvec * @|;Sbeta Tinput Tmat Tvec * @|;Tinput Tmat Tvec * Sbeta=1 Salpha=1 @
addmv_: Sbeta Tinput Salpha Tmat Tvec|;Sbeta Tinput Tmat Tvec|;Tinput Tmat Tvec * Sbeta=1 Salpha=1
addr: Sbeta Tinput Salpha Tvec1 Tvec2 * @|;Sbeta Tinput Tvec1 Tvec2 * @|;Tinput Tvec1 Tvec2 * Sbeta=1 Salpha=1 @
affine_grid_generator: Ttheta Asize Balign_corners
all any: Tinput * @;Tinput A?dim=None Bkeepdim=False * @;Tinput Idim Bkeepdim=False * @
allclose isclose: Tinput Tother Frtol=1e-05 Fatol=1e-08 Bequal_nan=False
alpha_dropout alpha_dropout_ dropout dropout_ feature_alpha_dropout feature_alpha_dropout_ feature_dropout feature_dropout_: Tinput Fp Btrain
amax amin: Tinput A1dim=None Bkeepdim=False * @
aminmax: Tinput * I?dim=None Bkeepdim=False L2out=None
arange: Send * @ $;Sstart Send * $;Sstart Send Sstep=1 * @ $
arctan2 atan2 fmax fmin gcd hypot igamma igammac inner kron lcm ldexp logaddexp logaddexp2 logical_and logical_or logical_xor matmul maximum minimum mul nextafter vdot linalg_matmul special_gammainc special_gammaincc: Tinput Tother * @
argmax argmin: Tinput I?dim=None Bkeepdim=False * @
argsort: Tinput * Bstable Idim=-1 Bdescending=False @;Tinput Idim=-1 Bdescending=False
as_strided as_strided_: Tinput Asize Astride N?storage_offset=None
as_strided_copy: Tinput Asize Astride N?storage_offset=None * @
as_strided_scatter: Tinput Tsrc Asize Astride N?storage_offset=None
as_tensor: Odata * Ddtype=None V?device=None
asarray: Oobj * D?dtype=None V?device=None B?copy=None B?requires_grad=None
avg_pool1d: Tinput A1kernel_size A1stride=None A1padding=0 Bceil_mode=False Bcount_include_pad=True
avg_pool2d: Tinput A2kernel_size A2stride=None A2padding=0 Bceil_mode=False Bcount_include_pad=True I?divisor_override=None * @
avg_pool3d: Tinput A3kernel_size A3stride=None A3padding=0 Bceil_mode=False Bcount_include_pad=True I?divisor_override=None * @
baddbmm: Sbeta Tinput Salpha Tbatch1 Tbatch2 * @|;Sbeta Tinput Tbatch1 Tbatch2 * @|;Tinput Tbatch1 Tbatch2 * Sbeta=1 Salpha=1 @;Tinput Tbatch1 Tbatch2 Dout_dtype * Sbeta=1 Salpha=1 @
bartlett_window blackman_window hann_window: Iwindow_length * $;Iwindow_length Bperiodic * $
batch_norm: Tinput T?weight T?bias T?running_mean T?running_var Btraining Fmomentum Feps Bcudnn_enabled
batch_norm_update_stats: Tinput T?running_mean T?running_var Fmomentum
bernoulli: Tinput * G?generator=None @;Tinput Fp * G?generator=None
bilinear: Tinput1 Tinput2 Tweight T?bias=None
binary_cross_entropy: Tinput Ttarget T?weight=None Ireduction=at::Reduction::Mean * @
binary_cross_entropy_with_logits: Tinput Ttarget T?weight=None T?pos_weight=None Ireduction=at::Reduction::Mean
bincount: Tinput T?weights=None Nminlength=0
binomial: Tcount Tprob G?generator=None
bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor remainder: Tinput Tother * @;Sself Tother;Tinput Sother * @
bmm mm: Tinput Tmat2 * @;Tinput Tmat2 Dout_dtype * @
broadcast_to: Tinput Asize
bucketize: Tinput Tboundaries * Bout_int32=False Bright=False @;Sself Tboundaries * Bout_int32=False Bright=False
can_cast: Dfrom_ Dto
cat concat concatenate stack: Ltensors Idim=0 * @
celu celu_: Tinput Salpha=1.0
channel_shuffle native_channel_shuffle: Tinput Ngroups
cholesky cholesky_inverse: Tinput Bupper=False * @
cholesky_solve: Tinput Tinput2 Bupper=False * @
chunk unsafe_chunk: Tinput Ichunks Idim=0
clamp clip: Tinput T?min=None T?max=None * @;Tinput S?min=None S?max=None * @
clamp_ clip_: Tinput T?min=None T?max=None;Tinput S?min=None S?max=None
clamp_max: Tinput Tmax * @;Tinput Smax * @
clamp_max_: Tinput Tmax;Tinput Smax
clamp_min: Tinput Tmin * @;Tinput Smin * @
clamp_min_: Tinput Tmin;Tinput Smin
clone: Tinput * M?memory_format=None
column_stack dstack hstack row_stack vstack linalg_multi_dot: Ltensors * @
combinations: Tinput Ir=2 Bwith_replacement=False
complex: Treal Timag * @
constant_pad_nd: Tinput Apad Svalue=0
conv1d: Tinput Tweight T?bias=None A1stride=1 A1padding=0 A1dilation=1 Ngroups=1;Tinput Tweight T?bias=None A1stride=1 Qpadding="valid" A1dilation=1 Ngroups=1
conv2d: Tinput Tweight T?bias=None A2stride=1 A2padding=0 A2dilation=1 Ngroups=1;Tinput Tweight T?bias=None A2stride=1 Qpadding="valid" A2dilation=1 Ngroups=1
conv3d: Tinput Tweight T?bias=None A3stride=1 A3padding=0 A3dilation=1 Ngroups=1;Tinput Tweight T?bias=None A3stride=1 Qpadding="valid" A3dilation=1 Ngroups=1
conv_tbc: Tinput Tweight Tbias Ipad=0
conv_transpose1d: Tinput Tweight T?bias=None A1stride=1 A1padding=0 A1output_padding=0 Ngroups=1 A1dilation=1
conv_transpose2d: Tinput Tweight T?bias=None A2stride=1 A2padding=0 A2output_padding=0 Ngroups=1 A2dilation=1
conv_transpose3d: Tinput Tweight T?bias=None A3stride=1 A3padding=0 A3output_padding=0 Ngroups=1 A3dilation=1
convolution: Tinput Tweight T?bias Astride Apadding Adilation Btransposed Aoutput_padding Ngroups
copysign eq fmod ge greater greater_equal gt le less less_equal lt ne not_equal: Tinput Tother * @;Tinput Sother * @
cosine_embedding_loss margin_ranking_loss: Tinput1 Tinput2 Ttarget Fmargin=0.0 Ireduction=at::Reduction::Mean
cosine_similarity: Tx1 Tx2 Idim=1 Feps=1e-08
count_nonzero: Tinput I?dim=None;Tinput Adim
cov: Tinput * Icorrection=1 T?fweights=None T?aweights=None
cross: Tinput Tother I?dim=None * @
ctc_loss: Tlog_probs Ttargets Ainput_lengths Atarget_lengths Iblank=0 Ireduction=at::Reduction::Mean Bzero_infinity=False;Tlog_probs Ttargets Tinput_lengths Ttarget_lengths Iblank=0 Ireduction=at::Reduction::Mean Bzero_infinity=False
cummax cummin: Tinput Idim * L2out=None
cumprod cumsum: Tinput Idim * D?dtype=None @
cumulative_trapezoid trapezoid: Ty Tx * Idim=-1;Ty * Sdx=1 Idim=-1
dequantize atleast_1d atleast_2d atleast_3d: Tinput;Ltensors
diag: Tinput Idiagonal=0 * @
diag_embed: Tinput Ioffset=0 Idim1=-2 Idim2=-1
diagflat: Tinput Ioffset=0
diagonal: Tinput Ioffset=0 Idim1=0 Idim2=1
diagonal_copy: Tinput Ioffset=0 Idim1=0 Idim2=1 * @
diagonal_scatter: Tinput Tsrc Ioffset=0 Idim1=0 Idim2=1
diff: Tinput In=1 Idim=-1 T?prepend=None T?append=None * @
dist: Tinput Tother Sp=2
div: Tinput Tother * @;Tinput Tother * Q?rounding_mode @;Tinput Sother * Q?rounding_mode
divide: Tinput Tother * @;Tinput Tother * Q?rounding_mode @;Tinput Sother;Tinput Sother * Q?rounding_mode
dot: Tinput Ttensor * @
dsplit hsplit vsplit: Tinput Isections;Tinput Aindices
elu: Tinput Salpha=1 Sscale=1 Sinput_scale=1 * @
elu_: Tinput Salpha=1 Sscale=1 Sinput_scale=1
embedding: Tweight Tindices Npadding_idx=-1 Bscale_grad_by_freq=False Bsparse=False
embedding_bag: Tweight Tindices Toffsets Bscale_grad_by_freq Imode Bsparse T?per_sample_weights Binclude_last_offset I?padding_idx;Tweight Tindices Toffsets Bscale_grad_by_freq=False Imode=0 Bsparse=False T?per_sample_weights=None Binclude_last_offset=False
embedding_renorm_: Tinput Tindices Fmax_norm Fnorm_type
empty: Asize * M?memory_format=None @ $
empty_like ones_like zeros_like: Tinput * M?memory_format=None $
empty_permuted: Asize Aphysical_layout * $
empty_strided .new_empty_strided: Asize Astride * $
equal gcd_ is_same_size lcm_ ldexp_: Tinput Tother
expand_copy: Tinput Asize * Bimplicit=False @
eye: Nn * @ $;Nn Nm * @ $
fake_quantize_per_channel_affine: Tinput Tscale Tzero_point Iaxis Iquant_min Iquant_max
fake_quantize_per_tensor_affine: Tinput Tscale Tzero_point Iquant_min Iquant_max;Tinput Fscale Izero_point Iquant_min Iquant_max
fill fill_: Tinput Tvalue;Tinput Svalue
flatten: Tinput Istart_dim=0 Iend_dim=-1
flip permute tile: Tinput Adims
float_power pow: Tinput Texponent * @;Sself Texponent * @;Tinput Sexponent * @
floor_divide multiply true_divide: Tinput Tother * @;Tinput Sother
fractional_max_pool2d: Tinput A2kernel_size A2output_size Trandom_samples * L2out=None
fractional_max_pool3d: Tinput A3kernel_size A3output_size Trandom_samples * L2out=None
frexp geqrf slogdet linalg_eig: Tinput * L2out=None
frobenius_norm logsumexp special_logsumexp: Tinput A1dim Bkeepdim=False * @
from_file: Qfilename B?shared=None I?size=0 * $
frombuffer: Obuffer * Ddtype Icount=-1 Ioffset=0 Brequires_grad=False
full: Asize Sfill_value * @ $
full_like: Tinput Sfill_value * M?memory_format=None $
gather: Tinput Idim Tindex * Bsparse_grad=False @
gelu: Tinput * Qapproximate="none" @
ger outer: Tinput Tvec2 * @
glu: Tinput Idim=-1 * @
gradient: Tinput * Adim Iedge_order=1;Tinput * Sspacing Adim Iedge_order=1;Tinput * S?spacing=None I?dim=None Iedge_order=1;Tinput * Cspacing I?dim=None Iedge_order=1;Tinput * Cspacing Adim Iedge_order=1;Tinput * Lspacing I?dim=None Iedge_order=1;Tinput * Lspacing Adim Iedge_order=1
grid_sampler grid_sampler_2d grid_sampler_3d: Tinput Tgrid Iinterpolation_mode Ipadding_mode Balign_corners
group_norm: Tinput Inum_groups T?weight=None T?bias=None Feps=1e-05 Bcudnn_enabled=True
gru rnn_relu rnn_tanh: Tdata Tbatch_sizes Thx Lparams Bhas_biases Inum_layers Fdropout Btrain Bbidirectional;Tinput Thx Lparams Bhas_biases Inum_layers Fdropout Btrain Bbidirectional Bbatch_first
gru_cell rnn_relu_cell rnn_tanh_cell: Tinput Thx Tw_ih Tw_hh T?b_ih=None T?b_hh=None
hamming_window: Iwindow_length * $;Iwindow_length Bperiodic * $;Iwindow_length Bperiodic Falpha * $;Iwindow_length Bperiodic Falpha Fbeta * $
hardshrink softshrink: Tinput Slambd=0.5 * @
hardtanh: Tinput Smin_val=-1 Smax_val=1 * @
hardtanh_: Tinput Smin_val=-1 Smax_val=1
hash_tensor: Tinput A1dim=None * Bkeepdim=False Imode=0 @
heaviside: Tinput Tvalues * @
hinge_embedding_loss: Tinput Ttarget Fmargin=1.0 Ireduction=at::Reduction::Mean
histc: Tinput Ibins=100 Smin=0 Smax=0 * @
histogram: Tinput Tbins * T?weight=None Bdensity=False L2out=None;Tinput Ibins=100 * R?range=None T?weight=None Bdensity=False L2out=None
histogramdd: Tinput Ibins R?range=None T?weight=None Bdensity=False;Tinput Abins R?range=None T?weight=None Bdensity=False;Tinput Lbins R?range=None T?weight=None Bdensity=False
huber_loss: Tinput Ttarget Ireduction=at::Reduction::Mean Fdelta=1.0 * @
index_add: Tinput Idim Tindex Tsource * Salpha=1 @
index_copy: Tinput Idim Tindex Tsource * @
index_fill: Tinput Idim Tindex Tvalue;Tinput Idim Tindex Svalue
index_put index_put_: Tinput Lindices Tvalues Baccumulate=False
index_reduce: Tinput Idim Tindex Tsource Qreduce * Binclude_self=True @
index_select: Tinput Idim Tindex * @
instance_norm: Tinput T?weight T?bias T?running_mean T?running_var Buse_input_stats Fmomentum Feps Bcudnn_enabled
isin: Telements Ttest_elements * Bassume_unique=False Binvert=False @;Selement Ttest_elements * Bassume_unique=False Binvert=False @;Telements Stest_element * Bassume_unique=False Binvert=False @
istft: Tinput In_fft I?hop_length=None I?win_length=None T?window=None Bcenter=True Bnormalized=False B?onesided=None I?length=None Breturn_complex=False
kaiser_window: Iwindow_length * $;Iwindow_length Bperiodic * $;Iwindow_length Bperiodic Fbeta * $
kl_div: Tinput Ttarget Ireduction=at::Reduction::Mean * Blog_target=False
kthvalue: Tinput Nk Idim=-1 Bkeepdim=False * L2out=None
l1_loss: Tinput Ttarget Ireduction=at::Reduction::Mean
layer_norm: Tinput Anormalized_shape T?weight=None T?bias=None Feps=1e-05 Bcudnn_enable=True
leaky_relu: Tinput Snegative_slope=0.01 * @
leaky_relu_: Tinput Snegative_slope=0.01
lerp: Tinput Tend Tweight * @;Tinput Tend Sweight * @
linear: Tinput Tweight T?bias=None * @
linspace: Tstart Tend Isteps * @ $;Sstart Tend Isteps * @ $;Tstart Send Isteps * @ $;Sstart Send Isteps * @ $
log_softmax softmax: Tinput Idim D?dtype=None * @
logcumsumexp unsqueeze_copy: Tinput Idim * @
logit special_logit: Tinput F?eps=None * @
logit_: Tinput F?eps=None
logspace: Tstart Tend Isteps Fbase=10.0 * @ $;Sstart Tend Isteps Fbase=10.0 * @ $;Tstart Send Isteps Fbase=10.0 * @ $;Sstart Send Isteps Fbase=10.0 * @ $
lstm: Tdata Tbatch_sizes Lhx Lparams Bhas_biases Inum_layers Fdropout Btrain Bbidirectional;Tinput Lhx Lparams Bhas_biases Inum_layers Fdropout Btrain Bbidirectional Bbatch_first
lstm_cell: Tinput Lhx Tw_ih Tw_hh T?b_ih=None T?b_hh=None
lu_solve: Tinput TLU_data TLU_pivots * @
lu_unpack: TLU_data TLU_pivots Bunpack_data=True Bunpack_pivots=True * L3out=None
masked_fill: Tinput Tmask Tvalue;Tinput Tmask Svalue
masked_scatter: Tinput Tmask Tsource
masked_select: Tinput Tmask * @
matrix_power linalg_matrix_power: Tinput In * @
max min: Tinput * @;Tinput Tother * @;Tinput Idim Bkeepdim=False * L2out=None
max_pool1d max_pool1d_with_indices: Tinput A1kernel_size A1stride=None A1padding=0 A1dilation=1 Bceil_mode=False
max_pool2d: Tinput A2kernel_size A2stride=None A2padding=0 A2dilation=1 Bceil_mode=False
max_pool2d_with_indices: Tinput A2kernel_size A2stride=None A2padding=0 A2dilation=1 Bceil_mode=False * L2out=None
max_pool3d: Tinput A3kernel_size A3stride=None A3padding=0 A3dilation=1 Bceil_mode=False
max_pool3d_with_indices: Tinput A3kernel_size A3stride=None A3padding=0 A3dilation=1 Bceil_mode=False * L2out=None
max_unpool2d: Tinput Tindices A2output_size * @
max_unpool3d: Tinput Tindices A3output_size A3stride A3padding * @
mean: Tinput * D?dtype=None @;Tinput A1?dim Bkeepdim=False * D?dtype=None @
median nanmedian: Tinput;Tinput Idim Bkeepdim=False * L2out=None
mode: Tinput Idim=-1 Bkeepdim=False * L2out=None
moveaxis movedim: Tinput Isource Idestination;Tinput Asource Adestination
mse_loss multilabel_margin_loss soft_margin_loss: Tinput Ttarget Ireduction=at::Reduction::Mean * @
multi_margin_loss: Tinput Ttarget Sp=1 Smargin=1 T?weight=None Ireduction=at::Reduction::Mean * @
multinomial: Tinput Nnum_samples Breplacement=False * G?generator=None @
mv: Tinput Tvec * @
mvlgamma special_multigammaln: Tinput Ip * @
nan_to_num: Tinput F?nan=None F?posinf=None F?neginf=None * @
nan_to_num_: Tinput F?nan=None F?posinf=None F?neginf=None
nanmean nansum: Tinput A1?dim=None Bkeepdim=False * D?dtype=None @
nanquantile quantile: Tinput Tq I?dim=None Bkeepdim=False * Qinterpolation="linear" @;Tinput Fq I?dim=None Bkeepdim=False * Qinterpolation="linear" @
narrow: Tinput Idim Tstart Nlength;Tinput Idim Nstart Nlength
narrow_copy: Tinput Idim Nstart Nlength * @
native_batch_norm: Tinput T?weight T?bias T?running_mean T?running_var Btraining Fmomentum Feps * L3out=None
native_dropout: Tinput Fp B?train
native_group_norm: Tinput T?weight T?bias NN NC NHxW Igroup Feps
native_layer_norm: Tinput Anormalized_shape T?weight T?bias Feps
nll_loss: Tinput Ttarget T?weight=None Ireduction=at::Reduction::Mean Nignore_index=-100 * @
nonzero: Tinput * Bas_tuple=False @
nonzero_static: Tinput * Nsize Ifill_value=-1 @
norm_except_dim: Tv Ipow=2 Idim=0
normal: Tmean Tstd * G?generator=None @;Tmean Fstd=1 * G?generator=None @;Fmean Tstd * G?generator=None @;Fmean Fstd Asize * G?generator=None @ $
nuclear_norm: Tinput A2dim Bkeepdim=False * @;Tinput Bkeepdim=False * @
one_hot: Tinput Inum_classes=-1
ones zeros: Asize * @ $
orgqr: Tinput Tinput2 * @
ormqr: Tinput Tinput2 Tinput3 Bleft=True Btranspose=False * @
pad: Tinput Apad Qmode="constant" F?value=None
pairwise_distance: Tx1 Tx2 Fp=2 Feps=1e-06 Bkeepdim=False
pdist: Tinput Fp=2
permute_copy: Tinput Adims * @
pinverse: Tinput Frcond=1e-15
pixel_shuffle: Tinput Iupscale_factor
pixel_unshuffle: Tinput Idownscale_factor
poisson: Tinput G?generator=None
poisson_nll_loss: Tinput Ttarget Blog_input Bfull Feps Ireduction
polar: Tabs Tangle * @
polygamma special_polygamma: In Tinput * @
prelu: Tinput Tweight
prod: Tinput * D?dtype=None;Tinput Idim Bkeepdim=False * D?dtype=None @
promote_types: Dtype1 Dtype2
put: Tinput Tindex Tsource Baccumulate=False
qr: Tinput Bsome=True * L2out=None
quantize_per_channel: Tinput Tscales Tzero_points Iaxis Ddtype
quantize_per_tensor: Tinput Tscale Tzero_point Ddtype;Tinput Fscale Izero_point Ddtype;Ltensors Tscales Tzero_points Ddtype
rand randn: Asize * G?generator @ $;Asize * @ $
rand_like randn_like: Tinput * G?generator M?memory_format=None $;Tinput * M?memory_format=None $
randint: Nhigh Asize * G?generator @ $;Nhigh Asize * @ $;Nlow Nhigh Asize * G?generator @ $;Nlow Nhigh Asize * @ $
randint_like: Tinput Nlow Nhigh * G?generator M?memory_format=None $;Tinput Nlow Nhigh * M?memory_format=None $;Tinput Thigh * G?generator M?memory_format=None $;Tinput Thigh * M?memory_format=None $;Tinput Nhigh * G?generator M?memory_format=None $;Tinput Nhigh * M?memory_format=None $
randperm: Nn * G?generator @ $;Nn * @ $
range: Sstart Send Sstep=1 * @ Ddtype=None Ylayout=torch.strided Vdevice=None Brequires_grad=False
renorm: Tinput Sp Idim Smaxnorm * @
repeat_interleave: Tinput Trepeats I?dim=None * N?output_size=None;Trepeats * N?output_size=None;Tinput Nrepeats I?dim=None * N?output_size=None
reshape: Tinput Ashape
resize_as_: Tinput Tthe_template * M?memory_format=None
result_type: Ttensor Tother;Sscalar Ttensor;Ttensor Sother;Sscalar1 Sscalar2
rms_norm: Tinput Anormalized_shape T?weight=None F?eps=None
roll: Tinput A1shifts A1dims=None
rot90: Tinput Ik=1 Adims={0,1}
round: Tinput * @;Tinput * Idecimals @
round_: Tinput;Tinput * Idecimals
rrelu rrelu_: Tinput Slower=0.125 Supper=0.3333333333333333 Btraining=False G?generator=None
rsub: Tinput Tother * Salpha=1;Tinput Sother Salpha=1
scalar_tensor: Ss * $
scaled_dot_product_attention: Tquery Tkey Tvalue T?attn_mask=None Fdropout_p=0.0 Bis_causal=False * F?scale=None Benable_gqa=False
scatter: Tinput Idim Tindex Tsrc * @;Tinput Idim Tindex Tsrc * Qreduce @;Tinput Idim Tindex Svalue * @;Tinput Idim Tindex Svalue * Qreduce @
scatter_add: Tinput Idim Tindex Tsrc * @
scatter_reduce: Tinput Idim Tindex Tsrc Qreduce * Binclude_self=True @
searchsorted: Tsorted_sequence Tinput * Bout_int32=False Bright=False Q?side=None T?sorter=None @;Tsorted_sequence Sself * Bout_int32=False Bright=False Q?side=None T?sorter=None @
segment_reduce: Tdata Qreduce * T?lengths=None T?indices=None T?offsets=None Iaxis=0 Bunsafe=False S?initial=None
select: Tinput Idim Nindex
select_copy: Tinput Idim Nindex * @
select_scatter: Tinput Tsrc Idim Nindex
slice_copy: Tinput Idim=0 N?start=None N?end=None Nstep=1 * @
slice_inverse: Tinput Tsrc Idim=0 N?start=None N?end=None Nstep=1
slice_scatter: Tinput Tsrc Idim=0 N?start=None N?end=None Nstep=1 * @
smm: Tinput Tmat2
smooth_l1_loss: Tinput Ttarget Ireduction=at::Reduction::Mean Fbeta=1.0 * @
softplus: Tinput Sbeta=1 Sthreshold=20 * @
sort: Tinput * B?stable Idim=-1 Bdescending=False L2out=None;Tinput Idim=-1 Bdescending=False * L2out=None
sparse_coo_tensor: Oindices Ovalues * Ddtype=None V?device=None Bpin_memory=False Brequires_grad=False Bcheck_invariants=None Bis_coalesced=None;Oindices Ovalues Asize * Ddtype=None V?device=None Bpin_memory=False Brequires_grad=False Bcheck_invariants=None Bis_coalesced=None;Asize * Ddtype=None V?device=None Brequires_grad=False Bcheck_invariants=None
sparse_csr_tensor: Ocrow_indices Ocol_indices Ovalues Asize * Ddtype=None Y?layout=None V?device=None Bpin_memory=False Brequires_grad=False Bcheck_invariants=None;Ocrow_indices Ocol_indices Ovalues * Ddtype=None Y?layout=None V?device=None Bpin_memory=False Brequires_grad=False Bcheck_invariants=None
split_copy: Tinput Nsplit_size Idim=0 * Lout=None
split_with_sizes unsafe_split_with_sizes: Tinput Asplit_sizes Idim=0
split_with_sizes_copy: Tinput Asplit_sizes Idim=0 * Lout=None
squeeze: Tinput;Tinput Idim;Tinput Adim
squeeze_copy: Tinput * @;Tinput Idim * @;Tinput Adim * @
sspaddmm: Sbeta Tinput Salpha Tmat1 Tmat2|;Sbeta Tinput Tmat1 Tmat2|;Tinput Tmat1 Tmat2 * Sbeta=1 Salpha=1 @
std var: Tinput A1?dim Bunbiased=True Bkeepdim=False * @;Tinput A1?dim=None * S?correction=None Bkeepdim=False @;Tinput Bunbiased=True
std_mean var_mean: Tinput A1?dim Bunbiased=True Bkeepdim=False;Tinput A1?dim=None * S?correction=None Bkeepdim=False;Tinput Bunbiased=True
subtract: Tinput Tother * Salpha=1 @;Tinput Sother Salpha=1
sum: Tinput * D?dtype=None;Tinput A1?dim Bkeepdim=False * D?dtype=None @
svd: Tinput Bsome=True Bcompute_uv=True * L3out=None
swapaxes: Tinput Iaxis0 Iaxis1
swapdims transpose: Tinput Idim0 Idim1
take: Tinput Tindex * @
take_along_dim: Tinput Tindices I?dim=None * @
tensor: Odata * Ddtype=None V?device=None Bpin_memory=False Brequires_grad=False
tensor_split: Tinput Aindices Idim=0;Tinput Ttensor_indices_or_sections Idim=0;Tinput Nsections Idim=0
threshold: Tinput Sthreshold Svalue * @
threshold_: Tinput Sthreshold Svalue
topk: Tinput Nk Idim=-1 Blargest=True Bsorted=True * L2out=None
transpose_copy: Tinput Idim0 Idim1 * @
trapz: Ty * Fdx=1 Idim=-1;Ty Tx * Idim=-1
triangular_solve: Tinput TA Bupper=True Btranspose=False Bunitriangular=False * L2out=None
tril triu: Tinput Ndiagonal=0 * @
tril_indices triu_indices: Irow Icol Ioffset=0 * $
triplet_margin_loss: Tanchor Tpositive Tnegative Fmargin=1.0 Fp=2 Feps=1e-06 Bswap=False Ireduction=at::Reduction::Mean
unbind: Tinput Idim=0
unbind_copy: Tinput Idim=0 * Lout=None
unflatten: Tinput Idim Asizes
unfold_copy: Tinput Idimension Isize Istep * @
unsafe_split: Tinput Nsplit_size Idim=0
unsqueeze: Tinput Idim
vander: Tx I?N=None Bincreasing=False
view_copy: Tinput Ddtype * @;Tinput Asize * @
where: Tcondition;Tcondition Tinput Tother * @;Tcondition Sself Tother;Tcondition Tinput Sother;Tcondition Sself Sother
xlogy special_xlog1py special_xlogy special_zeta: Tinput Tother * @;Sself Tother * @;Tinput Sother * @
xlogy_: Tinput Tother;Tinput Sother
linalg__powsum: Tinput Sord=2 A1?dim=None Bkeepdim=False * D?dtype=None
linalg_cholesky: Tinput * Bupper=False @
linalg_cholesky_ex: Tinput * Bupper=False Bcheck_errors=False L2out=None
linalg_cond: Tinput S?p=None * @;Tinput Qp * @
linalg_cross: Tinput Tother * Idim=-1 @
linalg_det linalg_inv: TA * @
linalg_diagonal: TA * Ioffset=0 Idim1=-2 Idim2=-1
linalg_eigh: Tinput QUPLO="L" * L2out=None
linalg_eigvalsh: Tinput QUPLO="L" * @
linalg_householder_product: Tinput Ttau * @
linalg_inv_ex: TA * Bcheck_errors=False L2out=None
linalg_ldl_factor: Tinput * Bhermitian=False L2out=None
linalg_ldl_factor_ex: Tinput * Bhermitian=False Bcheck_errors=False L3out=None
linalg_ldl_solve: TLD Tpivots TB * Bhermitian=False @
linalg_lstsq: Tinput Tb F?rcond=None * Q?driver=None L4out=None
linalg_lu: TA * Bpivot=True L3out=None
linalg_lu_factor: TA * Bpivot=True L2out=None
linalg_lu_factor_ex: TA * Bpivot=True Bcheck_errors=False L3out=None
linalg_lu_solve: TLU Tpivots TB * Bleft=True Badjoint=False @
linalg_matrix_norm: Tinput Sord Adim={-2,-1} Bkeepdim=False * D?dtype=None @;Tinput Qord="fro" Adim={-2,-1} Bkeepdim=False * D?dtype=None @
linalg_matrix_rank: Tinput * T?atol=None T?rtol=None Bhermitian=False @;Tinput * F?atol=None F?rtol=None Bhermitian=False @;Tinput Ttol Bhermitian=False * @;Tinput Ftol Bhermitian=False * @
linalg_norm: Tinput S?ord=None A1?dim=None Bkeepdim=False * D?dtype=None @;Tinput Qord A1?dim=None Bkeepdim=False * D?dtype=None @
linalg_pinv: Tinput * T?atol=None T?rtol=None Bhermitian=False @;Tinput * F?atol=None F?rtol=None Bhermitian=False @;Tinput Trcond Bhermitian=False * @;Tinput Frcond Bhermitian=False * @
linalg_qr: TA Qmode="reduced" * L2out=None
linalg_slogdet: TA * L2out=None
linalg_solve: TA TB * Bleft=True @
linalg_solve_ex: TA TB * Bleft=True Bcheck_errors=False L2out=None
linalg_solve_triangular: Tinput TB * Bupper Bleft=True Bunitriangular=False @
linalg_svd: TA Bfull_matrices=True * Q?driver=None L3out=None
linalg_svdvals: TA * Q?driver=None @
linalg_tensorinv: Tinput Iind=2 * @
linalg_tensorsolve: Tinput Tother A?dims=None * @
linalg_vander: Tx * N?N=None
linalg_vecdot: Tx Ty * Idim=-1 @
linalg_vector_norm: Tinput Sord=2 A1?dim=None Bkeepdim=False * D?dtype=None @
fft_fft fft_hfft fft_ifft fft_ihfft fft_irfft fft_rfft: Tinput N?n=None Idim=-1 Q?norm=None * @
fft_fft2 fft_hfft2 fft_ifft2 fft_ihfft2 fft_irfft2 fft_rfft2: Tinput A1?s=None A1dim={-2,-1} Q?norm=None * @
fft_fftfreq fft_rfftfreq: In Fd=1.0 * @ $
fft_fftn fft_hfftn fft_ifftn fft_ihfftn fft_irfftn fft_rfftn: Tinput A1?s=None A1?dim=None Q?norm=None * @
fft_fftshift fft_ifftshift: Tinput A1?dim=None
special_airy_ai special_scaled_modified_bessel_k0 special_scaled_modified_bessel_k1 special_spherical_bessel_j0: Tx * @
special_chebyshev_polynomial_t special_chebyshev_polynomial_u special_chebyshev_polynomial_v special_chebyshev_polynomial_w special_hermite_polynomial_h special_hermite_polynomial_he special_laguerre_polynomial_l special_legendre_polynomial_p special_shifted_chebyshev_polynomial_t special_shifted_chebyshev_polynomial_u special_shifted_chebyshev_polynomial_v special_shifted_chebyshev_polynomial_w: Tx Tn * @;Sx Tn * @;Tx Sn * @
special_log_softmax: Tinput Idim * D?dtype=None
special_round: Tinput * Idecimals=0 @
special_softmax: Tinput Idim D?dtype=None
_lu_with_info: Tinput Bpivot=True Bcheck_errors=True
_pack_padded_sequence: Tinput Tlengths Bbatch_first
_pad_packed_sequence: Tdata Tbatch_sizes Bbatch_first Spadding_value Itotal_length
_unique2: Tinput Bsorted=True Breturn_inverse=False Breturn_counts=False
_upsample_bicubic2d_aa _upsample_bilinear2d_aa _upsample_lanczos2d_aa upsample_bicubic2d upsample_bilinear2d: Tinput A?output_size Balign_corners R?scale_factors;Tinput A2output_size Balign_corners F?scales_h=None F?scales_w=None * @
_upsample_nearest_exact1d upsample_nearest1d: Tinput A?output_size R?scale_factors;Tinput A1output_size F?scales=None * @
_upsample_nearest_exact2d upsample_nearest2d: Tinput A?output_size R?scale_factors;Tinput A2output_size F?scales_h=None F?scales_w=None * @
_upsample_nearest_exact3d upsample_nearest3d: Tinput A?output_size R?scale_factors;Tinput A3output_size F?scales_d=None F?scales_h=None F?scales_w=None * @
block_diag broadcast_tensors cartesian_prod: Ltensors
cdist: Tx1 Tx2 Fp=2 I?compute_mode=None
chain_matmul: Lmatrices * @
col2im: Tinput A2output_size A2kernel_size A2dilation A2padding A2stride * @
cross_entropy_loss: Tinput Ttarget T?weight=None Ireduction=at::Reduction::Mean Nignore_index=-100 Flabel_smoothing=0.0
einsum: Qequation Ltensors * A?path=None
im2col: Tinput A2kernel_size A2dilation A2padding A2stride * @
meshgrid: Ltensors;Ltensors * Qindexing
nll_loss_nd: Tinput Ttarget T?weight=None Ireduction=at::Reduction::Mean Nignore_index=-100
pad_sequence: Lsequences Bbatch_first=False Fpadding_value=0.0 Qpadding_side="right"
split: Tinput Nsplit_size Idim=0;Tinput Asplit_size Idim=0
stft: Tinput In_fft I?hop_length=None I?win_length=None T?window=None Bcenter=True Qpad_mode="reflect" Bnormalized=False B?onesided=None B?return_complex=None B?align_to_window=None;Tinput In_fft I?hop_length=None I?win_length=None T?window=None Bnormalized=False B?onesided=None B?return_complex=None B?align_to_window=None
tensordot: Tinput Tother Adims_self Adims_other * @
unique_consecutive: Tinput Breturn_inverse=False Breturn_counts=False I?dim=None
unique_dim: Tinput Idim Bsorted=True Breturn_inverse=False Breturn_counts=False
upsample_linear1d: Tinput A?output_size Balign_corners R?scale_factors;Tinput A1output_size Balign_corners F?scales=None * @
upsample_trilinear3d: Tinput A?output_size Balign_corners R?scale_factors;Tinput A3output_size Balign_corners F?scales_d=None F?scales_h=None F?scales_w=None * @
.abs .absolute .acos .acosh .adjoint .angle .arccos .arccosh .arcsin .arcsinh .arctan .arctanh .argwhere .asin .asinh .atan .atanh .bitwise_not .ccol_indices .ceil .coalesce .col_indices .conj .conj_physical .const_data_ptr .corrcoef .cos .cosh .crow_indices .data_ptr .deg2rad .dense_dim .dequantize .det .detach .digamma .dim .element_size .erf .erfc .erfinv .exp .exp2 .expm1 .fix .fliplr .flipud .floor .frac .frexp .geqrf .get_device .i0 .indices .int_repr .inverse .is_coalesced .is_complex .is_conj .is_distributed .is_floating_point .is_inference .is_neg .is_nonzero .is_signed .isfinite .isinf .isnan .isneginf .isposinf .isreal .item .lgamma .log .log10 .log1p .log2 .logdet .logical_not .matrix_exp .msort .ndimension .neg .negative .nelement .numel .positive .q_per_channel_axis .q_per_channel_scales .q_per_channel_zero_points .q_scale .q_zero_point .qscheme .rad2deg .ravel .reciprocal .relu .resolve_conj .resolve_neg .retain_grad .row_indices .rsqrt .sgn .sigmoid .sign .signbit .sin .sinc .sinh .slogdet .sparse_dim .sqrt .square .storage_offset .t .tan .tanh .tolist .trace .trunc .untyped_storage .values .zero_: -
.addbmm .baddbmm: Sbeta Salpha Tbatch1 Tbatch2|;Sbeta Tbatch1 Tbatch2|;Tbatch1 Tbatch2 * Sbeta=1 Salpha=1
.addmm .sspaddmm: Sbeta Salpha Tmat1 Tmat2|;Sbeta Tmat1 Tmat2|;Tmat1 Tmat2 * Sbeta=1 Salpha=1
.addmv: Sbeta Salpha Tmat Tvec|;Sbeta Tmat Tvec|;Tmat Tvec * Sbeta=1 Salpha=1
.addr: Sbeta Salpha Tvec1 Tvec2|;Sbeta Tvec1 Tvec2|;Tvec1 Tvec2 * Sbeta=1 Salpha=1
.as_subclass: Ocls
.bernoulli_: Tp * G?generator=None;Fp=0.5 * G?generator=None
.bfloat16 .bool .byte .cdouble .cfloat .chalf .char .cpu .double .float .half .int .long .short: * M?memory_format=None
.bitwise_and .bitwise_left_shift .bitwise_or .bitwise_right_shift .bitwise_xor .remainder .xlogy: Tother;Sother
.bmm .mm: Tmat2
.cauchy_: Fmedian=0 Fsigma=1 * G?generator=None
.contiguous .is_contiguous: * Mmemory_format=contiguous_format
.copy_: Tother Basync=False|;Tother Bnon_blocking=False
.cuda .ipu .mtia .xpu: V?device=None Basync=False * M?memory_format=None|;V?device=None Bnon_blocking=False * M?memory_format=None
.expand: Asize * Bimplicit=False
.expand_as .reshape_as .type_as .view_as: Tother
.exponential_: Flambd=1 * G?generator=None
.fill_diagonal_: Sfill_value Bwrap=False
.float_power .pow: Texponent;Sexponent
.geometric_: Fp * G?generator=None
.is_pinned .pin_memory: V?device=None
.is_set_to: Ttensor
.log_normal_: Fmean=1 Fstd=2 * G?generator=None
.map2_: Tx Ty Ocallable
.map_: Tother Ocallable
.new: Tother * V?device=None|;* Icdata|;* V?device=None;Pstorage;Tother;Asize * V?device=None;Odata * V?device=None
.new_empty .new_ones .new_zeros: Asize * $
.new_full: Asize Sfill_value * $
.new_tensor: Odata * Ddtype=None V?device=None Brequires_grad=False
.nonzero: ;* Bas_tuple
.normal_: Fmean=0 Fstd=1 * G?generator=None
.numpy: * Bforce=False
.polygamma: In
.random_: * G?generator=None;Ifrom I?to * G?generator=None;Ito * G?generator=None
.repeat: Arepeats
.repeat_interleave: Trepeats I?dim=None * N?output_size=None;Nrepeats I?dim=None * N?output_size=None
.requires_grad_: Brequires_grad=True
.resize_: Asize * M?memory_format=None
.resize_as_: Tthe_template * M?memory_format=None
.resize_as_sparse_: Tthe_template
.set_: ;Psource;Psource Nstorage_offset Asize Astride=None;Tsource;Tsource Nstorage_offset Asize Astride=None
.size .stride: I?dim=None
.sparse_mask: Tmask
.sparse_resize_ .sparse_resize_and_clear_: Asize Isparse_dim Idense_dim
.sum_to_size: Asize
.to: Vdevice=None Ddtype=None Bnon_blocking=False Bcopy=False * M?memory_format=None;Ddtype Bnon_blocking=False Bcopy=False * M?memory_format=None;Ttensor Bnon_blocking=False Bcopy=False * M?memory_format=None
.to_dense: D?dtype=None * B?masked_grad=None
.to_mkldnn: D?dtype=None
.to_padded_tensor: Fpadding A?output_size=None
.to_sparse: * Y?layout=None A2?blocksize=None I?dense_dim=None;Isparse_dim
.to_sparse_bsc .to_sparse_bsr: A2blocksize I?dense_dim=None
.to_sparse_csc .to_sparse_csr: I?dense_dim=None
.type: Odtype=None Basync=False * M?memory_format=None|;Odtype=None Bnon_blocking=False * M?memory_format=None
.unfold: Idimension Isize Istep
.uniform_: Ffrom=0 Fto=1 * G?generator=None
.view: Ddtype;Asize
.where: Tcondition Tother;Tcondition Sother
.istft .unflatten .split .stft .unique_consecutive: !
"""
