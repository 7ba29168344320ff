"""Every setting, read from the environment once; an incomplete production environment refuses to start."""

import os
from pathlib import Path
from typing import Any

from celery.schedules import crontab, schedule
from csp.constants import NONE, SELF

from groupement.env import Environment, kept_secret

env = Environment(os.environ)

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_FOLDER = BASE_DIR / ".local"

# Where we run. Local mode answers to this machine only, over plain HTTP; it is what happens when no database is named.
LOCAL_MODE = env.flag(
    "LOCAL_MODE", default=not (env.text("DATABASE_URL", "") or env.text("DATABASE_URL_FILE", ""))
)
OWN_DATABASE = LOCAL_MODE and not (env.text("DATABASE_URL", "") or env.text("DATABASE_URL_FILE", ""))
DEBUG = env.flag("DEBUG", default=False) and LOCAL_MODE
SECRET_KEY = env.secret("SECRET_KEY", "" if LOCAL_MODE else None) or kept_secret(LOCAL_FOLDER / "secret-key")
# What is kept encrypted: the first key encrypts, each of them decrypts; unless named, the key above does.
ENCRYPTION_KEYS = [key.strip() for key in env.secret("ENCRYPTION_KEYS", "").split(",") if key.strip()] or [
    SECRET_KEY
]
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if LOCAL_MODE else None)

# Where messages and calendars say that the site is, unless set: this machine’s port, or the first of its names.
SITE_URL = env.text(
    "SITE_URL",
    f"http://127.0.0.1:{env.number('PORT', 8000)}" if LOCAL_MODE else f"https://{ALLOWED_HOSTS[0]}",
).rstrip("/")

# What the group chooses.
DEMO_MODE = env.flag("DEMO_MODE", default=False)
REQUIRE_SECOND_FACTOR = env.flag("REQUIRE_SECOND_FACTOR", default=not DEMO_MODE)

INSTALLED_APPS = [
    "billing",
    "timesheets",
    "employees",
    "charter",
    "members.papers",
    "members",
    "groupement",
    "groupement.kernel",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "template_partials",
    "csp",
    "pgtrigger",
    "pghistory",
    "pghistory.admin",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "groupement.compression.PageCompressionMiddleware",
    "members.middleware.PrivateAnswersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "members.middleware.SecurityLogMiddleware",
    "members.middleware.SessionActivityMiddleware",
    "members.middleware.SecondFactorMiddleware",
    "members.middleware.MissingGroupMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "groupement.hours_unit.HoursUnitMiddleware",
    "members.middleware.WrongMethodMiddleware",
    "members.middleware.SentFormMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]
ROOT_URLCONF = "groupement.urls"
WSGI_APPLICATION = "groupement.wsgi.application"
_LOADERS = ["groupement.kernel.template_loading.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            # As template_partials would set them by itself, with ours in the place of the file system’s.
            "loaders": [
                ("template_partials.loader.Loader", [("django.template.loaders.cached.Loader", _LOADERS)])
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "groupement.navigation.navigation",
            ],
            "builtins": ["groupement.kernel.templatetags.components"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# PostgreSQL, the one database: named by DATABASE_URL, else the one that groupement/local.py starts. The site’s role
# owns nothing there; migrations come as the role that does (OWNER_DATABASE_URL).
DATABASES: dict[str, dict[str, Any]]
OWNER_DATABASE: dict[str, Any] | None = None
if OWN_DATABASE:
    from groupement.local import SITE_ROLE, project_server

    DATABASES = {
        "default": {"NAME": "postgres", "USER": SITE_ROLE, "HOST": str(project_server().socket_folder)}
    }
    OWNER_DATABASE = {"USER": "postgres", "PASSWORD": ""}
else:
    DATABASES = {"default": env.database("DATABASE_URL")}
    if env.text("OWNER_DATABASE_URL", "") or env.text("OWNER_DATABASE_URL_FILE", ""):
        OWNER_DATABASE = env.database("OWNER_DATABASE_URL")
        del OWNER_DATABASE["OPTIONS"]
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
}
# Each trigger of pgtrigger asks whether it is set aside. Without an answer PostgreSQL raises an error at each call and
# takes it back, which walks over all foreign keys still to be checked: a month of 16 000 lines took ten seconds more.
_options: dict[str, Any] = DATABASES["default"].setdefault("OPTIONS", {})
_options["options"] = f"{_options.get('options', '')} -c pgtrigger.ignore={{}}".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Celery: Redis when BROKER_URL names it, else this process’s own memory and a worker thread beside the web.
# Nothing depends on the broker for durability: what must be done is a row in the database.
CELERY_BROKER_URL = env.secret("BROKER_URL", "memory://localhost")
WORKER_IN_WEB = CELERY_BROKER_URL.startswith("memory://")
CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.05} if WORKER_IN_WEB else {"visibility_timeout": 600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "take up renderings": {
        "task": "billing.tasks.take_up_renderings",
        "schedule": schedule(60),
        "options": {"expires": 50},
    },
    "prove": {
        "task": "billing.tasks.prove",
        "schedule": crontab(hour=3, minute=40),
        "options": {"expires": 3600},
    },
    "send mails": {
        "task": "members.tasks.send_mails",
        "schedule": schedule(60),
        "options": {"expires": 50},
    },
    # From the first hour of a month on; every hour, so that an assignment noted today has its timesheet today.
    "open months": {
        "task": "timesheets.tasks.open_months",
        "schedule": crontab(minute=5),
        "options": {"expires": 3000},
    },
    # Before people are reminded of what waits for them: what lapsed in the night waits no more.
    "confirm tacitly": {
        "task": "timesheets.tasks.confirm_tacitly",
        "schedule": crontab(hour=5, minute=30),
        "options": {"expires": 3600},
    },
    "take up signed sheets": {
        "task": "timesheets.tasks.take_up_signed_sheets",
        "schedule": schedule(60),
        "options": {"expires": 50},
    },
    "take up papers": {
        "task": "members.papers.tasks.take_up_papers",
        "schedule": schedule(60),
        "options": {"expires": 50},
    },
    "sweep imports": {
        "task": "timesheets.tasks.sweep_imports",
        "schedule": schedule(600),
        "options": {"expires": 500},
    },
    "sweep files": {
        "task": "billing.tasks.sweep_files",
        "schedule": crontab(hour=4, minute=20),
        "options": {"expires": 3600},
    },
    "sweep forms": {
        "task": "members.tasks.sweep_forms",
        "schedule": crontab(hour=4, minute=10),
        "options": {"expires": 3600},
    },
    "forget security events": {
        "task": "members.tasks.forget_security_events",
        "schedule": crontab(hour=4, minute=30),
        "options": {"expires": 3600},
    },
    # Told at half past seven; the task itself passes over weekends, public holidays and any other time than morning.
    "remind": {
        "task": "timesheets.tasks.remind",
        "schedule": crontab(hour=7, minute=30),
        "options": {"expires": 3600},
    },
    # The task itself passes over all but the morning of a week's first working day.
    "remind of duties": {
        "task": "groupement.secretariat.tasks.remind_of_duties",
        "schedule": crontab(hour=7, minute=40),
        "options": {"expires": 3600},
    },
    "tell notices": {
        "task": "timesheets.tasks.tell_notices",
        "schedule": schedule(60),
        "options": {"expires": 50},
    },
}

CACHE_URL = env.secret("CACHE_URL", CELERY_BROKER_URL)
if CACHE_URL.startswith(("redis://", "rediss://", "unix://")):
    CACHES = {"default": {"BACKEND": "groupement.kernel.shared_cache.RedisCache", "LOCATION": CACHE_URL}}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Files. Static ones are public; what the product makes (PDFs) is private and has no address of its own.
STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = LOCAL_MODE
WHITENOISE_AUTOREFRESH = LOCAL_MODE
# Files from outside are read in a process of their own; most tests, which follow every line, read them in theirs.
READ_FILES_APART = True
FILE_UPLOAD_HANDLERS = [
    "groupement.kernel.upload_limit.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
PRIVATE_FILES_ROOT = env.folder("PRIVATE_FILES_ROOT", LOCAL_FOLDER / "files")
STATIC_STORAGE = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if LOCAL_MODE
    else "groupement.static_files.HashedStaticFilesStorage"
)
# A folder, that all processes share; or any storage of Django’s that PRIVATE_STORAGE names. No code asks which.
PRIVATE_STORAGE: dict[str, Any] = {
    "BACKEND": "groupement.kernel.private_folder.PrivateFolder",
    "OPTIONS": {
        "location": PRIVATE_FILES_ROOT,
        "base_url": None,
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    },
}
if another_storage := env.text("PRIVATE_STORAGE", ""):
    PRIVATE_STORAGE = {"BACKEND": another_storage, "OPTIONS": env.options("PRIVATE_STORAGE_OPTIONS")}
STORAGES = {
    # Columns of files: of two files of one name both are kept.
    "default": PRIVATE_STORAGE
    if another_storage
    else PRIVATE_STORAGE | {"OPTIONS": PRIVATE_STORAGE["OPTIONS"] | {"allow_overwrite": False}},
    "private": PRIVATE_STORAGE,
    "staticfiles": {"BACKEND": STATIC_STORAGE},
}

# Who comes in, and how.
AUTH_USER_MODEL = "members.User"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004"
]  # an address is unique whatever its case, by a constraint the check overlooks
AUTHENTICATION_BACKENDS = ["members.access.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "members.access.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# A whole office comes from one address, and everybody at nine: wide by address, narrow by account.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "60/m/ip,5/300s/key",
    "request_login_code": "60/m/ip,3/m/key",
    "reset_password": "60/m/ip,5/m/key",
    "reset_password_from_key": "60/m/ip",
}
# What matters (address, roles, second factors, IBAN) asks for the password again when it was typed longer ago.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# A login that opens the data of all members ends when nobody used it for so long.
IDLE_MINUTES = env.number("IDLE_MINUTES", 60)
MFA_ADAPTER = "members.second_factors.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = "Groupement"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL_MODE
USERSESSIONS_TRACK_ACTIVITY = True

# How the browser must treat us. Secure by default; local mode has no TLS to offer.
BEHIND_PROXY = env.flag("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_SSL_REDIRECT = not LOCAL_MODE
SECURE_REDIRECT_EXEMPT = [r"^sante/"]
SECURE_HSTS_SECONDS = 0 if LOCAL_MODE else env.number("HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = not LOCAL_MODE
SECURE_HSTS_PRELOAD = not LOCAL_MODE
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = not LOCAL_MODE
SESSION_COOKIE_NAME = "sessionid" if LOCAL_MODE else "__Host-sessionid"
SESSION_SERIALIZER = "groupement.kernel.encryption.EncryptedSession"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 7
CSRF_COOKIE_SECURE = not LOCAL_MODE
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "csrftoken" if LOCAL_MODE else "__Host-csrftoken"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **{f"{name}-src": [SELF] for name in ("script", "style", "font", "connect", "manifest")},
        "img-src": [SELF, "data:"],
        "form-action": [SELF],
        "default-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Mail: files to read in local mode, SMTP in production.
EMAIL_BACKEND = f"django.core.mail.backends.{'filebased' if LOCAL_MODE else 'smtp'}.EmailBackend"
EMAIL_FILE_PATH = LOCAL_FOLDER / "mail"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost" if LOCAL_MODE else None)
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_TLS", default=True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", "groupement@localhost" if LOCAL_MODE else None)

# The journal of changes in the admin.
PGHISTORY_APPEND_ONLY = True
PGHISTORY_ADMIN_MODEL = "pghistory.MiddlewareEvents"
PGHISTORY_ADMIN_CLASS = "members.admin.journal.JournalAdmin"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "français")]
USE_I18N = True
TIME_ZONE = CELERY_TIMEZONE = "Europe/Paris"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"format": "{message}", "style": "{"},
    },
    "filters": {"secrets": {"()": "groupement.kernel.masking.MaskSecrets"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secrets"]},
        "security": {"class": "logging.StreamHandler", "formatter": "json"},
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO").upper()},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # One line of JSON each, to be shipped as they are.
        "groupement.security": {"handlers": ["security"], "level": "INFO", "propagate": False},
        "weasyprint.progress": {"level": "WARNING"},  # else seven lines for each PDF
        "ofxtools": {"level": "WARNING"},  # else what a statement says
        "celery": {"level": "WARNING" if LOCAL_MODE else "INFO"},  # beside the web, its lines are noise
    },
}
