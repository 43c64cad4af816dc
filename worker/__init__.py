"""Jobs of the application: what arq and the schedule run."""
