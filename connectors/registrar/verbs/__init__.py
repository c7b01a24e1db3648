"""The sub-commands, one module each: `arguments` declares, `run` does and returns the exit code."""
