"""kube-apiserver over an etcd of its own: all that Kubernetes checks, and nothing that runs."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml

from freshet_kafka.guarded import Guarded, log_tail
from freshet_kafka.ports import free_ports
from harness.certificates import Authority
from harness.kube.binaries import binaries, kubectl
from harness.patience import Patience

_START_S = 120.0


class Cluster:
    """A running API server.

    Attributes:
        kubeconfig: how kubectl reaches it, as its administrator.
    """

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig

    def kubectl(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run kubectl against it; exit code and what it said."""
        return subprocess.run(
            [kubectl(), f"--kubeconfig={self.kubeconfig}", *arguments],
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """An API server for the length of a `with` block; `folder` takes its files and logs."""
    programs = binaries()
    with ExitStack() as stack:
        etcd_port, peer_port, port = free_ports(3)
        etcd_url, peer_url = f"http://127.0.0.1:{etcd_port}", f"http://127.0.0.1:{peer_port}"
        etcd = Guarded(
            [
                str(programs / "etcd"),
                *("--data-dir", str(folder / "etcd"), "--unsafe-no-fsync"),
                *("--listen-client-urls", etcd_url, "--advertise-client-urls", etcd_url),
                *("--listen-peer-urls", peer_url, "--initial-advertise-peer-urls", peer_url),
                *("--initial-cluster", f"default={peer_url}"),
            ],
            folder / "etcd.log",
            {},
        )
        stack.callback(etcd.stop)
        server = Guarded(
            [
                str(programs / "kube-apiserver"),
                *("--etcd-servers", etcd_url, "--service-cluster-ip-range", "10.0.0.0/24"),
                *("--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1"),
                *("--secure-port", str(port)),
                *_secrets(folder),
                *("--authorization-mode", "RBAC", "--service-account-issuer", "https://tests"),
            ],
            folder / "kube-apiserver.log",
            {},
        )
        stack.callback(server.stop)
        running = Cluster(_kubeconfig(folder, port))
        _wait(running, server)
        yield running


def _secrets(folder: Path) -> list[str]:
    """Files that prove who is who, and the options that name them."""
    authority = Authority()
    key, certificate = authority.issue()
    files = {
        "ca.crt": authority.certificate,
        "server.crt": certificate,
        "server.key": key,
        "tokens.csv": "administrator,admin,admin,system:masters\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    return [
        *("--tls-cert-file", str(folder / "server.crt")),
        *("--tls-private-key-file", str(folder / "server.key")),
        *("--token-auth-file", str(folder / "tokens.csv")),
        *("--service-account-key-file", str(folder / "server.crt")),
        *("--service-account-signing-key-file", str(folder / "server.key")),
    ]


def _kubeconfig(folder: Path, port: int) -> Path:
    one = "tests"
    where = {"server": f"https://127.0.0.1:{port}", "certificate-authority": str(folder / "ca.crt")}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": one, "cluster": where}],
        "users": [{"name": one, "user": {"token": "administrator"}}],
        "contexts": [{"name": one, "context": {"cluster": one, "user": one}}],
        "current-context": one,
    }
    path = folder / "kubeconfig.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def _wait(running: Cluster, server: Guarded) -> None:
    patience = Patience(_START_S)
    while running.kubectl("get", "--raw", "/readyz").returncode:
        if server.process.poll() is not None or patience.is_over():
            raise AssertionError(f"kube-apiserver did not start:\n{log_tail(server.log)}")
        time.sleep(0.5)
