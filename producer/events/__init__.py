"""Messages of a stream: its rows, and what goes wrong with some of them on request."""
