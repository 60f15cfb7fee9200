"""The site for WSGI servers: gunicorn jiebang.config.wsgi."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiebang.config.settings")
application = get_wsgi_application()

# Only possible once Django is set up.
from jiebang.config.start import refuse_unguarded_start  # noqa: E402

refuse_unguarded_start()
