"""Files in other forms than the one that is landed: what `format` says, and how they are read."""
