"""What stands before the pages: the live endpoint, the first paint, the rate limit of a connection, and the log."""
