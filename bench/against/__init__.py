"""What bench/land.py compares: databases of its own, the bare commands, other tools."""
