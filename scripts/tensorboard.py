#!/usr/bin/env python3
"""Fetch the tensorboard package into .cache/tensorboard, for the test that it reads our event files.

A no-op when it is there. Where it cannot be had (no package index, no venv module) this says so and ends well: the test
is then skipped.
"""
import shutil
import subprocess
import sys
import venv
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".cache" / "tensorboard"
PACKAGE = "tensorboard==2.21.0"
STAMP = FOLDER / PACKAGE


def main():
    if STAMP.exists():
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    try:
        venv.create(FOLDER, with_pip=True)
        pip = [FOLDER / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE]
        subprocess.run(pip, check=True, capture_output=True, text=True, timeout=600)
        STAMP.touch()
    except (OSError, subprocess.SubprocessError) as error:
        reason = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[-1]
        print(f"tensorboard: {PACKAGE} cannot be had ({reason}); the test that it reads our events is skipped", file=sys.stderr)
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main()
