"""`python -m bootstrap.postgres`: create databases, roles and tables in the settings' server."""

import settings
from bootstrap.postgres import provision

settings.load_env()
provision.apply()
