"""Django settings. What owners may change is read from the environment or `.env`."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from forum.site_url import ascii_host, site_url

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)

env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

# --- The site -----------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", True)
SITE_NAME = env("SITE_NAME", default="Parley")
SITE_URL, _host = site_url(env("SITE_URL", default="http://127.0.0.1:8000"))
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = list(map(ascii_host, env.list("ALLOWED_HOSTS", default=[] if DEBUG else [_host])))
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# How many trailing entries of X-Forwarded-For to trust.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
PROCESSES = env.int("WEB_CONCURRENCY", 1)  # server processes on this machine
# Job threads (email etc.) in each of them; 0 if `manage.py work` runs separately.
JOB_THREADS = env.int("JOB_THREADS", 2)
# Addresses or networks that may read /health/ and /metrics.
MONITORS = env.list("MONITORS", default=["127.0.0.1", "::1"])

# Hosts with their ports ("push.lan:8443") that the forum may request though they are not public.
OUTBOUND_HOSTS = env.list("OUTBOUND_HOSTS", default=[])

DEVELOPMENT_SECRET = "development-only-secret-that-no-real-site-may-use"  # noqa: S105
SECRET_KEY = env("SECRET_KEY", default=DEVELOPMENT_SECRET if DEBUG else "")
if not DEBUG and (SECRET_KEY in ("", DEVELOPMENT_SECRET) or len(SECRET_KEY) < 50):
    raise ImproperlyConfigured(
        "With DEBUG off, Parley needs a SECRET_KEY of its own, at least 50 characters long."
        " Generate one with\n"
        "    python3 -c 'import secrets; print(secrets.token_urlsafe(64))'\n"
        "and set it in the environment or in .env as SECRET_KEY=…"
    )

# Former keys, still accepted for verifying signatures.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# --- Applications -------------------------------------------------------------------------------

INSTALLED_APPS = [
    "forum",  # first, so that its `runserver` takes precedence
    "realtime",
    "forum.jobs",
    "forum.mail",
    "forum.uploads",
    "forum.tagging",
    "forum.polls",
    "forum.drafts",
    "forum.completion",
    "forum.search",
    "forum.notifications",
    "forum.incoming",
    "forum.syndication",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "forum.serving.static_app.StaticFiles",
    "django.forms",  # so that its templates are found besides ours
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "channels",
    "csp",
    "servestatic",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "forum.serving.ingress.with_clean_input",
    "forum.serving.compression.CompressionMiddleware",
    "forum.accounts.sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "forum.views.limits.WriteLimit",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "forum.accounts.sign_in_limits.remember_device",
    "forum.views.errors.with_page_for_405",
    "forum.views.errors.with_own_404_in_development",
    "forum.serving.ingress.with_clean_address",
]
ROOT_URLCONF = "forum.urls"
ASGI_APPLICATION = "forum.asgi.application"
WEBSOCKET_APPLICATION = "realtime.routing.application"
POST_UPDATE = "realtime.catchup.changes.post_update"  # the event for scripts that send a post
LIVE_REQUESTS = "realtime.routing.with_live_requests"  # wraps the application for pages
# uvicorn's protocol, with a fast path to the socket.
WEBSOCKET_PROTOCOL = "realtime.connections.uvicorn_protocol:Protocol"
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
                "forum.pages.context_processors.site",
                "forum.notifications.context_processors.unread",
            ],
            "builtins": ["forum.templatetags.parley"],
        },
    },
]
FORM_RENDERER = "forum.forms.rendering.Renderer"

# --- Storage ------------------------------------------------------------------------------------

DATABASE_URL = env("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'parley.sqlite3'}")
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "forum.db.sqlite3"
    # Persistent connections don't leak: the number of threads is fixed (forum/serving/handler.py).
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        # Otherwise transactions that read before they write would fail with "locked".
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA mmap_size=134217728;"
            "PRAGMA journal_size_limit=27103364;PRAGMA cache_size=-20000;PRAGMA temp_store=MEMORY;"
        ),
    }
else:
    # CONN_MAX_AGE stays 0, because persistent connections leak under ASGI; the pool keeps them.
    DATABASES["default"]["ENGINE"] = "forum.db.postgresql"
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 2,  # seconds, the minimum
        # Detect a vanished server within half a minute; in seconds.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,  # milliseconds
        # For forum/db/prepared.py only: Django's own cursors never prepare statements.
        "prepare_threshold": 0,
        # Plan prepared statements once, not on each of the first five executions.
        "options": "-c plan_cache_mode=force_generic_plan",
        **DATABASES["default"].get("OPTIONS", {}),  # from DATABASE_URL
        "pool": {
            "min_size": 1,
            # One per thread: 8 for pages, 2 for cached pages, 5 realtime, 3 jobs.
            "max_size": env.int("DATABASE_POOL", 20),
            "timeout": 1.5,  # seconds; during an outage a page responds within two
            # Seconds; then the next caller triggers another attempt, for a quick recovery.
            "reconnect_timeout": 0.3,
        },
    }
SESSION_ENGINE = "forum.accounts.sessions"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="")
# Entries of a few hundred bytes; with fewer, rate limits would be evicted.
IN_PROCESS = {"MAX_ENTRIES": 20_000}
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "forum.cache.backend.Cache",
            "LOCATION": REDIS_URL,
            "OPTIONS": IN_PROCESS,
        }
    }
    CHANNEL_LAYERS: dict[str, dict] = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL]},
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": IN_PROCESS,
        }
    }
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# --- Accounts and email -------------------------------------------------------------------------

AUTH_USER_MODEL = "forum.User"
AUTHENTICATION_BACKENDS = ["forum.accounts.backends.MemberBackend"]
PASSWORD_HASHERS = [
    "forum.accounts.passwords.PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"

ACCOUNT_ADAPTER = "forum.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_USERNAME_VALIDATORS = "forum.usernames.rules.username_validators"
ACCOUNT_FORMS = {
    "login": "forum.accounts.forms.LoginForm",
    "signup": "forum.accounts.forms.SignupForm",
    "add_email": "forum.accounts.forms.AddEmailForm",
    "change_password": "forum.accounts.forms.ChangePasswordForm",
    "set_password": "forum.accounts.forms.SetPasswordForm",
    "reset_password": "forum.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "forum.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "forum.accounts.forms.ReauthenticateForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # members get an email when password or address change
# One address per member; the old one stays until the new one is confirmed.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # counted in forum/accounts/sign_in_limits.py
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "forum.accounts.reset_links.TokenGenerator"  # noqa: S105
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
USERSESSIONS_TRACK_ACTIVITY = False
USERSESSIONS_ADAPTER = "forum.accounts.adapter.SessionsAdapter"

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
# The back end that the outbox worker sends through.
MAIL_BACKEND = vars()["EMAIL_BACKEND"].replace(
    "django.core.mail.backends.smtp.", "forum.mail.smtp."
)
EMAIL_BACKEND = "forum.mail.backend.Backend"  # everything else writes to the outbox
EMAIL_TIMEOUT = 10  # seconds for each response of the mail server
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Parley <parley@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# The address that members answer mails to, with {} for what identifies member and post; empty for
# no answers by mail.
REPLY_ADDRESS = env("REPLY_ADDRESS", default="")
# The mailbox that mails from members are fetched from, if they don't come through a pipe.
IMAP_URL = env("IMAP_URL", default="")
# The name by which the mail server signs its Authentication-Results; then senders must have passed.
MAIL_AUTHSERV_ID = env("MAIL_AUTHSERV_ID", default="")

# Signs what is pushed to devices; `manage.py vapid_keys` makes one. Empty for no push.
VAPID_PRIVATE_KEY = env("VAPID_PRIVATE_KEY", default="")

# --- Language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "forum.formats"
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env("STATIC_ROOT", default=str(VAR_DIR / "static"))
UPLOADS_ROOT = env("UPLOADS_ROOT", default=str(VAR_DIR / "uploads"))
# A bucket of an S3-compatible service for them instead of that folder, and where it is.
UPLOADS_BUCKET = env("UPLOADS_BUCKET", default="")
UPLOADS_BUCKET_OPTIONS = {
    "bucket_name": UPLOADS_BUCKET,
    "endpoint_url": env("UPLOADS_BUCKET_URL", default="") or None,
    "region_name": env("UPLOADS_BUCKET_REGION", default="") or None,
    "access_key": env("UPLOADS_BUCKET_KEY", default="") or None,
    "secret_key": env("UPLOADS_BUCKET_SECRET", default="") or None,
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "forum.serving.static_storage.Storage"
        )
    },
    "uploads": {
        "BACKEND": "forum.outbound.bucket.BucketStorage",
        "OPTIONS": UPLOADS_BUCKET_OPTIONS,
    }
    if UPLOADS_BUCKET
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # Readable for the group, so that nginx may send them (UPLOADS_ACCEL).
        "OPTIONS": {
            "location": UPLOADS_ROOT,
            "file_permissions_mode": 0o640,
            "directory_permissions_mode": 0o750,
        },
    },
}
# Behind nginx, the address of its internal location for UPLOADS_ROOT, so that it sends the files.
UPLOADS_ACCEL = env("UPLOADS_ACCEL", default="")
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_MB", default=10) * 10**6  # of one file
UPLOAD_QUOTA_BYTES = env.int("UPLOAD_QUOTA_MB", default=500) * 10**6  # of one member
# What else than pictures can be uploaded, as downloads, by the end of their names.
UPLOAD_FILES = env.list(
    "UPLOAD_FILES",
    default=["pdf", "txt", "md", "csv", "json", "zip", "gz", "odt", "ods", "odp", "docx", "xlsx"]
    + ["pptx", "epub", "gpx", "ics", "log", "patch", "diff", "wav", "mp3", "ogg", "mp4", "webm"],
)

# --- Security -----------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# HSTS preloading is hard to undo, so owners opt in themselves.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# Browsers accept cookies with this prefix only from this host itself and over HTTPS.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "forum.views.errors.csrf"
MAX_BODY = 1_000_000  # bytes of a request, but for those that may bring files
# Django's limit, for these as well: forum/serving/ingress.py has those of each request.
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_MAX_BYTES + MAX_BODY
# Forms that may bring files, by their paths.
UPLOAD_PATHS = r"/uploads/|/t/create/|/t/[0-9]+/replies/|/p/[0-9]+/update/|/profile/avatar/"
MESSAGE_STORAGE = "forum.pages.flash_messages.CookieStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "forum.observability.logs.formatter", "readable": DEBUG}},
    "filters": {
        "outages": {"()": "forum.observability.logs.WithoutOutages"},
        "refusals": {"()": "forum.observability.logs.WithoutRefusals"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["refusals"]}
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        **{name: {"level": "INFO"} for name in ("forum", "realtime")},
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Our request log covers everything below.
        "django.request": {"level": "ERROR", "filters": ["outages"]},
        # Also in the request log: anybody can provoke these 400s.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "uvicorn": {"handlers": [], "level": "INFO", "propagate": True},
        # Our request log replaces it.
        "uvicorn.access": {"handlers": [], "propagate": False},
        # While Redis is away it logs a traceback every second.
        "channels_redis": {"level": "CRITICAL"},
        # It warns about each attempt; forum.cache.circuit_breaker logs an outage once.
        "psycopg.pool": {"level": "ERROR"},
    },
}

# The checks of /health/ready; each reports what is wrong and what to do.
HEALTH = [
    "forum.observability.health.database",
    "forum.observability.health.migrations",
    "forum.observability.health.redis",
    "realtime.diagnostics.health.live_pages",
    "realtime.diagnostics.health.sweep",
    "forum.jobs.health.workers",
    "forum.mail.health.outbox",
    "forum.incoming.health.inbox",
    "forum.notifications.health.notifications",
    "forum.uploads.health.uploads",
]
GAUGES = [
    "forum.mail.health.gauges",
    "forum.incoming.health.gauges",
    "forum.notifications.health.gauges",
    "forum.uploads.health.gauges",
]  # gauges that /metrics updates on each request

# The language of word stems in search, as Snowball names it; empty for none. After a change
# run `manage.py reindex`.
SEARCH_LANGUAGE = env("SEARCH_LANGUAGE", default="english")

# Minutes that notices wait before they are sent by email; cancelled if they are seen meanwhile.
NOTIFICATION_MAIL_DELAY_MINUTES = env.int("NOTIFICATION_MAIL_DELAY_MINUTES", default=10)

# How closely members follow topics that they begin, and that they reply to, unless they choose
# otherwise: muted, normal, tracking or watching.
OWN_TOPICS_LEVEL = env("OWN_TOPICS_LEVEL", default="watching")
REPLIED_TOPICS_LEVEL = env("REPLIED_TOPICS_LEVEL", default="tracking")

# Minutes after writing in which authors' edits leave no mark; 0 if all do.
EDIT_GRACE_MINUTES = env.int("EDIT_GRACE_MINUTES", default=5)
# Minutes after writing in which authors can edit their posts; 0 for always.
EDIT_WINDOW_MINUTES = env.int("EDIT_WINDOW_MINUTES", default=0)

# What members can react to posts with, in this order: names of forum/models/reactions.py.
REACTIONS = env.list("REACTIONS", default=["thumbs-up", "heart", "laugh", "surprised", "thanks"])

# How many tags a topic can have, and whether members can make new ones by typing them.
TAGS_PER_TOPIC = env.int("TAGS_PER_TOPIC", default=5)
MEMBERS_MAKE_TAGS = env.bool("MEMBERS_MAKE_TAGS", default=False)

# CPU seconds after which an import skips a message.
IMPORT_CPU_SECONDS = env.float("IMPORT_CPU_SECONDS", default=2)

# Rate limits per member. Only the first one applies to moderators.
RATES = {
    name: env(f"RATE_{name.upper()}", default=rate)
    for name, rate in {
        "write": "120/minute",  # any writing request; per network for guests
        "post": "20/minute",
        "edit": "30/minute",
        "topic": "10/hour",
        "preview": "60/minute",
        "upload": "120/hour",
        "avatar": "20/hour",
        "draft": "90/minute",  # sent automatically while typing, once a second at most
        "completion": "180/minute",  # suggestions while typing @ or #
        "search": "60/minute",  # per member, or per network for guests
        "feed": "60/minute",  # feeds and sitemaps that are made anew, per network for guests
        "typing": "180/minute",  # the same for scripts, while typing and live
        "similar": "60/minute",  # topics like a title that is being typed
        "standing": "60/hour",  # save or rename a search
        "device": "30/hour",  # add a device for push notifications
        "reading": "120/minute",  # reports of what was read
        "answer": "20/minute",  # accepted, or no more
        "reaction": "60/minute",
        "vote": "30/minute",
        "rename": "20/hour",  # rename a topic
        "hide": "20/minute",  # hide or restore a post
        "profile": "60/hour",
        "name": "10/hour",  # change the display name
        # Wrong passwords per account and network, or per known device.
        "sign_in": "5/5minute",
        "sign_in_account": "100/hour",  # per account, from all networks
        "sign_in_network": "100/hour",  # per network, for all accounts
        "mail_to": "10/hour",  # account emails to one address
        "mail_by": "60/hour",  # account emails requested from one network
        "mail_answer": "10/hour",  # answers to one address, about mails that were not posted
    }.items()
}
