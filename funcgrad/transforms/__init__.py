"""Transforms of functions, each a few lines over the core: vjp, jvp, vmap, stage, and what derives from them."""
