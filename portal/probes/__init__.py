"""Live checks over the network, behind an egress fence. Plain Python: settings come in as parameters."""
