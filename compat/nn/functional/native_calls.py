"""What torch says where a function of nn.functional that it has written in Python meets a wrong argument: by the attribute that its
Python asks of it first, or by the native function that it hands its arguments on to.

Invariant: nothing here runs unless an error passes, and an error that a check of ours has made stays as it is.
"""

import functools
import opcode

from ...calls import Signature, misfit, refusal

# A function's steps: `x.attribute` asks an argument for an attribute, `f(x, ...)` hands arguments on, `.f(x)` to a method; a word that names none is itself.
STEPS = """
adaptive_avg_pool1d: adaptive_avg_pool1d(input,output_size)
adaptive_avg_pool2d: input.size adaptive_avg_pool2d(input,output_size)
adaptive_avg_pool3d: input.size adaptive_avg_pool3d(input,output_size)
adaptive_max_pool1d: adaptive_max_pool1d(input,output_size)
adaptive_max_pool2d: input.size adaptive_max_pool2d(input,output_size)
adaptive_max_pool3d: input.size adaptive_max_pool3d(input,output_size)
max_pool1d: max_pool1d(input,kernel_size,stride,padding,dilation,ceil_mode)
max_pool2d: max_pool2d(input,kernel_size,stride,padding,dilation,ceil_mode)
max_pool3d: max_pool3d(input,kernel_size,stride,padding,dilation,ceil_mode)
alpha_dropout: p<0.0 alpha_dropout(input,p,training)
feature_alpha_dropout: p<0.0 feature_alpha_dropout(input,p,training)
dropout: p<0.0 dropout(input,p,training)
dropout1d: input.dim
dropout2d: input.dim
dropout3d: input.dim
pixel_shuffle: pixel_shuffle(input,upscale_factor)
pixel_unshuffle: pixel_unshuffle(input,downscale_factor)
channel_shuffle: channel_shuffle(input,groups)
glu: input.dim glu(input,dim)
pad: pad(input,pad,mode,value)
unfold: im2col(input,kernel_size,dilation,padding,stride)
fold: col2im(input,output_size,kernel_size,dilation,padding,stride)
kl_div: kl_div(input,target)
hinge_embedding_loss: hinge_embedding_loss(input,target,margin)
soft_margin_loss: soft_margin_loss(input,target)
nll_loss: nll_loss_nd(input,target,weight,1,ignore_index)
multilabel_margin_loss: multilabel_margin_loss(input,target)
multilabel_soft_margin_loss: log_sigmoid(input)
multi_margin_loss: multi_margin_loss(input,target,p,margin,weight)
margin_ranking_loss: input1.dim input2.dim target.dim margin_ranking_loss(input1,input2,target,margin)
cosine_embedding_loss: cosine_embedding_loss(input1,input2,target,margin)
triplet_margin_loss: triplet_margin_loss(anchor,positive,negative,margin,p,eps,swap)
triplet_margin_with_distance_loss: anchor.ndim positive.ndim negative.ndim
cosine_similarity: cosine_similarity(x1,x2,dim,eps)
pairwise_distance: pairwise_distance(x1,x2,p,eps,keepdim)
ctc_loss: ctc_loss(log_probs,targets,input_lengths,target_lengths,blank,1,zero_infinity)
poisson_nll_loss: poisson_nll_loss(input,target,log_input,full,eps,1)
mse_loss: target.size input.size
l1_loss: target.size input.size
smooth_l1_loss: target.size input.size
huber_loss: target.size input.size
binary_cross_entropy: target.size input.size
binary_cross_entropy_with_logits: target.size input.size
gaussian_nll_loss: var.size input.size
group_norm: input.dim group_norm(input,num_groups,weight,bias,eps)
instance_norm: input.size instance_norm(input,weight,bias,running_mean,running_var,use_input_stats,momentum,eps,True)
batch_norm: batch_norm(input,weight,bias,running_mean,running_var,training,momentum,eps,True)
local_response_norm: input.dim
bilinear: bilinear(input1,input2,weight,bias)
prelu: prelu(input,weight)
rrelu: rrelu(input,lower,upper,training)
pdist: pdist(input,p)
layer_norm: layer_norm(input,normalized_shape,weight,bias,eps)
rms_norm: rms_norm(input,normalized_shape,weight,eps)
avg_pool1d: avg_pool1d(input,kernel_size,stride,padding,ceil_mode,count_include_pad)
avg_pool2d: avg_pool2d(input,kernel_size,stride,padding,ceil_mode,count_include_pad,divisor_override)
avg_pool3d: avg_pool3d(input,kernel_size,stride,padding,ceil_mode,count_include_pad,divisor_override)
max_unpool1d: input.size
max_unpool2d: input.size
max_unpool3d: input.size
fractional_max_pool2d: input.dim
fractional_max_pool3d: input.dim
lp_pool1d: input.pow
lp_pool2d: input.pow
lp_pool3d: input.pow
embedding: embedding(weight,input)
embedding_bag: input.dim
scaled_dot_product_attention: scaled_dot_product_attention(query,key,value,attn_mask,dropout_p,is_causal)
linear_cross_entropy: input.dim
gumbel_softmax: empty_like(logits)
softmax: input.softmax .softmax(dim)
log_softmax: input.log_softmax .log_softmax(dim)
interpolate: input.dim
"""
WINDOWS = "A2kernel_size A2dilation A2padding A2stride"
OTHERS = {
    "im2col": f"Tinput {WINDOWS}",
    "col2im": f"Tinput A2output_size {WINDOWS}",
    "log_sigmoid": "Tinput",
}  # beside torch's public functions


@functools.cache
def table():
    lines = [line.partition(": ") for line in STEPS.strip("\n").split("\n")]
    return {name: steps.split() for name, _, steps in lines}


def deliberate(error, entry):
    """Has a check raised it, and not Python on its way?"""
    code = entry.tb_frame.f_code.co_code
    return code[entry.tb_lasti] == opcode.opmap["RAISE_VARARGS"] and not isinstance(error, (TypeError, AttributeError))


def steps_of(frame):
    """The steps of the function of nn.functional that a frame runs, or None. (`name`: what one of several dimensions calls itself.)"""
    if not frame.f_globals.get("__name__", "").startswith(__package__):
        return None
    name = frame.f_locals.get("name", frame.f_code.co_name)
    return table().get(name) if isinstance(name, str) else None


def in_torchs_words(error):
    """The error that torch has of the arguments under which a function of nn.functional has failed, or None."""
    found, entry = None, error.__traceback__
    while entry is not None:
        frame = entry.tb_frame
        if found is None and (steps := steps_of(frame)):
            found = steps, frame.f_locals
        if entry.tb_next is None:
            break
        entry = entry.tb_next
    return None if found is None or deliberate(error, entry) else first_refusal(*found)


def of_frame(frame):
    """The same of a frame that is about to fail, or of those of nn.functional that have called it."""
    while frame is not None and frame.f_globals.get("__name__", "").startswith(__package__):
        if steps := steps_of(frame):
            return first_refusal(steps, frame.f_locals)
        frame = frame.f_back
    return None


def first_refusal(steps, given):
    """What the first of the steps that these arguments do not pass says."""
    for step in steps:
        native, call, names = step.partition("(")
        if call:
            args = tuple(
                [given[n] if n in given else int(n) if n.isdigit() else n == "True" for n in names[:-1].split(",")]
            )
            own = OTHERS.get(native)
            refused = misfit(native, (Signature(own),), args, {}) if own else refused_by(native, args)
        elif step.endswith("<0.0"):
            refused = compared(given[step[:-4]])
        else:
            name, _, attribute = step.partition(".")
            refused = lacking(given.get(name), attribute)
        if refused is not None:
            return refused
    return None


def refused_by(native, args):
    """torch's error of a function, or of a method (.name)."""
    return refusal(native.lstrip("."), native.startswith("."), args, {})


def compared(x):
    """What Python says where torch compares something with 0.0."""
    try:
        x < 0.0  # noqa: B015
    except TypeError as error:
        return error.with_traceback(None)
    return None


def lacking(x, attribute):
    """What Python says where torch calls a method of something that has none."""
    try:
        found = getattr(x, attribute)
    except AttributeError as error:
        return error.with_traceback(None)
    return (
        None
        if callable(found) or attribute == "ndim"
        else TypeError(f"'{type(found).__name__}' object is not callable")
    )
