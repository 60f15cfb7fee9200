"""The site's settings as pytest and mypy load them: always in test mode, whatever the caller's environment says.

Only JIEBANG_DATABASE_URL is kept: bin/with-postgres tells by it which database the tests are to use.
"""

import os

os.environ["JIEBANG_MODE"] = "test"
for name in ("JIEBANG_SECRET_KEY", "JIEBANG_ALLOWED_HOSTS", "JIEBANG_DATA_DIR"):
    os.environ.pop(name, None)

from jiebang.config.settings import *  # noqa: E402, F403  (the mode must be set before they are read)
