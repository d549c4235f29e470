"""Traffic of synthetic patients, for trying a deployment and its alerts."""
