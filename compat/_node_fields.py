"""Which fields torch's nodes have (tests/expected/make_node_fields.py writes this file): a Tensor's name, a number's with ".", a tuple's
with "*", one's that may be None with "?"."""

TEXT = """\
Abs0 Acos0 Acosh0 AdaptiveAvgPool2D0 AdaptiveAvgPool3D0 Angle0 Asin0 Asinh0 Atan0 Atanh0 Cos0 Cosh0 Digamma0 Erf0 Erfc0 Erfinv0 Hardsigmoid0 Hardswish0 I00 Lgamma0 LinalgMatrixExp0 Log100 Log1P0 Log20 Log0 Mish0 NanToNum0 Silu0 Sin0 Sinc0 Sinh0 SpecialEntr0: self
AdaptiveMaxPool2D0 AdaptiveMaxPool3D0: result1 self
Add0 Rsub0 Rsub1 Sub0: alpha.
Addbmm0: alpha. batch1 batch1_sym_argsize_0. batch1_sym_argsize_1. batch2 batch2_sym_argsize_2. beta.
Addcdiv0 Addcmul0: tensor1 tensor2 value.
Addmm0: alpha. beta. mat1 mat1_sym_sizes* mat1_sym_strides* mat2 mat2_sym_sizes* mat2_sym_strides*
Addmv0: alpha. beta. mat vec
Addr0: alpha. beta. vec1 vec2
AffineGridGenerator0: align_corners. size*
Amax0 Amin0 Logsumexp0: dim* keepdim. result self
Aminmax0: dim. keepdim. max min self
AsStrided0 AsStrided1 AsStridedScatter0: size* storage_offset. stride*
Atan20 Div0 Fmax0 Fmin0 Fmod1 Igamma0 Igammac0 Logaddexp20 Logaddexp0 Maximum0 Minimum0 Mul0 Remainder1 SpecialXlog1Py0 Vdot0 Xlogy0: other self
AvgPool2D0 AvgPool3D0: ceil_mode. count_include_pad. divisor_override. kernel_size* padding* self stride*
Baddbmm0: alpha. batch1 batch2 beta.
BinaryCrossEntropy0: reduction. self target weight
BinaryCrossEntropyWithLogits0: pos_weight reduction. self target weight
Bmm0: mat2 self
Cat0 Cumsum0 Stack0 Unbind0 Unsqueeze0 Unsqueeze1: dim.
Cdist0: p. result x1 x2
Celu0: alpha. self
Celu1: alpha. result
ChannelShuffle0: groups.
Cholesky0: result upper.
CholeskyInverse0: result self upper.
CholeskySolve0: input2 result self upper.
Clamp0: max min self
Clamp1: max. min. self
ClampMax0: max. self
ClampMin0: min. self
Col2Im0: dilation* kernel_size* padding* stride*
Complex0: imag real
ConstantPadNd0: pad*
ConvTbc0: bias pad. self weight
Convolution0: bias_sym_sizes_opt? dilation* groups. input output_padding* padding* stride* transposed. weight
Copysign0 Copysign1 LinalgPinv0 Max1 Median0 Min1 Nanmedian0 Prod0 Sgn0 SpecialErfcx0 SpecialI0E0 SpecialI10 SpecialI1E0 StandardGamma0: result self
CtcLoss0: blank. input_lengths* log_probs result0 result1 target_lengths* targets zero_infinity.
Cummax0 Cummin0: dim. indices self
Cumprod0 Logcumsumexp0: dim. result self
DiagEmbed0 DiagonalScatter0: dim1. dim2. offset.
Diagonal0: dim1. dim2. offset. self_sym_sizes*
Dist0: other p. result self
Div1 Mul1: other.
Div2: other rounding_mode. self
Dot0: self tensor
Elu0: alpha. input_scale. scale. self
Elu1: alpha. input_scale. result scale.
Embedding0: indices padding_idx. scale_grad_by_freq. sparse. weight_sym_argsize_0.
EmbeddingBag0: indices mode. offsets padding_idx. per_sample_weights result1 result2 result3 scale_grad_by_freq. sparse. weight weight_sym_argsize_0.
EuclideanDist0: result x1 x2
Exp20 Exp0 Expm10 Polar0 Reciprocal0 Relu0 Rsqrt0 Sigmoid0 SpecialNdtri0 Sqrt0 Tan0 Tanh0: result
Expand0 ReshapeAlias0 Squeeze0 Squeeze3 Sum0 Trace0 UnsafeView0 View0: self_sym_sizes*
FakeQuantizePerChannelAffineCachemask0 FakeQuantizePerTensorAffineCachemask0 MaskedFill0 MaskedFill1: mask
FftC2C0: dim* forward. normalization.
FftC2R0: dim* normalization.
FftR2C0: dim* normalization. onesided. self
Flip0 Permute0: dims*
FractionalMaxPool2D0 FractionalMaxPool3D0: kernel_size* output_size* result1 self
Frexp0: exponent
Gather0: dim. index self sparse_grad.
Gelu0: approximate. self
Glu0: dim. self
GridSampler2D0 GridSampler3D0: align_corners. grid input interpolation_mode. padding_mode.
Hardshrink0 Softshrink0: lambd. self
Hardtanh0: max_val. min_val. self
HuberLoss0: delta. reduction. self target
Hypot0: other result self
Im2Col0: dilation* kernel_size* padding* self_sym_argsize_minus_1. self_sym_argsize_minus_2. stride*
IndexAdd0: alpha. dim. index source source_dim.
Index0: indices self_sym_sizes*
IndexCopy0: dim. index source source_dim.
IndexFill0 IndexFill1 ScatterAdd0 Scatter0 Scatter1: dim. index
IndexPut0: accumulate. indices
IndexReduce0: dim. include_self. index reduce. result self source
IndexSelect0: dim. index self_sym_sizes*
Kthvalue0 Max0 Median1 Min0 Mode0 Nanmedian1: dim. indices keepdim. self_sym_sizes*
Ldexp0: other result
LeakyRelu0: negative_slope. self
LeakyRelu1: negative_slope. result
Lerp0: weight.
Lerp1: end self weight
LinalgCholeskyEx0: L upper.
LinalgCross0: dim. other self
LinalgDet0: A LU pivots result
LinalgEig0 LinalgEigh0: eigenvalues eigenvectors
LinalgHouseholderProduct0: input result tau
LinalgInvEx0: inverse
LinalgLstsq0: b self solution
LinalgLu0: L P U pivot.
LinalgLuFactorEx0: LU pivot. pivots
LinalgLuSolve0: LU adjoint. left. pivots result
LinalgQr0: Q R mode.
LinalgSlogdet0: A LU pivots sign
LinalgSolveEx0: A LU left. pivots result
LinalgSolveTriangular0: left. result self unitriangular. upper.
LinalgSvd0: S S_sym_argsize_minus_1. U Vh full_matrices.
LinalgVectorNorm0: dim? keepdim. ord. result self
LogSigmoid0: buffer self
LogSoftmax0 SafeSoftmax0 Softmax0: dim. result
Logit0: eps. self
LuUnpack0: LU_data_sym_argsize_minus_1. LU_data_sym_argsize_minus_2.
MaskedScatter0: mask source_sym_sizes*
MaskedSelect0: mask self
MaxPool2DWithIndices0 MaxPool3DWithIndices0: ceil_mode. dilation* kernel_size* padding* result1 self stride*
MaxUnpool2D0 MaxUnpool3D0: indices
Mean0: self_sym_numel. self_sym_sizes*
Mean1: dim? keepdim. self_sym_numel. self_sym_sizes*
MkldnnRnnLayer0: batch_first. batch_sizes* bidirectional. cx_ has_biases. hidden_size. hx_ input mode. num_layers. result0 result1 result2 result3 reverse. train. weight0 weight1 weight2 weight3
Mm0: mat2 mat2_sym_sizes* mat2_sym_strides* self self_sym_sizes* self_sym_strides*
MseLoss0 SoftMarginLoss0: reduction. self target
MultiMarginLoss0: margin. p. reduction. self target weight
MultilabelMarginLoss0: is_target reduction. self target
Mv0: self vec
Mvlgamma0: p. self
Nansum0: dim? keepdim. self
NarrowCopy0: dim. length. self_sym_sizes* start.
NativeBatchNorm0: eps. input result1 result2 running_mean running_var training. weight
NativeDropout0: p. result1
NativeGroupNorm0: C. HxW. N. eps. group. input result1 result2 weight
NativeLayerNorm0: bias input normalized_shape* result1 result2 weight
NllLoss2D0 NllLoss0: ignore_index. reduction. self target total_weight weight
Norm1: dim* keepdim. p. result self
Normal1: mean_sym_sizes*
Normal2: std_sym_sizes*
Normal3: mean_sym_sizes* std_sym_sizes*
Ormqr0: input2 input3 left. result self transpose.
PackPaddedSequence0: batch_first. input_sym_sizes* result1
Pdist0: p. result self
PixelShuffle0: upscale_factor.
PixelUnshuffle0: downscale_factor.
Polygamma0: n. self
Pow0: exponent. self
Pow1: exponent result self
Pow2: exponent result self.
PreluKernel0: self weight
Prod1: dim. keepdim. result self
Put0: accumulate. index source
ReflectionPad1D0 ReflectionPad2D0 ReflectionPad3D0 ReplicationPad1D0 ReplicationPad2D0 ReplicationPad3D0: padding* self
Renorm0: dim. maxnorm. p. self
Repeat0: repeats* self_sym_sizes*
Roll0: dims* shifts*
Rot900: dims* k.
RreluWithNoise0: lower. noise self training. upper.
RreluWithNoise1: lower. noise result training. upper.
ScaledDotProductFlashAttentionForCpu0: attn_mask dropout_p. is_causal. key logsumexp output query scale. value
ScatterReduce0: dim. include_self. index reduce. result self src
SegmentReduce0: axis. data initial. lengths offsets reduce. result
Select0: dim. index. self_sym_sizes*
SelectScatter0: dim. index.
Slice0: dim. end. self_sym_sizes* start. step.
SliceScatter0: dim. end. start. step.
SmoothL1Loss0: beta. reduction. self target
Softplus0: beta. self threshold.
Sort0 Sort1 Topk0: dim. indices self_sym_sizes*
SpecialXlog1Py1 SpecialZeta1 Xlogy1: other self.
SpecialXlog1Py2 Xlogy2: other. self
Split0 UnsafeSplit0: dim. self_sym_sizes* split_size.
SplitWithSizes0 UnsafeSplitWithSizes0: dim. self_sym_sizes* split_sizes*
Squeeze1 Squeeze4: dim. self_sym_sizes*
Squeeze2: dim* self_sym_sizes*
Std0: correction. dim? keepdim. result self
StdMean0: correction. dim? keepdim. result0 self
Sum1: dim? keepdim. self_sym_sizes*
Take0: index self
Threshold0: self threshold.
Transpose0 Transpose1: dim0. dim1.
TriangularSolve0: A self solution transpose. unitriangular. upper.
Tril0 Triu0: diagonal.
Trilinear0: expand1* expand2* expand3* i1 i2 i3 sumdim*
Unfold0: dimension. self_sym_sizes* size. step.
UpsampleBicubic2DAa0 UpsampleBicubic2D0 UpsampleBilinear2DAa0 UpsampleBilinear2D0 UpsampleLanczos2DAa0: align_corners. output_size* scales_h. scales_w. self_sym_sizes*
UpsampleLinear1D0: align_corners. output_size* scales. self_sym_sizes*
UpsampleNearest1D0 UpsampleNearestExact1D0: output_size* scales. self_sym_sizes*
UpsampleNearest2D0 UpsampleNearestExact2D0: output_size* scales_h. scales_w. self_sym_sizes*
UpsampleNearest3D0 UpsampleNearestExact3D0: output_size* scales_d. scales_h. scales_w. self_sym_sizes*
UpsampleTrilinear3D0: align_corners. output_size* scales_d. scales_h. scales_w. self_sym_sizes*
Var0 VarMean0: correction. dim? keepdim. self
WeightNormInterface0: dim. g result1 v
Where0: condition
"""
