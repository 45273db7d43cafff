"""A broker on this machine: Apache Kafka itself, or an embedded one that needs Python alone."""

from freshet_kafka.broker import Broker, Kind, local_broker
from freshet_kafka.failures import BrokerFailed, ComponentMissing

__all__ = ["Broker", "BrokerFailed", "ComponentMissing", "Kind", "local_broker"]
