"""How well the network reads: each module is a command that measures it and writes a table.

May use everything in the project. Nothing but the benchmarks and the tests uses it.
"""
