"""torch.utils.deterministic: a setting that scripts make, kept and without effect."""

fill_uninitialized_memory = True
