"""What to do instead, for modules of torch that compat lacks and packages that need torch itself."""

CURES = {
    "torch.hub": "get the weights as a file and read it with torch.load",
    "torch.onnx": "save the state_dict with torch.save and export it where torch is installed",
    "torch.export": "save the state_dict with torch.save and export it where torch is installed",
    "torch.fx": "funcgrad.make_graph shows the operations of a function",
    "torch.utils.cpp_extension": "write the operation with torch's functions, or with NumPy in an autograd.Function",
    "torch.nn.attention.flex_attention": "scaled_dot_product_attention takes masks",
    "torch.nested": "pad_sequence and masks, or packed sequences",
    "torch.masked": "masked_fill and torch.where",
    "torch.multiprocessing": "Python's own multiprocessing runs processes; their Tensors are copied",
    "torch.sparse": "Tensors are dense: to_dense() before saving",
    "torch.quantization": "weights stay floating-point numbers",
    "torch.ao": "weights stay floating-point numbers",
}
NEIGHBOURS = {  # packages built on torch itself
    "torchvision": "data can come as arrays, by torch.from_numpy and torch.utils.data.Dataset",
    "torchaudio": "data can come as arrays, by torch.from_numpy and torch.utils.data.Dataset",
    "torchtext": "data can come as lists, by torch.tensor and torch.utils.data.Dataset",
    "torchmetrics": "a metric is a few lines on Tensors",
    "transformers": "examples/small_gpt.py shows a transformer written out",
    "timm": "write the network out: examples/transfer.py shows one",
    "lightning": "write the training loop out: examples/mlp_regression.py shows one",
    "pytorch_lightning": "write the training loop out: examples/mlp_regression.py shows one",
    "torch_geometric": "adjacency can be a dense Tensor, or index_add_ over lists of edges",
}


def text_for(name):
    """What to tell somebody who imports a module that is not there.

    >>> text_for("torch.onnx").split("; ")[1]
    'save the state_dict with torch.save and export it where torch is installed'
    """
    root = name.partition(".")[0]
    if root in NEIGHBOURS:
        return f"{name} needs torch itself, which compat stands in for here; {NEIGHBOURS[root]}"
    known = next((CURES[name[:i]] for i in range(len(name), 0, -1) if name[:i] in CURES), None)
    return f"compat has no {name} yet (the README has the table of what it covers)" + (f"; {known}" if known else "")
