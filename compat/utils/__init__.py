"""torch.utils: `hooks` (handles of registered hooks) and `data` (data sets and loaders)."""
