"""Why an act on organisations and people was not done."""

from jiebang.kernel.errors import JiebangError


class UnableToAdminister(JiebangError):
    """The act isn't possible as asked."""


class NotEntitled(UnableToAdminister):
    """Whoever asks doesn't administer this body."""


class UnfitUsername(UnableToAdminister):
    """The user name is malformed or taken."""


class UnfitPassword(UnableToAdminister):
    """The password isn't good enough; the message says what it lacks."""


class UnusableCode(UnableToAdminister):
    """The activation code is unknown, used or expired."""


class AlreadyEnrolled(UnableToAdminister):
    """The organisation is here already."""


class TooManyAttempts(UnableToAdminister):
    """Too many attempts; the message says when one may try again."""
