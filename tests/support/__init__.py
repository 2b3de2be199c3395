"""What tests and benchmarks share: the app's server, a real browser, clients without one, and drawn digits."""
