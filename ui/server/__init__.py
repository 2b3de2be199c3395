"""What stands before the pages: the rate limit of a connection, and the log."""
