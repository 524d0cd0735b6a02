"""Random programs of torch.optim, run under torch and under compat: steps, states, schedules, texts, warnings and errors.

    python tests/random_steps.py --count 2000 --seed 1

A program makes parameters and an optimizer (one in six with a wrong argument), perhaps a schedule, takes steps, saves, loads and
looks; some are about torch.nn.init and clipping. Invariant: a seed and a number give one program, always the same.
"""

import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.random_networks import split, spoilt_call  # noqa: E402
from tests.side_by_side import main  # noqa: E402

BOOL = ["True", "False"]
RATES = ["0.1", "0.01", "torch.tensor(0.1)", "torch.tensor([0.05])", "1", "0.0"]
DECAY = ["0.1", "0.0", "0.01"]
HOW = {"foreach": ["True", "False", "None"], "maximize": BOOL, "differentiable": BOOL}
CAPTURE = {"capturable": ["False", "False", "True"]}
FUSED = {"fused": ["True", "False", "None"]}
ADAM = {"lr": RATES, "betas": ["(0.8, 0.9)", "(0.0, 0.5)", "(torch.tensor(0.9), torch.tensor(0.99))"], "eps": ["1e-4", "1e-8"],
        "weight_decay": DECAY, "amsgrad": BOOL, **HOW, **CAPTURE, **FUSED}  # fmt: skip
OPTIMIZERS = {
    "Adadelta": {"lr": RATES, "rho": ["0.8"], "eps": ["1e-3"], "weight_decay": DECAY, **HOW, **CAPTURE},
    "Adafactor": {"lr": RATES, "beta2_decay": ["-0.5"], "eps": ["(None, 1e-2)", "(1e-4, 1e-3)"], "d": ["2.0"], "weight_decay": DECAY,
                  "foreach": BOOL, "maximize": BOOL},
    "Adagrad": {"lr": RATES, "lr_decay": ["0.1"], "initial_accumulator_value": ["0.5"], "eps": ["1e-3"], "weight_decay": DECAY, **HOW, **FUSED},
    "Adam": ADAM | {"decoupled_weight_decay": BOOL},
    "AdamW": ADAM,
    "Adamax": {"lr": RATES, "betas": ["(0.8, 0.9)"], "eps": ["1e-4"], "weight_decay": DECAY, **HOW, **CAPTURE},
    "ASGD": {"lr": RATES, "lambd": ["1e-2"], "alpha": ["0.5"], "t0": ["2"], "weight_decay": DECAY, **HOW, **CAPTURE},
    "LBFGS": {"lr": RATES[:2], "max_iter": ["4"], "max_eval": ["6"], "tolerance_grad": ["1e-3"], "tolerance_change": ["1e-4"],
              "history_size": ["2"], "line_search_fn": ["'strong_wolfe'", "None"]},
    "NAdam": {"lr": RATES, "betas": ["(0.8, 0.9)"], "eps": ["1e-4"], "weight_decay": DECAY, "momentum_decay": ["1e-2"],
              "decoupled_weight_decay": BOOL, **HOW, **CAPTURE},
    "RAdam": {"lr": RATES, "betas": ["(0.8, 0.9)"], "eps": ["1e-4"], "weight_decay": DECAY, "decoupled_weight_decay": BOOL, **HOW, **CAPTURE},
    "RMSprop": {"lr": RATES, "alpha": ["0.8"], "eps": ["1e-3"], "weight_decay": DECAY, "momentum": ["0.5"], "centered": BOOL, **HOW, **CAPTURE},
    "Rprop": {"lr": RATES[:2], "etas": ["(0.3, 1.5)"], "step_sizes": ["(1e-3, 0.2)"], **HOW, **CAPTURE},
    "SGD": {"lr": RATES, "momentum": ["0.9", "0.5", "0"], "dampening": ["0.1", "0"], "weight_decay": DECAY, "nesterov": BOOL, **HOW, **FUSED},
    "SparseAdam": {"lr": RATES, "betas": ["(0.8, 0.9)"], "eps": ["1e-4"], "maximize": BOOL},
    "Muon": {"lr": RATES[:2], "weight_decay": DECAY, "momentum": ["0.8"], "nesterov": BOOL, "ns_steps": ["3"],
             "adjust_lr_fn": ["'original'", "'match_rms_adamw'"]},
}  # fmt: skip
PARAMS = ["ps", "ps[:1]", "[{'params': ps[:1]}, {'params': ps[1:], 'lr': 0.5}]", "[('a', ps[0]), ('b', ps[1])]", "iter(ps)",
          "[{'params': ps[0], 'weight_decay': 0.3}]", "dict(a=1).items() and ps", "net.parameters()", "net.named_parameters()"]  # fmt: skip
BAD_PARAMS = ["[]", "ps[0]", "[1]", "'a'", "None", "[ps[0] * 2]", "[ps[0], ps[0]]", "{'params': ps}", "[{'x': ps}]", "[{'params': ps}, {'params': ps[:1]}]",
              "[{'params': set(ps)}]", "[('a', ps[0]), ps[1]]", "[torch.ones(2, dtype=torch.long)]", "3", "[[ps[0]]]",
              "[{'params': ps[:1]}, {'params': [('a', ps[1])]}]", "[{'params': []}]", "(p for p in ())"]  # fmt: skip
LRS = ["0.1", "0.5"]
SCHEDULES = {
    "StepLR": ("o, 2", {"gamma": ["0.5"], "last_epoch": ["-1", "2"]}),
    "MultiStepLR": ("o, [1, 3]", {"gamma": ["0.5"], "last_epoch": ["-1"]}),
    "ConstantLR": ("o", {"factor": ["0.5", "2"], "total_iters": ["2"]}),
    "LinearLR": ("o", {"start_factor": ["0.5", "0"], "end_factor": ["0.1"], "total_iters": ["3"]}),
    "ExponentialLR": ("o, 0.9", {"last_epoch": ["-1", "1"]}),
    "PolynomialLR": ("o", {"total_iters": ["3"], "power": ["2.0"]}),
    "LambdaLR": ("o, lambda k: 0.9 ** k", {}),
    "MultiplicativeLR": ("o, lambda k: 0.9", {}),
    "CosineAnnealingLR": ("o, 3", {"eta_min": ["0.01"]}),
    "CosineAnnealingWarmRestarts": ("o, 2", {"T_mult": ["2", "1.5"], "eta_min": ["0.01"]}),
    "CyclicLR": ("o, 0.01, 0.1", {"step_size_up": ["2"], "step_size_down": ["3"], "mode": ["'triangular2'", "'exp_range'"], "gamma": ["0.9"],
                 "cycle_momentum": ["False", "True"], "scale_fn": ["lambda x: 0.5"], "scale_mode": ["'iterations'"]}),
    "OneCycleLR": ("o, 0.5", {"total_steps": ["6"], "epochs": ["2"], "steps_per_epoch": ["3"], "pct_start": ["0.5"], "anneal_strategy": ["'linear'"],
                   "cycle_momentum": BOOL, "three_phase": BOOL, "div_factor": ["10."]}),
    "ReduceLROnPlateau": ("o", {"mode": ["'max'", "'min'"], "factor": ["0.5"], "patience": ["0", "1"], "threshold": ["0.1"], "threshold_mode": ["'abs'"],
                          "cooldown": ["1"], "min_lr": ["0.05", "[0.05]"], "eps": ["1e-3"]}),
    "ChainedScheduler": ("[S.StepLR(o, 2), S.ExponentialLR(o, 0.9)]", {}),
    "SequentialLR": ("o, [S.ConstantLR(o), S.ExponentialLR(o, 0.9)], [2]", {}),
    "LRScheduler": ("o", {}),
}  # fmt: skip
OTHER_SCHEDULES = ["optim.swa_utils.SWALR(o, 0.05, anneal_epochs=3)", "optim.swa_utils.SWALR(o, 0.05, anneal_strategy='linear')",
                   "S.SequentialLR(o, [S.StepLR(o, 1), S.CosineAnnealingLR(o, 4), S.LinearLR(o)], [1, 3])",
                   "S.ChainedScheduler([S.LinearLR(o, 0.5, total_iters=2), S.SequentialLR(o, [S.ConstantLR(o), S.StepLR(o, 1)], [1])])",
                   "optim.swa_utils.SWALR(o, [0.1, 0.2])", "optim.swa_utils.SWALR(o, 0.1, -1)", "optim.swa_utils.SWALR(o, 0.1, anneal_strategy='a')",
                   "S.SequentialLR(o, [], [])", "S.SequentialLR(o, [S.StepLR(o, 1)], [1])", "S.ChainedScheduler([])", "S.ChainedScheduler([3])",
                   "S.SequentialLR(o, [S.StepLR(o, 1), S.StepLR(optim.SGD(net.parameters()), 1)], [1])", "S.LRScheduler(3)",
                   "S.LambdaLR(o, [lambda k: 1, lambda k: 2])", "S.OneCycleLR(o, 0.1)", "S.SequentialLR(o, [S.StepLR(o, 1), S.ReduceLROnPlateau(o)], [1])"]  # fmt: skip
ACTS = """
repr(o)
list(o.param_groups[0].items())
o.state_dict()
o.zero_grad(); [p.grad for p in ps]
o.zero_grad(set_to_none=False); [p.grad for p in ps]
c = copy.deepcopy(o); c.state_dict(); repr(c)
c = pickle.loads(pickle.dumps(o)); c.state_dict(); repr(c)
s = saved(o.state_dict()); o.load_state_dict(s); o.state_dict()
s = copy.deepcopy(o.state_dict()); s['param_groups'][0]['lr'] = 0.2; o.load_state_dict(s); o.param_groups[0]['lr']
s = copy.deepcopy(o.state_dict()); s['param_groups'].append({}); o.load_state_dict(s)
s = copy.deepcopy(o.state_dict()); s['param_groups'][0]['params'].append(7); o.load_state_dict(s)
s = copy.deepcopy(o.state_dict()); s['state'][99] = {'x': 1}; o.load_state_dict(s); [len(v) for v in o.state.values()]
s = copy.deepcopy(o.state_dict()); del s['param_groups'][0]['lr']; o.load_state_dict(s); repr(o)
o.load_state_dict({})
o.load_state_dict(3)
o.load_state_dict({'state': {}, 'param_groups': []})
o.add_param_group({'params': torch.ones(2, requires_grad=True)}); repr(o)
o.add_param_group({'params': ps[0]})
o.add_param_group(3)
o.add_param_group({'params': torch.ones(2, requires_grad=True), 'lr': 0.7, 'x': 1}); repr(o)
o.add_param_group({'params': [torch.ones(2, requires_grad=True) * 2]})
o.add_param_group({})
o.register_step_pre_hook(lambda o, a, k: print(end='')); o.step(closure)
o.register_step_pre_hook(lambda o, a, k: 3); o.step()
o.register_step_post_hook(lambda o, a, k: None); o.step(closure)
o.register_state_dict_post_hook(lambda o, s: {'x': 1}); o.state_dict()
o.register_load_state_dict_pre_hook(lambda o, s: None); o.load_state_dict(o.state_dict())
o.defaults
sorted(k for k in vars(o) if k[0] != '_')
o.step(3)
o.step(closure, 2)
o.step(foo=1)
o.step()
o.foo
o.state[ps[0]]
len(o.state), type(o.state).__name__
[type(k).__name__ for k in o.state]
o.param_groups[0].pop('lr'); o.step(closure)
ps[0].grad = torch.ones(3, dtype=ps[0].dtype)
ps[0].grad = torch.ones(2, 3, dtype=torch.float64)
ps[0].grad = None; o.step(); ps
ps[0].grad = 3
o.param_groups[0]['lr'] = -1; o.step(closure); ps
o.param_groups[0]['lr'] = torch.tensor(0.3); o.step(closure); ps
type(o).__module__, type(o).__qualname__, str(type(o))
U.clip_grad_norm_(ps, 0.1); [p.grad for p in ps]
U.clip_grad_norm_(ps, 0.1, norm_type=inf); [p.grad for p in ps]
U.clip_grad_norm_(ps, 0.1, 0.5); [p.grad for p in ps]
U.clip_grad_norm_(ps[0], 1); [p.grad for p in ps]
U.clip_grad_norm_([], 1)
U.clip_grad_norm_(3, 1)
U.clip_grad_norm_(ps, 'a')
U.clip_grad_norm_(ps, 1, error_if_nonfinite=True, foreach=True)
ps[0].grad = torch.full((2, 3), nan); U.clip_grad_norm_(ps, 1, error_if_nonfinite=True)
U.clip_grad_value_(ps, 0.01); [p.grad for p in ps]
U.clip_grad_value_(ps, -1); [p.grad for p in ps]
U.clip_grad_value_(3, 1)
U.get_total_norm([p.detach() for p in ps]), U.get_total_norm([])
U.clip_grads_with_norm_(ps, 0.1, torch.tensor(3.0)); [p.grad for p in ps]
a = optim.swa_utils.AveragedModel(net); a.update_parameters(net); a.state_dict(); repr(a)
a = optim.swa_utils.AveragedModel(net, multi_avg_fn=optim.swa_utils.get_ema_multi_avg_fn(0.9)); a.update_parameters(net); list(a.parameters())
a = optim.swa_utils.AveragedModel(net, avg_fn=optim.swa_utils.get_swa_avg_fn()); a.update_parameters(net); a.n_averaged
optim.swa_utils.AveragedModel(net, avg_fn=3, multi_avg_fn=4)
optim.swa_utils.get_ema_avg_fn(2.0)
optim.swa_utils.update_bn([torch.ones(4, 3)], nn.BatchNorm1d(3))
optim.swa_utils.update_bn([torch.ones(4, 3)], net)
""".strip().splitlines()
AFTER = """
s.get_last_lr()
s.state_dict()
s.get_lr()
repr(s) == object.__repr__(s)
c = s.state_dict(); s.load_state_dict(c); s.last_epoch
copy.deepcopy(s).state_dict()
s.step(3); s.get_last_lr()
s.step(-1)
s.step('a')
s.step(epoch=1); s.get_last_lr()
s.step(foo=1)
s.base_lrs
s.last_epoch, s._step_count
s.optimizer is o
s.foo
s.print_lr()
sorted(k for k in vars(s) if k[0] != '_')
s._get_closed_form_lr()
o.param_groups[0]['lr']
o.param_groups[0].get('initial_lr')
for _ in range(4): s.step()
s.load_state_dict(3)
saved(s.state_dict())
type(s).__module__, type(s).__qualname__
[g.get('momentum', g.get('betas')) for g in o.param_groups]
s.step(); o.step(closure); s.get_last_lr()
""".strip().splitlines()
TENSORS = ["torch.empty(3, 4)", "torch.empty(2, 3, 4)", "torch.empty(5)", "torch.empty(())", "torch.empty(4, 4, dtype=torch.float64)", "torch.empty(3, 0)",
           "torch.empty(6, 2, 3, 3)", "torch.empty(4, 3).t()", "torch.empty(3, 4).half()", "torch.zeros(3, dtype=torch.long)", "nn.Linear(3, 2).weight", "3",
           "torch.empty(4, 3, dtype=torch.bfloat16)", "torch.empty(3, 3, dtype=torch.complex64)", "torch.empty(4, 2, 3)[::2]"]  # fmt: skip
INITS = {
    "uniform_": ["", "-1, 2", "a=3, b=1"], "normal_": ["", "1, 2", "std=-1"], "trunc_normal_": ["", "0, 2, -1, 1", "5., 1., -1., 1."], "constant_": ["3.5", "True", ""],
    "ones_": [""], "zeros_": [""], "eye_": [""], "dirac_": ["", "2", "groups=4"], "xavier_uniform_": ["", "2.0", "gain=0.5"], "xavier_normal_": ["", "2.0"],
    "kaiming_uniform_": ["", "a=1, mode='fan_out'", "nonlinearity='relu'", "mode='a'", "nonlinearity='a'"],
    "kaiming_normal_": ["", "mode='fan_out', nonlinearity='tanh'", "1", "nonlinearity='leaky_relu', a='b'"], "orthogonal_": ["", "2.0"], "sparse_": ["0.5", "sparsity=0.1, std=1"],
    "uniform": [""], "normal": ["0., 1."], "xavier_uniform": [""], "constant": ["2"], "kaiming_normal": [""], "eye": [""],
}  # fmt: skip
GAINS = ["linear", "conv2d", "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu", "a"]


def options(r, table, share=0.3):
    return [f"{k}={r.choice(v)}" for k, v in table.items() if r.random() < share]


def about_init(r):
    if r.random() < 0.15:
        return [f"nn.init.calculate_gain('{r.choice(GAINS)}'{r.choice(['', ', 0.2', ', None', ', True', ', 1'])})"]
    name = r.choice(list(INITS))
    given = r.choice(INITS[name])
    args = [r.choice(TENSORS), *split(given)]
    if r.random() < 0.1:
        args = spoilt_call(r, args)
    return [f"t = nn.init.{name}({', '.join(args)})", "t", "torch.rand(2)"]


def program(r, number):
    if number % 8 == 0:
        return about_init(r)
    name = r.choice(list(OPTIMIZERS))
    dtype = r.choice(["float32"] * 3 + ["float64"])
    shapes = "[(2, 3), (4, 2)]" if name == "Muon" else "[(2, 3), (4,)]"
    lines = [f"ps = [torch.randn(*s, dtype=torch.{dtype}).requires_grad_() for s in {shapes}]",
             f"net = nn.Sequential(nn.Linear(3, 2{', bias=False' if name == 'Muon' else ''})).to(torch.{dtype})",
             f"closure = lambda: [o.zero_grad(), [l := sum([(p * p).sum() + p.sin().sum() for p in ps]) + net(torch.ones(1, 3, dtype=torch.{dtype})).sum(), l.backward()]][1][0]"]  # fmt: skip
    if r.random() < 0.3:
        lines.insert(0, "torch.set_default_dtype(torch.float64)")
    if name == "LBFGS":  # (in float32 a rounding decides what its line search tries next)
        lines[0 if "ps" in lines[0] else 1] = lines[0 if "ps" in lines[0] else 1].replace("float32", "float64")
        lines[-1] = lines[-1].split(" + net")[0].replace("l := sum", "l := sum") + ", l.backward()]][1][0]"
    params = r.choice(PARAMS if name not in ("Muon", "LBFGS") else PARAMS[:6])
    args = [params, *options(r, OPTIMIZERS[name])]
    wrong = r.randrange(7)
    if wrong == 0:
        args = [args[0], *spoilt_call(r, args[1:])]
    elif wrong == 1:
        args[0] = r.choice(BAD_PARAMS)
    lines += [f"o = optim.{name}({', '.join(args)})", "repr(o)"]
    closed = "o.step(closure)" if name == "LBFGS" or r.random() < 0.3 else "closure(); o.step()"
    schedule = r.random() < 0.5
    if schedule:
        if r.random() < 0.15:
            lines.append(f"s = {r.choice(OTHER_SCHEDULES)}")
        else:
            kind = r.choice(list(SCHEDULES))
            given, more = SCHEDULES[kind]
            given = [*split(given), *options(r, more)]
            if r.random() < 0.15:
                given = spoilt_call(r, given)
            lines.append(f"s = S.{kind}({', '.join(given)})")
        metric = ["1.0", "2.0", "0.5"] if "ReduceLROnPlateau" in lines[-1] else [""]
        for _ in range(r.randrange(1, 6)):
            steps = [] if r.random() < 0.1 else closed.split("; ")
            lines += [*steps, f"s.step({r.choice(metric)})", "s.get_last_lr()"]
        for line in r.sample(AFTER, 3):
            lines += [line] if line.startswith("for") else line.split("; ")
    else:
        for _ in range(r.randrange(1, 4)):
            lines += closed.split("; ")
    lines += ["ps", "o.state_dict()"]
    for line in r.sample(ACTS, 3):
        lines += line.split("; ")
    return lines


if __name__ == "__main__":
    main(program, __doc__)
