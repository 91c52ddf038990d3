"""Django's settings; what differs between installations comes from `testcentre.environment`."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF

from testcentre import environment

ENVIRONMENT = environment.read()
BASE = Path(__file__).resolve().parent

SECRET_KEY = ENVIRONMENT.secret_key
KEYS_KEY = ENVIRONMENT.keys_key  # Fernet: signing keys of aircraft rest and travel encrypted under it
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(ENVIRONMENT.trusted_origins)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "testcentre.foundation",
    "testcentre.accounts",
    "testcentre.audit",
    "testcentre.pages",
    "bookings",
    "telemetry.recordings",
    "telemetry",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "testcentre.foundation.static_files.StaticFiles",
    "testcentre.foundation.middleware.CacheAndSize",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
]

ROOT_URLCONF = "testcentre.urls"
APPEND_SLASH = False
ASGI_APPLICATION = "testcentre.asgi.application"
WSGI_APPLICATION = "testcentre.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def _database(url: str, pool: int) -> dict[str, Any]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "testcentre",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            "connect_timeout": 5,
            # PostgreSQL parses and plans what a connection asks again and again only once
            "server_side_binding": True,
            "prepare_threshold": 5,
            "options": "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000",
            # web processes pool; forked Celery workers must not, and CONN_MAX_AGE would leak under ASGI
            **({"pool": {"min_size": 1, "max_size": pool, "timeout": 10}} if pool else {}),
            **query,
        },
    }


DATABASES = {"default": _database(ENVIRONMENT.database_url, ENVIRONMENT.database_pool)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = ENVIRONMENT.redis_url
REDIS_STREAM_URL = ENVIRONMENT.redis_stream_url
INGEST_BYTES_PER_S = ENVIRONMENT.ingest_kib_per_s * 1024

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = ENVIRONMENT.secure_cookies
SESSION_COOKIE_AGE = 12 * 3600  # one shift
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = ENVIRONMENT.secure_cookies
CSRF_FAILURE_VIEW = "testcentre.foundation.problems.forbidden"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.trusted_proxies else None
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.secure_cookies else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("nl", "Nederlands")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE / "static"]
WHITENOISE_USE_FINDERS = True  # the built console and the API's docs lie ready in the packages: nothing to collect
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/console/assets/"  # their names hold a hash of what is in them

PUBLIC_URL = ENVIRONMENT.public_url
WEBHOOK_LOOPBACK = ENVIRONMENT.webhook_loopback

_MAIL = urlsplit(ENVIRONMENT.email_url)  # without it e-mails go to files below the data folder
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if ENVIRONMENT.email_url else 'filebased'}.EmailBackend"
EMAIL_HOST = _MAIL.hostname or ""
EMAIL_PORT = _MAIL.port or {"smtps": 465, "smtp+tls": 587}.get(_MAIL.scheme, 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_MAIL.username or ""), unquote(_MAIL.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL.scheme == "smtps", _MAIL.scheme == "smtp+tls"
EMAIL_TIMEOUT = 5
EMAIL_FILE_PATH = ENVIRONMENT.data / "mail"
DEFAULT_FROM_EMAIL = ENVIRONMENT.email_from

OBJECTS_DIR = ENVIRONMENT.objects
OBJECTS_URL = ENVIRONMENT.objects_url  # without it the objects lie in the folder
OBJECTS_ENDPOINT = ENVIRONMENT.objects_endpoint
OBJECTS_REGION = ENVIRONMENT.objects_region
OBJECTS_ACCESS_KEY, OBJECTS_SECRET_KEY = ENVIRONMENT.objects_access_key, ENVIRONMENT.objects_secret_key
SPOOL_DIR = ENVIRONMENT.spool
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "testcentre.accounts.rest.KeyAuthentication",
        "testcentre.accounts.rest.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["testcentre.accounts.rest.SignedIn"],
    "DEFAULT_PARSER_CLASSES": ["testcentre.foundation.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["testcentre.foundation.parsers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "testcentre.foundation.parsers.JSONWhateverIsAccepted",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "testcentre.foundation.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Test centre",
    "DESCRIPTION": "Book a test, watch it live, take its data along.",
    "VERSION": "1",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["terminal"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
