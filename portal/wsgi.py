import os

from django.core.wsgi import get_wsgi_application

from portal.core.checks import refuse_to_start_unsafe

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()
refuse_to_start_unsafe()
