"""Every Adaptive Card: what it shows, how it looks, and what its buttons ask back. Knows the core and nothing else."""
