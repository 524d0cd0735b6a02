"""torch.hub: models and weights from folders and files of this machine, and weights by their address.

Invariant: no code is fetched; only a folder that the caller names is run.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import sys
import tempfile
import urllib.request
from pathlib import Path
from urllib.parse import urlparse

from .functions.missing import refusal
from .serialization import load as load_file

__all__ = ["download_url_to_file", "get_dir", "help", "list", "load", "load_state_dict_from_url", "set_dir"]
HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")  # what a file's name says of its SHA-256
__getattr__ = refusal(__name__)


class Kept:
    """The folder that weights are kept in, where it was set."""

    folder = None


def get_dir():
    """The folder that weights are kept in: what set_dir says, else $TORCH_HOME/hub, else ~/.cache/torch/hub."""
    if Kept.folder is not None:
        return Kept.folder
    return os.path.join(_get_torch_home(), "hub")


def _get_torch_home():
    """The folder of everything that is kept: $TORCH_HOME, else ~/.cache/torch."""
    home = os.environ.get("TORCH_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "torch")
    return os.path.expanduser(home)


def set_dir(d):
    """Keep weights in this folder."""
    Kept.folder = os.path.expanduser(d)


def entries(repo_or_dir, source):
    """The hubconf.py of a folder, as a module."""
    if source not in ("github", "local"):
        raise ValueError(f'Unknown source: "{source}". Allowed values: "github" | "local".')
    if source == "github":
        raise RuntimeError(
            f"compat fetches no code: clone https://github.com/{repo_or_dir.partition(':')[0]} yourself, and call with its folder and "
            'source="local"'
        )
    folder = os.path.expanduser(repo_or_dir)
    sys.path.insert(0, folder)
    try:
        spec = importlib.util.spec_from_file_location("hubconf.py", os.path.join(folder, "hubconf.py"))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    lacking = [d for d in getattr(module, "dependencies", ()) if importlib.util.find_spec(d) is None]
    if lacking:
        raise RuntimeError(f"Missing dependencies: {', '.join(lacking)}")
    return module


def of(repo_or_dir):
    return "local" if os.path.isdir(os.path.expanduser(repo_or_dir)) else "github"


def entry(module, name):
    """The entry point of a name; RuntimeError, in torch's words, if there is none."""
    if not isinstance(name, str):
        raise ValueError("Invalid input: model should be a string of function name")
    found = getattr(module, name, None)
    if not callable(found):
        raise RuntimeError(f"Cannot find callable {name} in hubconf")
    return found


def load(repo_or_dir, model, *args, source="github", trust_repo="check", force_reload=False, verbose=True, skip_validation=False, **kwargs):  # fmt: skip
    """What the entry point `model` of the hubconf.py of a folder returns (source="local"); nothing is fetched from GitHub."""
    return entry(entries(repo_or_dir, source.lower()), model)(*args, **kwargs)


def list(github, force_reload=False, skip_validation=False, trust_repo="check", verbose=True):  # noqa: A001
    """The names of the entry points of a folder."""
    module = entries(github, of(github))
    return [name for name, f in vars(module).items() if callable(f) and not name.startswith("_")]


def help(github, model, force_reload=False, skip_validation=False, trust_repo="check"):  # noqa: A001
    """The docstring of an entry point of a folder."""
    return entry(entries(github, of(github)), model).__doc__


def download_url_to_file(url, dst, hash_prefix=None, progress=True):
    """Write what an address (file: too) gives to a file; RuntimeError if its SHA-256 begins otherwise than said."""
    dst = Path(os.path.expanduser(dst))
    with urllib.request.urlopen(urllib.request.Request(url, headers={"User-Agent": "compat.hub"})) as source:
        with tempfile.NamedTemporaryFile(dir=dst.parent, delete=False) as file:
            shutil.copyfileobj(source, file)
    try:
        digest = hashlib.sha256(Path(file.name).read_bytes()).hexdigest()
        if hash_prefix is not None and digest[: len(hash_prefix)] != hash_prefix:
            raise RuntimeError(f'invalid hash value (expected "{hash_prefix}", got "{digest}")')
        shutil.move(file.name, dst)
    finally:
        if os.path.exists(file.name):
            os.remove(file.name)


def load_state_dict_from_url(
    url, model_dir=None, map_location=None, progress=True, check_hash=False, file_name=None, weights_only=False
):
    """The weights at an address, which are kept in a folder and read from there the next time; no code in them is run."""
    folder = Path(model_dir or os.path.join(get_dir(), "checkpoints"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (file_name or os.path.basename(urlparse(url).path))
    if not path.exists():
        sys.stderr.write(f'Downloading: "{url}" to {path}\n')
        said = HASH_REGEX.search(path.name) if check_hash else None
        download_url_to_file(url, path, said and said.group(1), progress)
    return load_file(path, map_location=map_location, weights_only=True)
