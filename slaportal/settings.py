"""Every setting, read from the environment; a mistake in one is a system check with a hint."""

from pathlib import Path

import environ
from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from slaportal.places import Places

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

# Where the embedded servers, the uploaded files and the secret key live.
PLACES = Places.of_environment()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or PLACES.secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
# Whoever watches the portal asks it without the proxy that speaks TLS.
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
# Not for a host below which others are still served without TLS.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_SUBDOMAINS", default=HTTPS)

INSTALLED_APPS = [
    "agreements",
    "leads",
    "metrics",
    "slaportal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "slaportal.middleware.ContentPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "slaportal.middleware.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "slaportal.middleware.SessionEndedMiddleware",
    "slaportal.middleware.DeedAddressMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "slaportal.urls"
WSGI_APPLICATION = "slaportal.wsgi.application"

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
                "agreements.context_processors.agreement_menu",
                "leads.context_processors.queue_badge",
                "leads.context_processors.main_place",
            ],
        },
    },
]

DATABASES = {
    "default": {
        **env.db_url_config(env.str("DATABASE_URL", default="") or PLACES.database_url),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "agreements.User"
# Addresses are unique by a constraint over their lower-case form, which the check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_ADAPTER = "slaportal.sign_in.ClosedDoorAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "slaportal.sign_in.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "agreements.second_factor.SignInCodeForm",
    "reauthenticate": "agreements.second_factor.ConfirmCodeForm",
    "activate_totp": "agreements.second_factor.TurnOnForm",
}
MFA_TOTP_ISSUER = "slaportal"
# The code before and the one after are right, too: people type slowly and clocks differ.
MFA_TOTP_TOLERANCE = 1
# Addresses come from an administrator: nobody signs up with somebody else's.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# How many proxies stand in front and write X-Forwarded-For: guesses are counted by address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish")), ("pt-br", _("Brazilian Portuguese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist")]
MEDIA_ROOT = PLACES.media
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The bundle is served from where it is built: there is nothing to collect.
WHITENOISE_USE_FINDERS = True
# esbuild puts a hash of the content into each name but the entry points'.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+-[0-9A-Z]{8}\.\w+$"

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

SENDS_EMAIL = bool(env.str("EMAIL_URL", default=""))
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="dummymail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="slaportal@localhost")
# Where people reach the portal: what notices link to. Without it they have no links.
PORTAL_URL = (env.str("PORTAL_URL", default="") or next(iter(CSRF_TRUSTED_ORIGINS), "")).rstrip("/")

CELERY_BROKER_URL = env.str("REDIS_URL", default="") or PLACES.broker_url
CACHES = {
    "default": {
        "BACKEND": "slaportal.cache.RobustCache",
        "LOCATION": CELERY_BROKER_URL.replace("redis+socket://", "unix://"),
        "KEY_PREFIX": "slaportal",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The database is the queue of record: a lost task is made good by the next beat, so nothing
# waits long for the broker and nothing is redelivered.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 1, "socket_connect_timeout": 1}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "settle-calendar-revisions": {
        "task": "leads.tasks.settle_calendar_revisions",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "record-breaches": {
        "task": "leads.tasks.record_breaches",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "process-deliveries": {
        "task": "leads.tasks.process_deliveries",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "assign-waiting": {
        "task": "leads.tasks.assign_waiting",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "judge-leads": {
        "task": "leads.tasks.judge_leads",
        "schedule": 20.0,
        "options": {"expires": 19},
    },
    "offer-returning": {
        "task": "leads.tasks.offer_returning",
        "schedule": 300.0,
        "options": {"expires": 290},
    },
    "work-on-imports": {
        "task": "leads.tasks.work_on_imports",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "search-files": {
        "task": "leads.tasks.search_files",
        "schedule": 600.0,
        "options": {"expires": 590},
    },
    "apply-retention": {
        "task": "leads.tasks.apply_retention",
        "schedule": crontab(hour="3", minute="20"),
        "options": {"expires": 3600},
    },
    "roll-up": {
        "task": "metrics.tasks.roll_up",
        "schedule": 10.0,
        "options": {"expires": 9},
    },
    "close-months": {
        "task": "metrics.tasks.complete_months",
        "schedule": 3600.0,
        "options": {"expires": 1800},
    },
    "warn-of-expiry": {
        "task": "agreements.tasks.warn_of_expiry",
        "schedule": crontab(hour="6", minute="0"),
        "options": {"expires": 3600},
    },
    "send-messages": {
        "task": "agreements.tasks.send_messages",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
}

# Tokens are kept in a table of the portal's own; the library's would be made all the same.
MIGRATION_MODULES = {"knox": None}
KNOX_TOKEN_MODEL = "agreements.AccessToken"  # noqa: S105 - the name of a model
# A thousand leads, each with much to tell.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
# Sixty promises on one page, each with twenty fields and rules of its own.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "agreements.api.authentication.Tokens",
        "agreements.api.authentication.Sessions",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["agreements.api.throttling.CallsAMinute"],
    "CALLS_A_MINUTE": env.int("API_CALLS_A_MINUTE", default=600),
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "agreements.api.problems.problem_of",
    "UNICODE_JSON": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "slaportal",
    "VERSION": "1",
    "DESCRIPTION": "Tell of leads, handoffs and follow-ups, and read clocks, breaches and figures.",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "POSTPROCESSING_HOOKS": ["slaportal.api_schema.tell_of_problems"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "slaportal.discreet.DiscreetFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "filters": {"refusals": {"()": "slaportal.discreet.RefusalFilter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["refusals"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
