"""Django's own commands (migrate, check, collectstatic, …): python -m jiebang.config.manage COMMAND."""

import os
import sys

from django.core.management import execute_from_command_line

from jiebang.kernel.errors import JiebangError


def main(arguments: list[str]) -> int:
    """Run one command; an error meant for people is shown as its message, without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiebang.config.settings")
    try:
        execute_from_command_line(arguments)
    except JiebangError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
