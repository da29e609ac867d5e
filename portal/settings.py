"""The composition root's settings, read from the environment by `portal.env`.

The default of every value is the embedded mode: SQLite, a broker in a folder, the AWS stand-in, mail in the portal's own
mailbox. Production overrides them by environment variables only (`.env.example`, `docs/configuration.md`).
"""

from portal import env, settings_api, settings_schedule
from portal.env import BASE_DIR

DATA_DIR = BASE_DIR / env.text("DATA_DIR", ".data")
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", env.content(DATA_DIR / "secret-key"))
ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS", ["localhost", "127.0.0.1"])
PORTAL_URL = env.text("PORTAL_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)

# The provider whose portal this is.
PROVIDER_NAME = env.text("PROVIDER_NAME", "WSO2")
PROVIDER_TIME_ZONE = env.text("PROVIDER_TIME_ZONE", "UTC")
PROVIDER_TAG_PREFIX = env.text("PROVIDER_TAG_PREFIX", "wso2")
PROVIDER_ACCOUNT_ID = env.text("PROVIDER_ACCOUNT_ID", "111111111111")
PROVIDER_REGION = env.text("PROVIDER_REGION", "eu-west-1")
PROVIDER_VPC_ID = env.text("PROVIDER_VPC_ID", "vpc-0a1b2c3d4e5f60718")
PROVIDER_VPC_CIDR = env.text("PROVIDER_VPC_CIDR", "10.200.0.0/16")
# Its other ranges: more blocks of that VPC, its IPv6 blocks, the corporate network behind it.
PROVIDER_FURTHER_CIDRS = env.listing("PROVIDER_FURTHER_CIDRS", [])
# What AWS grants that VPC (environments/catalogue/limits.py has the defaults): peerings, and routes in one table.
PROVIDER_VPC_PEERINGS = env.number("PROVIDER_VPC_PEERINGS", 50)
PROVIDER_VPC_ROUTES = env.number("PROVIDER_VPC_ROUTES", 50)
# Where free ranges are looked for, to be offered; none: all private ones (environments/catalogue/ranges.py).
ADDRESS_POOL = env.listing("ADDRESS_POOL", [])
PROVIDER_PRINCIPAL_ARN = env.text("PROVIDER_PRINCIPAL_ARN", f"arn:aws:iam::{PROVIDER_ACCOUNT_ID}:user/portal-worker")
CUSTOMER_ROLE_NAME = env.text("CUSTOMER_ROLE_NAME", "WSO2ManagedServicesProvisioner")
# Where the customer's console finds the template of our roles: an address of S3, since it takes no other. Empty: no link.
ACCESS_TEMPLATE_URL = env.text("ACCESS_TEMPLATE_URL")
SUPPORT_EMAIL = env.text("SUPPORT_EMAIL", "managed-services@wso2.example")

# AWS. The endpoint itself is AWS_ENDPOINT_URL, which boto3 reads; the portal never looks at it.
# Only where a stand-in takes AWS's place: the role by which a page may act as the customer's own account.
AWS_STAND_IN_CUSTOMER_ROLE = env.text("AWS_STAND_IN_CUSTOMER_ROLE")
# Likewise: what stands in a public zone of the customer's account there counts as published.
AWS_STAND_IN_DNS = env.flag("AWS_STAND_IN_DNS", default=False)
AWS_SETTLE = env.seconds("AWS_SETTLE_SECONDS", 300)

# The engine (docs/architecture.md, "The engine").
RUN_LEASE = env.seconds("RUN_LEASE_SECONDS", 30)
RUN_SWEEP = env.seconds("RUN_SWEEP_SECONDS", 15)
RUN_POLL_CUSTOMER = env.seconds("RUN_POLL_CUSTOMER_SECONDS", 30)
DRIFT_INTERVAL = env.seconds("DRIFT_INTERVAL_SECONDS", 3600)
PLAN_TRUST = env.seconds("PLAN_TRUST_SECONDS", 600)
RUN_THREADS = env.number("RUN_THREADS", 16)
DNS_RESOLVERS = env.listing("DNS_RESOLVERS", [])
RUN_SLOTS_PER_CUSTOMER = env.number("RUN_SLOTS_PER_CUSTOMER", 4)
# Live checks of answers: networks where none leads; how many one customer has in an hour, over the network and in AWS; how long
# a worker keeps one.
PROBE_NEVER = env.listing("PROBE_NEVER", [])
PROBES_PER_HOUR = env.number("PROBES_PER_HOUR", 10)
AWS_CHECKS_PER_HOUR = env.number("AWS_CHECKS_PER_HOUR", 200)
CHECK_LEASE = env.seconds("CHECK_LEASE_SECONDS", 120)
HAND_OVER_LIFETIME = env.seconds("HAND_OVER_LIFETIME_SECONDS", 72 * 3600)

# Reviews that nobody does. The time of weekends does not count.
REVIEW_REMINDER = env.seconds("REVIEW_REMINDER_SECONDS", 24 * 3600)
REVIEW_ESCALATION = env.seconds("REVIEW_ESCALATION_SECONDS", 40 * 3600)
REVIEW_DRAFT_LIFETIME = env.seconds("REVIEW_DRAFT_LIFETIME_SECONDS", 24 * 3600)

# From the acceptance of the peering the provider has this long for the rest (row S3), and is warned when so much is used.
FINISH_WITHIN = env.seconds("FINISH_WITHIN_SECONDS", 24 * 3600)
FINISH_WARNING_PERCENT = env.number("FINISH_WARNING_PERCENT", 75)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "portal.core",
    "portal.accounts",
    "portal.audit",
    "portal.vault",
    "portal.outbox",
    "portal.files",
    "portal.ui",
    "portal.embedded",
    "environments",
    "environments.alerts",
    "environments.availability",
    "onboarding",
    "onboarding.clocks",
    "onboarding.actions",
    "onboarding.conversation",
    "onboarding.requests",
    "onboarding.reports",
    "backups",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.core.middleware.RequestContextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.core.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portal.ui.context.portal",
                "portal.outbox.context.unread",
            ],
            "builtins": [
                "portal.ui.templatetags.components",
                "portal.ui.templatetags.forms",
                "portal.ui.templatetags.drawings",
            ],
        },
    }
]

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 60,  # its writers are not served in turn: on a slow disk one waits many times before it is let in
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# People.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
INVITATION_LIFETIME = env.seconds("INVITATION_LIFETIME_SECONDS", 72 * 3600)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
if PORTAL_URL.startswith("https://"):
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Other sites learn no address. Not "no-referrer": browsers then send the origin "null" with a form, which CSRF refuses.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# Secrets at rest: "file" keeps the master keys in a folder; "kms" asks AWS KMS (docs/configuration.md).
VAULT_PROVIDER = env.text("VAULT_PROVIDER", "file")
VAULT_KEY_DIR = env.text("VAULT_KEY_DIR", str(DATA_DIR / "keys"))
VAULT_KMS_KEY_ID = env.text("VAULT_KMS_KEY_ID")

# Mail. "mailbox" shows every message inside the portal instead of sending it.
MAIL_DELIVERY = env.text("MAIL_DELIVERY", "mailbox")
EMAIL_BACKEND = {
    "mailbox": "portal.outbox.mailbox.MailboxBackend",
    "smtp": "portal.outbox.smtp.SmtpBackend",
}[MAIL_DELIVERY]
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"{PROVIDER_NAME} onboarding <onboarding@wso2.example>")
# Where mail that cannot be delivered comes back to; each message adds its own id behind a plus sign. Empty: to the sender.
BOUNCE_ADDRESS = env.text("BOUNCE_ADDRESS")

# The worker. A message is a hint that carries an id; the database is the only truth.
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "filesystem://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA_DIR / "broker" / "queue"),
        "data_folder_out": str(DATA_DIR / "broker" / "queue"),
        "control_folder": str(DATA_DIR / "broker" / "control"),
        "polling_interval": 0.05,
        "store_processed": False,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 300,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "scheduler")
CELERY_BEAT_SCHEDULE = settings_schedule.sweeps(runs=RUN_SWEEP, drift=DRIFT_INTERVAL)

REST_FRAMEWORK = settings_api.rest_framework(rate=env.text("API_RATE", "600/min"))
SPECTACULAR_SETTINGS = settings_api.schema(provider=PROVIDER_NAME)

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / env.text("STATIC_ROOT", ".data/static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

LOGGING_CONFIG = "portal.core.logs.configure"
LOGGING = {"level": env.text("LOG_LEVEL", "INFO")}
