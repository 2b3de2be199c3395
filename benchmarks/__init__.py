"""How fast the project is: each module is a command that times something and prints a table.

`python -m benchmarks` writes the tables into benchmarks/README.md. Nothing uses this; it may use everything.
"""
