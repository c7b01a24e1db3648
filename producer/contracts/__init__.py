"""What a stream's messages have to be, and how they are written on the wire."""
