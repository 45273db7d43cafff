"""kube-apiserver and etcd, built once from the Go module proxy into the cache."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from freshet_kafka import ComponentMissing
from freshet_kafka.jars import cache_folder

VERSION = "1.32.13"

_PACKAGES = {
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "etcd": "go.etcd.io/etcd/server/v3",
}
_GO_MOD = Path(__file__).with_name("go.mod")


def binaries() -> Path:
    """The folder with `kube-apiserver` and `etcd`; builds them the first time, which takes minutes.

    Raises:
        ComponentMissing: there is no Go, or the build failed.
    """
    folder = cache_folder() / f"kubernetes-{VERSION}"
    if all((folder / name).exists() for name in _PACKAGES):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Into a folder of its own, then renamed: half a build is never taken for one.
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        module, built = Path(scratch) / "module", Path(scratch) / "built"
        module.mkdir()
        built.mkdir()
        shutil.copy(_GO_MOD, module / "go.mod")
        for name, package in _PACKAGES.items():
            flags = ("-mod=mod", f"-ldflags=-s -w {_version_flags()}")
            go("build", *flags, "-o", str(built / name), package, folder=module)
        built.rename(folder)
    return folder


def _version_flags() -> str:
    """A server that was not built by Kubernetes' own scripts must be told its version."""
    major, minor, _ = VERSION.split(".")
    values = {"gitVersion": f"v{VERSION}", "gitMajor": major, "gitMinor": minor}
    return " ".join(
        f"-X k8s.io/component-base/version.{key}={value}" for key, value in values.items()
    )


def go(*arguments: str, folder: Path) -> str:
    """Run `go` in a folder; what it printed.

    Raises:
        ComponentMissing: there is no Go, or the command failed.
    """
    command = shutil.which("go")
    if command is None:
        raise ComponentMissing(
            "kube-apiserver is built from the Go module proxy, and `go` is not on the PATH: install"
            " Go 1.23 or newer (Debian: apt-get install golang; macOS: brew install go)"
        )
    done = subprocess.run(
        [command, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "GOTOOLCHAIN": "local", "GOWORK": "off"},
        check=False,
    )
    if done.returncode:
        raise ComponentMissing(f"go {' '.join(arguments[:1])} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def kubectl() -> str:
    """Path of kubectl.

    Raises:
        ComponentMissing: it is not on the PATH.
    """
    found = shutil.which("kubectl")
    if found is None:
        raise ComponentMissing(
            "manifests are put together by `kubectl kustomize`, and `kubectl` is not on the PATH:"
            " install it, 1.27 or newer (https://kubernetes.io/docs/tasks/tools/)"
        )
    return found
