"""The site for ASGI servers."""

import os
from concurrent.futures import ThreadPoolExecutor

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiebang.config.settings")
application = get_asgi_application()

# Only possible once Django is set up.
from jiebang.config.start import refuse_unguarded_start  # noqa: E402

# Servers load this file inside a running event loop, where Django refuses to talk to a database.
with ThreadPoolExecutor(max_workers=1) as executor:
    executor.submit(refuse_unguarded_start).result()
