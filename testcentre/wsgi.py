"""The WSGI application of the process `http`: the API and the pages, without sockets and ingest."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "testcentre.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
