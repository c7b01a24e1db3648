"""What ours is compared with: bare commands, other tools, a consumer written by hand."""
