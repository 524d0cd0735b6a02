"""Write posts.json: what the programs in examples/posts, and examples/torch_line_fit.py, print under real torch.

Run with torch 2.13: `python tests/expected/make_posts.py`. Stored for each: the exit code, standard output with object
addresses normalised, whether standard error stayed empty, and for a program that ends in an error that error's line.
"""

import importlib.metadata
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
PROGRAMS = {path.stem: path for path in sorted((ROOT / "examples" / "posts").glob("post*.py"))}
PROGRAMS["torch_line_fit"] = ROOT / "examples" / "torch_line_fit.py"


def outcome(command, **options):
    """Exit code, standard output and standard error of a command, object addresses in them written as 0x...."""
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, **options)
    return done.returncode, *(re.sub(r"0x[0-9a-fA-F]+", "0x...", text) for text in (done.stdout, done.stderr))


def main():
    """Run every program under plain Python and store what it did."""
    programs = {}
    for name, path in PROGRAMS.items():
        code, stdout, stderr = outcome([sys.executable, "-X", "utf8", str(path)])
        said = [line for line in stderr.splitlines() if not line.startswith(("no picture", "picture:"))]
        programs[name] = {"exit": code, "stdout": stdout, "silent": not said}
        if code:
            programs[name]["error"] = stderr.splitlines()[-1]
    expected = {"torch": importlib.metadata.version("torch"), "programs": programs}
    target = pathlib.Path(__file__).with_name("posts.json")
    target.write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
