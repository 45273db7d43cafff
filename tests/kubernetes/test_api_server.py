"""A real kube-apiserver, with the resources of KEDA and Strimzi, takes every overlay.

`make test-kubernetes`: the server is built from the Go module proxy the first time.
"""

from collections.abc import Iterator

import pytest
import yaml

from harness.kube.crds import crds
from harness.kube.manifests import OVERLAYS, WORKLOADS, Manifest, manifests, pod, rendered
from harness.kube.server import Cluster, cluster

every_overlay = pytest.mark.parametrize("overlay", OVERLAYS)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("kubernetes")) as running:
        for file in crds():
            taken(running, file.read_text())
        wait = ("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
        assert running.kubectl(*wait).returncode == 0
        yield running


def taken(api: Cluster, text: str, *options: str) -> list[str]:
    """Apply manifests on the server; what it says of each. A warning is a failure."""
    done = api.kubectl("apply", "--server-side", *options, "-f", "-", given=text)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def prepare(api: Cluster, overlay: str) -> None:
    """The namespace and accounts, which a dry run of what is in them needs."""
    there = manifests(overlay, "Namespace", "ServiceAccount")
    taken(api, yaml.safe_dump_all(there), "--force-conflicts")


def pod_of(workload: Manifest) -> Manifest:
    """A pod as a controller would make it."""
    name, namespace = (workload["metadata"][key] for key in ("name", "namespace"))
    template = pod(workload)
    spec = dict(template["spec"])
    there = {volume["name"] for volume in spec["volumes"]}
    spec["volumes"] = [
        *spec["volumes"],
        *(
            {"name": claim["metadata"]["name"], "persistentVolumeClaim": {"claimName": "a-claim"}}
            for claim in workload["spec"].get("volumeClaimTemplates", [])
            if claim["metadata"]["name"] not in there
        ),
    ]
    metadata = {**template["metadata"], "name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


@every_overlay
def test_the_server_takes_every_manifest(api: Cluster, overlay: str) -> None:
    prepare(api, overlay)
    said = taken(api, rendered(overlay), "--dry-run=server", "--force-conflicts")
    assert len(said) == len(manifests(overlay))


@every_overlay
def test_a_restricted_namespace_lets_every_pod_in(api: Cluster, overlay: str) -> None:
    prepare(api, overlay)
    # A Deployment is only warned about: it is the pod that is refused.
    pods = [pod_of(workload) for workload in manifests(overlay, *WORKLOADS)]
    assert len(taken(api, yaml.safe_dump_all(pods), "--dry-run=server")) == len(pods)


def test_the_server_refuses_what_is_not_right(api: Cluster) -> None:
    prepare(api, "local")

    def refused(manifest: Manifest) -> str:
        options = ("--server-side", "--dry-run=server", "--force-conflicts")
        done = api.kubectl("apply", *options, "-f", "-", given=yaml.safe_dump(manifest))
        assert done.returncode != 0
        return done.stderr

    (job,) = manifests("local", "Job")
    bold = pod_of(job)
    bold["spec"] = {**bold["spec"], "securityContext": {}}
    assert "violates PodSecurity" in refused(bold)
    odd = pod_of(job)
    odd["spec"] = {**odd["spec"], "tolerate": []}
    assert "tolerate" in refused(odd)
    scaled = manifests("production", "ScaledObject")[0]
    scaled = {**scaled, "spec": {**scaled["spec"], "maxReplicaCount": "many"}}
    assert "maxReplicaCount" in refused(scaled)
    user = {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaUser",
        "metadata": {"name": "odd", "namespace": "freshet"},
        "spec": {"authorization": {"type": "simple", "acls": [{"operations": ["Read"]}]}},
    }
    assert "resource" in refused(user)
