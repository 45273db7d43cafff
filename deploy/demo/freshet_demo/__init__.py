"""All of Freshet on one machine: a broker, the services, the simulator, and a view of it all."""
