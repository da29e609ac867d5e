"""The provisioning engine: plain Python. No Django, no Celery, no boto3, no database; it reaches them through `ports`."""
