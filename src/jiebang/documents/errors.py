"""What is said to somebody whose file can't be taken."""

from jiebang.kernel.errors import JiebangError


class UnfitFile(JiebangError):
    """The file can't be taken as it is: wrong kind, empty, too big, with macros, or damaged."""


class UnableToKeep(JiebangError):
    """The installation has no room for the file, or its disk doesn't take it."""


class DamagedFile(JiebangError):
    """What lies in the store isn't what was put there."""
