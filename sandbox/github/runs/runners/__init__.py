"""Where a job runs: in a container of its own, or on this machine where that is asked for."""
