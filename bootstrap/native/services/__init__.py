"""The services of the stack, each in a file of its own."""
