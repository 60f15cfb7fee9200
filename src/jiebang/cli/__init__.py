"""The command line. Each module here is one command: it has `register(subparsers)` and imports what is heavy only when run.

Exit codes: 0 all is well, 1 something was found wrong, 2 the command itself couldn't be understood or its input not read.
"""
