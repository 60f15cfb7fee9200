"""Use cases of the lifecycle itself; one file each."""
