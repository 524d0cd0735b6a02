"""What TensorBoard's projector reads: a folder for each embedding, and one list of them.

Invariant: the list names every embedding that the writer has added, in their order.
"""

import math
import os

import numpy as np

from .events import png

ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r"})


def encoded(tag):
    """A tag as the name of a folder."""
    for c in "%/\\":
        tag = tag.replace(c, f"%{ord(c):02x}")
    return tag


def folder_for(path):
    if os.path.isdir(path):
        print("warning: Embedding dir exists, did you set global_step for add_embedding()?")
    elif os.path.exists(path):
        raise NotADirectoryError(f"Path: `{path}` exists, but is a file. Cannot proceed.")
    os.makedirs(path, exist_ok=True)


def labels(rows, header):
    """metadata.tsv: a label in each line, or several and their names before them."""
    if header:
        if len(header) != len(rows[0]):
            raise AssertionError("len of header must be equal to the number of columns in metadata")
        rows = ["\t".join(map(str, row)) for row in [header, *rows]]
    return "".join([f"{row}\n" for row in rows]).encode()


def sprite(pictures, grid):
    """Pictures float[n, channels, height, width] side by side in a square, as a PNG file."""
    array = pictures.transpose(0, 2, 3, 1)
    array = np.concatenate([array] * 3, -1) if array.shape[-1] == 1 else array
    side_by_side = grid(array, math.ceil(len(array) ** 0.5))
    width = side_by_side.shape[1]
    square = np.zeros((width, width, 3))
    square[: len(side_by_side)] = side_by_side
    return png(np.ascontiguousarray((square * 255).clip(0, 255).astype(np.uint8)))


def points(matrix):
    """tensors.tsv: a row in each line."""
    if matrix.ndim != 2:
        raise AssertionError("mat should be 2D, where mat.size(0) is the number of data points")
    return "".join(["\t".join(map(str, row)) + "\n" for row in matrix.tolist()]).encode()


def text_of(name, inside, indent=""):
    """A message in protobuf's form for people; `inside`: (field, text, number or fields) each."""
    lines = [f"{indent}{name} {{\n"]
    for field, x in inside:
        if isinstance(x, list):
            lines.append(text_of(field, x, indent + "  "))
        else:
            shown = '"' + x.translate(ESCAPED) + '"' if isinstance(x, str) else x
            lines.append(f"{indent}  {field}: {shown}\n")
    return "".join([*lines, f"{indent}}}\n"])


def add(root, listed, matrix, metadata, pictures, step, tag, header, grid):
    """Write an embedding below a folder, and the list of all with it. AssertionError for counts that do not fit."""
    sub = f"{str(step).zfill(5)}/{encoded(tag)}"
    folder = os.path.join(root, sub)
    folder_for(folder)

    def write(name, data):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
        return os.path.join(sub, name)

    about = [("tensor_name", f"{tag}:{str(step).zfill(5)}")]
    if metadata is not None:
        if len(matrix) != len(metadata):
            raise AssertionError("#labels should equal with #data points")
        about.append(("metadata_path", write("metadata.tsv", labels(metadata, header))))
    if pictures is not None:
        if len(matrix) != len(pictures):
            raise AssertionError("#images should equal with #data points")
        sizes = [("single_image_dim", n) for n in (pictures.shape[3], pictures.shape[2])]
        about.append(("sprite", [("image_path", write("sprite.png", sprite(pictures, grid))), *sizes]))
    about.append(("tensor_path", write("tensors.tsv", points(matrix))))
    listed.append(text_of("embeddings", about))
    with open(os.path.join(root, "projector_config.pbtxt"), "w", encoding="utf-8", newline="\n") as file:
        file.write("".join(listed))
