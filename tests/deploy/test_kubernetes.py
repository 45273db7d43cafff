"""What every overlay promises, read from the manifests as kustomize puts them together."""

import tomllib
from importlib import import_module

import pytest

from freshet.config import PREFIX, ServiceConfig, load
from freshet.contracts.registry import DEAD_LETTERS, PARTITIONS
from freshet.streaming.service import Service
from freshet.topics.strimzi import services, strimzi_yaml
from harness.kube.manifests import (
    FOLDER,
    OVERLAYS,
    ROOT,
    WORKLOADS,
    containers,
    environment,
    manifests,
    names,
    pod,
)

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
SERVICES = {one.name for one in (ROOT / "services").iterdir() if (one / "pyproject.toml").exists()}

#: Consumer groups: everything that KEDA and an autoscaler may scale.
GROUPS = SERVICES - {"simulator", "trainer"}

every_overlay = pytest.mark.parametrize("overlay", OVERLAYS)


def config_of(service: str) -> type[ServiceConfig]:
    """The Struct of a service's settings: the one that its `config` module defines."""
    module = import_module(f"freshet_{service}.config")
    (found,) = (
        one
        for one in vars(module).values()
        if isinstance(one, type)
        and issubclass(one, ServiceConfig)
        and one.__module__ == module.__name__
    )
    return found


def built(service: str) -> Service:
    found: Service = import_module(f"freshet_{service}.service").build_service(config_of(service)())
    return found


@every_overlay
def test_every_service_is_deployed(overlay: str) -> None:
    deployed = names(manifests(overlay, "Deployment", "StatefulSet"))
    assert SERVICES - {"simulator"} <= deployed
    assert ("simulator" in deployed) == (overlay == "local")


@every_overlay
def test_no_pod_has_a_privilege(overlay: str) -> None:
    for workload in manifests(overlay, *WORKLOADS):
        spec = pod(workload)["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] >= 1000
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not any(spec.get(one) for one in ("hostNetwork", "hostPID", "hostIPC"))
        assert not any("hostPath" in volume for volume in spec["volumes"])
    for _, container in containers(overlay):
        security = container["securityContext"]
        assert security["readOnlyRootFilesystem"] is True
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert any(mount["mountPath"] == "/tmp" for mount in container["volumeMounts"])


@every_overlay
def test_every_container_says_what_it_needs_and_its_most(overlay: str) -> None:
    for name, container in containers(overlay):
        resources = container["resources"]
        assert resources["requests"].keys() == {"cpu", "memory"}, name
        assert resources["limits"].keys() >= {"memory"}, name


@every_overlay
def test_every_image_has_the_version_of_this_tree(overlay: str) -> None:
    for name, container in containers(overlay):
        image, _, tag = container["image"].partition(":")
        assert tag not in ("", "latest")
        if image.startswith("freshet/"):
            assert tag == VERSION
            assert image.removeprefix("freshet/") in {name, "catalog"}


@every_overlay
def test_every_container_that_runs_on_is_asked_whether_it_lives(overlay: str) -> None:
    for name, container in containers(overlay, "Deployment", "StatefulSet"):
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert container[probe], name
        if name in SERVICES - {"simulator"}:
            assert container["livenessProbe"]["httpGet"]["path"] == "/live"
            assert container["readinessProbe"]["httpGet"]["path"] == "/ready"


@every_overlay
def test_every_service_has_an_account_an_address_and_a_budget_of_its_own(overlay: str) -> None:
    for service in SERVICES - {"simulator"}:
        (workload,) = (
            one
            for one in manifests(overlay, "Deployment", "StatefulSet")
            if one["metadata"]["name"] == service
        )
        mine = {"app.kubernetes.io/name": service}
        assert pod(workload)["spec"]["serviceAccountName"] == service
        assert pod(workload)["metadata"]["labels"].items() >= mine.items()
        assert workload["spec"]["selector"]["matchLabels"] == mine
        (address,) = (
            one for one in manifests(overlay, "Service") if one["metadata"]["name"] == service
        )
        assert address["spec"]["selector"] == mine
        (budget,) = (
            one
            for one in manifests(overlay, "PodDisruptionBudget")
            if one["metadata"]["name"] == service
        )
        assert budget["spec"]["selector"]["matchLabels"] == mine
        # With one worker, a budget that keeps one would never let a node be emptied.
        assert budget["spec"]["maxUnavailable"] == 1
    for account in manifests(overlay, "ServiceAccount"):
        assert account["automountServiceAccountToken"] is False


@every_overlay
def test_every_setting_is_one_that_the_service_has_and_takes(overlay: str) -> None:
    for name, container in containers(overlay):
        if name not in SERVICES:
            continue
        given = environment(overlay, container)
        kind = config_of(name)
        known = {f"{PREFIX}{field.upper()}" for field in kind.__struct_fields__}
        assert {one for one in given if one.startswith(PREFIX)} <= known
        config = load(kind, given)
        assert (config.http_host, config.http_port) == ("0.0.0.0", 8080)
        assert config.brokers != ServiceConfig().brokers


@every_overlay
def test_a_service_is_to_kafka_who_it_is_to_kubernetes(overlay: str) -> None:
    for name, container in containers(overlay):
        env = {one["name"]: one.get("valueFrom") for one in container.get("env", [])}
        if environment(overlay, container).get("FRESHET_SECURITY_PROTOCOL") != "SASL_SSL":
            assert overlay == "local"
            continue
        account = {"fieldRef": {"fieldPath": "spec.serviceAccountName"}}
        password = {"secretKeyRef": {"name": name, "key": "password"}}
        assert env["FRESHET_SASL_USERNAME"] == account
        assert env["FRESHET_SASL_PASSWORD"] == password


@every_overlay
def test_groups_are_scaled_by_one_hand_and_never_beyond_their_partitions(overlay: str) -> None:
    by_lag, by_load = (
        {one["spec"]["scaleTargetRef"]["name"]: one["spec"] for one in manifests(overlay, kind)}
        for kind in ("ScaledObject", "HorizontalPodAutoscaler")
    )
    assert not by_lag or not by_load
    scaled = by_lag | by_load
    assert scaled.keys() == (set() if overlay == "local" else GROUPS)
    for name, spec in by_lag.items():
        (trigger,) = spec["triggers"]
        assert trigger["metadata"]["consumerGroup"] == built(name).name
        assert spec["maxReplicaCount"] <= PARTITIONS
    for spec in by_load.values():
        assert spec["maxReplicas"] <= PARTITIONS
    for workload in manifests(overlay, "Deployment"):
        if workload["metadata"]["name"] in scaled:
            # A number here would undo, at each apply, what the autoscaler decided.
            assert "replicas" not in workload["spec"]


@pytest.mark.parametrize("overlay", ["staging", "production"])
def test_only_who_needs_it_reaches_beyond_the_brokers(overlay: str) -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in manifests(overlay, "NetworkPolicy")}
    freshet = {"app.kubernetes.io/part-of": "freshet"}
    closed = policies["default-deny"]
    assert closed["podSelector"]["matchLabels"] == freshet
    assert closed["policyTypes"] == ["Ingress", "Egress"]
    assert not closed.keys() & {"ingress", "egress"}
    for workload in manifests(overlay, *WORKLOADS):
        assert pod(workload)["metadata"]["labels"].items() >= freshet.items()
    reach = {
        name: set(spec["podSelector"]["matchExpressions"][0]["values"])
        for name, spec in policies.items()
        if "matchExpressions" in spec["podSelector"]
    }
    assert reach == {"language-model": {"catalog", "narrator"}, "models": {"ranker", "trainer"}}


def test_strimzi_has_the_topics_and_users_of_the_registry() -> None:
    file = FOLDER / "components" / "strimzi" / "topics-and-users.yaml"
    assert file.read_text() == strimzi_yaml("freshet", 3, PARTITIONS), (
        f"write it again: freshet topics strimzi --output {file.relative_to(ROOT)}"
    )
    assert set(services()) == SERVICES - {"simulator"}


@pytest.mark.parametrize("service", sorted(GROUPS))
def test_a_service_may_read_what_it_is_built_to_read(service: str) -> None:
    (user,) = (
        one for one in manifests("staging", "KafkaUser") if one["metadata"]["name"] == service
    )
    rights = {
        (rule["resource"]["type"], rule["resource"]["name"]): set(rule["operations"])
        for rule in user["spec"]["authorization"]["acls"]
    }
    parts = built(service)
    assert "Read" in rights["group", parts.name]
    read = {*parts.inputs, *(topic for table in parts.global_tables for topic in table.topics)}
    if parts.state is not None:
        read.add(parts.state.topic)
        assert "Write" in rights["topic", parts.state.topic.name] or service == "ranker"
    for topic in read:
        assert "Read" in rights["topic", topic.name], topic.name
    assert "Write" in rights["topic", DEAD_LETTERS.name]
