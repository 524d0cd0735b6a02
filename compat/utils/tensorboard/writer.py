"""SummaryWriter: figures, texts, histograms and pictures of a training run, in files that TensorBoard shows.

Invariant: what has been added is in the file after flush() or close().
"""

import itertools
import os
import socket
import time

import numpy as np

from funcgrad.core.site import warn

from ...functions.missing import explain
from ...tensor import Tensor
from . import events, hyperparameters, projector

__all__ = ["SummaryWriter"]
count = itertools.count().__next__


def as_array(x):
    """The values of a Tensor, an array or a number."""
    if isinstance(x, Tensor):
        return (x.float() if x.dtype.name == "bfloat16" else x).detach().numpy()
    if isinstance(x, np.ndarray):
        return x
    if np.isscalar(x):
        return np.array([x])
    raise NotImplementedError(f"Got {type(x)}, but numpy array or torch tensor are expected.")


class EventFile:
    """One event file in a folder."""

    def __init__(self, folder, suffix=""):
        os.makedirs(folder, exist_ok=True)
        name = f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}.{os.getpid()}.{count()}{suffix}"
        self.file = open(os.path.join(folder, name), "wb")
        self.file.write(events.record(events.event(time.time(), version="brain.Event:2")))

    def add(self, value, step, walltime):
        step = None if step is None else int(as_array(step).squeeze())
        data = events.event(time.time() if walltime is None else walltime, step, summary=value)
        self.file.write(events.record(data))


class SummaryWriter:
    """Writes event files to log_dir, by default a folder of the hour and the machine below `runs`.

    >>> import tempfile, compat as torch
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with SummaryWriter(folder) as writer:
    ...         writer.add_scalar("loss", torch.tensor(0.5), 1)
    ...     len(os.listdir(folder))
    1
    """

    def __init__(self, log_dir=None, comment="", purge_step=None, max_queue=10, flush_secs=120, filename_suffix=""):
        if not log_dir:
            hour = time.strftime("%b%d_%H-%M-%S")
            log_dir = os.path.join("runs", f"{hour}_{socket.gethostname()}{comment}")
        self.log_dir = os.fspath(log_dir)
        self.purge_step, self.max_queue, self.flush_secs = purge_step, max_queue, flush_secs
        self.filename_suffix = filename_suffix
        self.all_writers = {}  # folder -> EventFile
        self.embeddings = []  # what projector_config.pbtxt says of each
        self._of(self.log_dir)

    def _of(self, folder):
        if folder not in self.all_writers:
            self.all_writers[folder] = EventFile(folder, self.filename_suffix)
        return self.all_writers[folder]

    def _add(self, value, step, walltime):
        self._of(self.log_dir).add(value, step, walltime)

    def get_logdir(self):
        """The folder of the files."""
        return self.log_dir

    def add_scalar(self, tag, scalar_value, global_step=None, walltime=None, new_style=False, double_precision=False):
        """A number of a step."""
        x = number(scalar_value)
        value = events.tensor_scalar_value(tag, x, double_precision) if new_style else events.scalar_value(tag, x)
        self._add(value, global_step, walltime)

    def add_scalars(self, main_tag, tag_scalar_dict, global_step=None, walltime=None):
        """Several numbers of a step, which are shown in one plot; each has a file of its own."""
        walltime = time.time() if walltime is None else walltime
        for tag, x in tag_scalar_dict.items():
            folder = f"{self.log_dir}/{main_tag.replace('/', '_')}_{tag}"
            self._of(folder).add(events.scalar_value(main_tag, number(x)), global_step, walltime)

    def add_text(self, tag, text_string, global_step=None, walltime=None):
        """A text, in Markdown."""
        self._add(events.text_value(tag, text_string), global_step, walltime)

    def add_histogram(self, tag, values, global_step=None, bins="tensorflow", walltime=None, max_bins=None):
        """How the values of a Tensor are distributed; `bins` as for numpy.histogram."""
        values = as_array(values).astype(float).reshape(-1)
        self._add(events.histogram_value(tag, values, *histogram(values, bins, max_bins)), global_step, walltime)

    def add_image(self, tag, img_tensor, global_step=None, walltime=None, dataformats="CHW"):
        """A picture: floats from 0 to 1, or uint8; dataformats names the dimensions."""
        self._add(events.image_value(tag, pixels(as_array(img_tensor), dataformats)), global_step, walltime)

    def add_images(self, tag, img_tensor, global_step=None, walltime=None, dataformats="NCHW"):
        """Pictures, as one picture of rows of eight."""
        tensor = np.stack([as_array(x) for x in img_tensor]) if isinstance(img_tensor, list) else img_tensor
        self.add_image(tag, tensor, global_step, walltime, dataformats)

    def add_figure(self, tag, figure, global_step=None, close=True, walltime=None):
        """Figures of matplotlib, as a picture."""
        several = isinstance(figure, list)
        drawn = [drawing(f, close) for f in (figure if several else [figure])]
        self.add_image(
            tag, np.stack(drawn) if several else drawn[0], global_step, walltime, "NHWC" if several else "HWC"
        )

    def add_hparams(self, hparam_dict, metric_dict, hparam_domain_discrete=None, run_name=None, global_step=None):
        """The hyper-parameters of a run and what came of them, in a folder of their own below that of the files."""
        if type(hparam_dict) is not dict or type(metric_dict) is not dict:
            raise TypeError("hparam_dict and metric_dict should be dictionary.")
        values = hyperparameters.summaries(hparam_dict, metric_dict, hparam_domain_discrete, as_array)
        with SummaryWriter(os.path.join(self.log_dir, run_name or str(time.time()))) as writer:
            for value in values:
                writer._add(value, global_step, None)
            for tag, x in metric_dict.items():
                writer.add_scalar(tag, x, global_step)

    def add_embedding(
        self, mat, metadata=None, label_img=None, global_step=None, tag="default", metadata_header=None
    ):  # fmt: skip
        """Points, a row each, with labels and pictures float[n, channels, height, width] of them."""
        pictures = None if label_img is None else as_array(label_img)
        step = 0 if global_step is None else global_step
        given = as_array(mat), metadata, pictures, step, tag, metadata_header
        projector.add(self.log_dir, self.embeddings, *given, grid)

    def add_graph(self, model, input_to_model=None, verbose=False, use_strict_trace=True):
        """Nothing but a warning: there is no graph of the module in TensorBoard's form."""
        warn(
            "SummaryWriter.add_graph: compat writes no graphs; funcgrad.make_graph shows the operations of a function.",
        )

    def flush(self):
        """Write what has been added to the files."""
        for writer in self.all_writers.values():
            writer.file.flush()

    def close(self):
        """Write what has been added, and close the files; what is added later goes to new ones."""
        for writer in self.all_writers.values():
            writer.file.close()
        self.all_writers = {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def __getattr__(self, name):
        raise AttributeError(
            explain("SummaryWriter", name, [n for n in dir(type(self)) if n.startswith("add")]), name=name, obj=self
        )


def number(x):
    """A number from one, or from a Tensor or array of one element."""
    array = as_array(x).squeeze()
    if array.ndim != 0:
        raise AssertionError(
            "Tensor should contain one element (0 dimensions). "
            f"Was given size: {array.size} and {array.ndim} dimensions."
        )
    return float(array)


def exponential_bins():
    """TensorBoard's own: limits that grow by a tenth, on both sides of zero."""
    limits, v = [], 1e-12
    while v < 1e20:
        limits.append(v)
        v *= 1.1
    return [-v for v in reversed(limits)] + [0] + limits


def histogram(values, bins, max_bins):
    """(right limits, counts) of the bins from the first that is not empty, and one before it, to the last."""
    if values.size == 0:
        raise ValueError("The input has no element.")
    counts, limits = np.histogram(
        values, bins=exponential_bins() if isinstance(bins, str) and bins == "tensorflow" else bins
    )
    if max_bins is not None and len(counts) > max_bins:
        each = len(counts) // max_bins
        starts = np.arange(0, len(counts), each)
        counts, limits = np.add.reduceat(counts, starts), np.append(limits[:-1][starts], limits[-1])
    full = np.flatnonzero(counts)
    if not full.size:
        raise ValueError("The histogram is empty, please file a bug report.")
    first, last = full[0], full[-1] + 1
    shown = counts[first - 1 : last] if first > 0 else np.concatenate([[0], counts[:last]])
    return limits[first : last + 1].tolist(), shown.tolist()


def pixels(array, dataformats):
    """Pictures as uint8[height, width, channels]; one channel becomes three, several pictures a grid."""
    formats = dataformats.upper()
    if len(set(formats)) != len(formats):
        raise AssertionError(f"You can not use the same dimension shorthand twice. input_format: {dataformats}")
    if array.ndim != len(formats):
        raise AssertionError(
            f"size of input tensor and input format are different. tensor shape: {array.shape}, input_format: {dataformats}"
        )
    order = [formats.find(c) for c in "NHWC" if c in formats]
    array = array.transpose(order)
    if "C" not in formats:
        array = array[..., None]
    if array.shape[-1] == 1:
        array = np.concatenate([array] * 3, -1)
    if "N" in formats:
        array = grid(array)
    if array.dtype != np.uint8:
        array = (array.astype(np.float32) * 255).clip(0, 255).astype(np.uint8)
    return np.ascontiguousarray(array)


def grid(pictures, columns=8):
    """Pictures [n, height, width, channels] side by side, in rows."""
    n, height, width, channels = pictures.shape
    columns = min(n, columns)
    rows = -(-n // columns)
    canvas = np.zeros((rows * height, columns * width, channels), pictures.dtype)
    for k, picture in enumerate(pictures):
        y, x = divmod(k, columns)
        canvas[y * height : (y + 1) * height, x * width : (x + 1) * width] = picture
    return canvas


def drawing(figure, close):
    """What a figure of matplotlib looks like: uint8[height, width, 3]."""
    from matplotlib import pyplot
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = np.asarray(canvas.buffer_rgba())[..., :3].copy()
    if close:
        pyplot.close(figure)
    return picture
