"""Sound in and out: files, pipes, devices, one clock."""
