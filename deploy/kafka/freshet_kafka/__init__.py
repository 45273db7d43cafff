"""A broker on this machine: Apache Kafka itself, or an embedded one that needs Python alone."""

from freshet_kafka.broker import Broker, BrokerFailed, Kind, local_broker
from freshet_kafka.missing import ComponentMissing

__all__ = ["Broker", "BrokerFailed", "ComponentMissing", "Kind", "local_broker"]
