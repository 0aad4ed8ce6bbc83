#!/usr/bin/env python3
"""Find or fetch libtorch and write .cache/env.sh, what a shell needs for `go build`.

Order: LIBTORCH, then a Python whose torch is 2.11 to 2.13, then our own copy in .cache/libtorch, from the PyPI wheel
and the two CUDA runtime wheels that libtorch_cpu.so is linked against. A download goes on where it stopped and is
checked by sha256. When all is there this is a no-op. Python's standard library and pip are all it needs.
"""
import hashlib
import importlib.util
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
STAMP = CACHE / "setup.json"
ENV = CACHE / "env.sh"
SUPPORTED = re.compile(r"2\.1[123]\.")
PYTHON = "3.11"  # the wheel's Python; its libraries do not depend on it

WHEELS = {  # requirement -> sha256 a machine
    "torch==2.11.0": {
        "x86_64": "7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a",
        "aarch64": "d91aac77f24082809d2c5a93f52a5f085032740a1ebc9252a7b052ef5a4fddc6",
    },
    "nvidia-cuda-runtime==13.0.96": {
        "x86_64": "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548",
        "aarch64": "ef9bcbe90493a2b9d810e43d249adb3d02e98dd30200d86607d8d02687c43f55",
    },
    "nvidia-cuda-cupti==13.0.85": {
        "x86_64": "4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8",
        "aarch64": "796bd679890ee55fb14a94629b698b6db54bcfd833d391d5e94017dd9d7d3151",
    },
}

# gotch names these libraries in its own link flags; empty archives answer for those that a CPU build lacks.
STUBS = ("torch cuda cudart cublas cudnn caffe2_nvrtc nvrtc-builtins nvrtc nvToolsExt c10_cuda torch_cuda").split()


def say(line):
    print(f"setup: {line}", file=sys.stderr, flush=True)


def die(line):
    say(line)
    sys.exit(1)


def from_environment():
    """The user's own libtorch, or None."""
    named = os.environ.get("LIBTORCH")
    if not named:
        return None
    for part in ("lib/libtorch_cpu.so", "include/ATen/ATen.h"):
        if not (Path(named) / part).exists():
            die(f"LIBTORCH={named} holds no {part}; unset it or point it at an unpacked libtorch")
    version = version_of(Path(named))
    if not SUPPORTED.match(version):
        die(f"LIBTORCH={named} is version {version or 'unknown'}; want 2.11 to 2.13")
    return Path(named)


def version_of(libtorch):
    """The version of an unpacked libtorch or of a Python torch, "" where nothing says it."""
    headers = [*libtorch.glob("include/torch/headeronly/version.h"), *libtorch.glob("include/torch/csrc/api/include/torch/version.h")]
    text = "".join(header.read_text() for header in headers)
    found = [re.search(rf"define TORCH_VERSION_{part} (\d+)", text) for part in ("MAJOR", "MINOR", "PATCH")]
    return ".".join(each.group(1) for each in found) if all(found) else ""


def from_python():
    """The folder of an installed Python torch of a version that works, or None; torch is not imported."""
    spec = importlib.util.find_spec("torch")
    if spec is None or not spec.origin:
        return None
    folder = Path(spec.origin).parent
    usable = SUPPORTED.match(version_of(folder)) and (folder / "include/ATen/ATen.h").exists()
    return folder if usable else None


def own_copy():
    """Our own copy, fetched when it is not there."""
    target = CACHE / "libtorch" / "torch"
    if (CACHE / "libtorch" / "complete").exists():
        return target
    machine = platform.machine()
    if sys.platform != "linux" or machine not in WHEELS["torch==2.11.0"]:
        die(f"no libtorch is known for {sys.platform} {machine}; set LIBTORCH to an unpacked libtorch 2.11 to 2.13")
    free = shutil.disk_usage(CACHE).free
    if free < 4 << 30:
        die(f"{free >> 20} MB free under {CACHE}; libtorch needs 4 GB while it is unpacked")
    wheels = [fetch(url, CACHE / "downloads" / url.rsplit("/", 1)[1].split("#")[0], WHEELS[name][machine])
              for name, url in resolve(machine)]
    for wheel in wheels:
        unpack(wheel, CACHE / "libtorch")
    (CACHE / "libtorch" / "complete").touch()
    for wheel in wheels:
        wheel.unlink()
    return target


def resolve(machine):
    """Asks pip, so the user's own index and proxies count, where each wheel is: [(requirement, url)]."""
    platforms = [f"--platform=manylinux{tag}_{machine}" for tag in ("_2_28", "_2_27", "_2_25", "_2_17", "2014")]
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-",
               "--no-deps", "--only-binary=:all:", f"--python-version={PYTHON}", *platforms,
               f"--target={CACHE / 'unused'}", "--disable-pip-version-check", *WHEELS]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        die(f"pip cannot find the libtorch wheels ({reason}); is the package index reachable? "
            "Without it set LIBTORCH to an unpacked libtorch")
    found = {item["metadata"]["name"].lower().replace("_", "-"): item["download_info"]["url"]
             for item in json.loads(done.stdout)["install"]}
    return [(name, found[name.split("==")[0]]) for name in WHEELS]


def fetch(url, path, digest, attempts=5):
    """Downloads url to path, going on where an earlier run stopped, and checks its sha256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    if not path.exists():
        for attempt in range(attempts):
            try:
                download(url, part)
                break
            except OSError as error:
                if attempt == attempts - 1:
                    die(f"fetch {path.name}: {error}; run it again, it goes on from {part.stat().st_size >> 20 if part.exists() else 0} MB")
                time.sleep(2 ** attempt)
        part.rename(path)
    if sha256(path) != digest:
        path.unlink()
        die(f"{path.name} does not have the sha256 {digest}; it was deleted, run it again")
    return path


def download(url, part):
    start = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        answer = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing is left to fetch
            return
        raise
    with answer, open(part, "ab" if answer.status == 206 else "wb") as out:
        total = int(answer.headers.get("Content-Length", 0)) + (start if answer.status == 206 else 0)
        written, shown = out.tell(), -1
        while block := answer.read(1 << 20):
            out.write(block)
            written += len(block)
            if sys.stderr.isatty() and total and written * 100 // total != shown:
                shown = written * 100 // total
                print(f"\rsetup: {part.stem} {shown}% of {total >> 20} MB", end="", file=sys.stderr, flush=True)
        if sys.stderr.isatty():
            print(file=sys.stderr)
        if total and written < total:
            raise OSError(f"the connection ended after {written >> 20} of {total >> 20} MB")


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else \
            hashlib.sha256(file.read()).hexdigest()


def unpack(wheel, target):
    """Unpacks what a C++ program needs: libraries, headers, CMake files, licences; no Python."""
    say(f"unpack {wheel.name}")
    wanted = re.compile(r"torch/(lib|include|share)/|torch/version.py|nvidia/.*/lib/|.*\.dist-info/licenses?/")
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            if wanted.match(member) and not member.endswith(".a"):
                archive.extract(member, target)


def stubs():
    folder = CACHE / "stubs"
    folder.mkdir(parents=True, exist_ok=True)
    for name in STUBS:
        (folder / f"lib{name}.a").write_bytes(b"!<arch>\n")
    return folder


def environment(libtorch, stub_folder):
    """The variables of a plain `go build`, each flag quoted so that paths may hold spaces."""
    def flags(*each):
        return " ".join(f"'{flag}'" if " " in flag else flag for flag in each)

    include, lib = libtorch / "include", libtorch / "lib"
    compat = ROOT / "scripts" / "gotch" / "compat_v1.h"
    return {
        "CGO_CFLAGS": "-O2 -g0",
        "CGO_CXXFLAGS": flags("-O1", "-g0", "-w", f"-I{include}", f"-I{include}/torch/csrc/api/include", "-include", str(compat)),
        "CGO_LDFLAGS": flags(f"-L{stub_folder}", f"-L{lib}", f"-Wl,-rpath,{lib}"),
        "SPUTNIK_LIBTORCH": str(libtorch),
        "GOTCH_CACHE": str(CACHE / "gotch"),
        "OMP_WAIT_POLICY": "passive",
    }


def ready():
    """Whether an earlier run's result still holds."""
    try:
        stamp = json.loads(STAMP.read_text())
        same = stamp["LIBTORCH"] == os.environ.get("LIBTORCH", "") and stamp["root"] == str(ROOT)
        return same and stamp["script"] == sha256(Path(__file__)) and Path(stamp["libtorch"], "lib/libtorch_cpu.so").exists()
    except (OSError, ValueError, KeyError):
        return False


def main():
    if ready():
        return
    try:
        CACHE.mkdir(exist_ok=True)
        libtorch = (from_environment() or from_python() or own_copy()).resolve()
        variables = environment(libtorch, stubs())
        ENV.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()))
        STAMP.write_text(json.dumps({"LIBTORCH": os.environ.get("LIBTORCH", ""), "root": str(ROOT),
                                     "script": sha256(Path(__file__)), "libtorch": str(libtorch)}))
    except OSError as error:
        die(str(error))
    say(f"libtorch is {libtorch}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        die("stopped; run it again, it goes on from there")
