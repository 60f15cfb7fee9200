"""The settings of the whole site; what an installation may change comes from environment.py."""

import os
from pathlib import Path

from csp.constants import NONE, SELF

from jiebang.config.environment import (
    Mode,
    read_allowed_hosts,
    read_clock_shift,
    read_data_directory,
    read_database,
    read_mode,
    read_more_pack_roots,
    read_number,
    read_secret_key,
    trusted_origins,
)
from jiebang.organisations.limits import Limits

PROJECT_ROOT = Path(__file__).resolve().parents[3]

JIEBANG_MODE = read_mode(os.environ)
JIEBANG_DATA_DIR = read_data_directory(os.environ, PROJECT_ROOT)
JIEBANG_CLOCK_SHIFT = read_clock_shift(JIEBANG_MODE, JIEBANG_DATA_DIR)
IN_PRODUCTION = JIEBANG_MODE is Mode.PRODUCTION

DEBUG = False
SECRET_KEY = read_secret_key(os.environ, JIEBANG_MODE, JIEBANG_DATA_DIR)
ALLOWED_HOSTS = read_allowed_hosts(os.environ, JIEBANG_MODE)

FRAMEWORK_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
]
# From the bottom of the house to the top, as in docs/structure.md.
JIEBANG_APPS = [
    "jiebang.ledger",
    "jiebang.organisations",
    "jiebang.lifecycle",
    "jiebang.documents",
    "jiebang.publications",
    "jiebang.challenges",
    "jiebang.bids",
    "jiebang.reviews",
    "jiebang.projects",
    "jiebang.funding",
    "jiebang.results",
    "jiebang.portal",
    "jiebang.console",
]
INSTALLED_APPS = FRAMEWORK_APPS + JIEBANG_APPS

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Before anything reads the form, and the check of its token is the first to do so.
    "jiebang.console.limits.RequestLimits",
    "jiebang.config.refusals.TellWhatIsNotAllowed",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jiebang.console.idle.KeepBusySessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "jiebang.config.urls"
WSGI_APPLICATION = "jiebang.config.wsgi.application"
ASGI_APPLICATION = "jiebang.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jiebang.config.demo.tell_demo",
            ],
            "builtins": [
                "jiebang.lifecycle.templatetags.instants",
                "jiebang.console.templatetags.form_keys",
            ],
        },
    },
]

# Transactions are opened by the act that writes, never around a whole request: on SQLite every one of them waits
# for the only writer's place, so a request that merely reads would queue behind all writers.
DATABASES = {"default": {**read_database(os.environ, JIEBANG_DATA_DIR), "ATOMIC_REQUESTS": False}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organisations.Account"
LOGIN_URL = "console:log_in"
# Folders of policy packs; the first that holds a pack wins.
JIEBANG_PACK_ROOTS = [PROJECT_ROOT / "packs", *read_more_pack_roots(os.environ)]

# The regime customary under GB/T 22239: a length, and several kinds of characters; an installation may ask for more.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "jiebang.organisations.passwords.Length",
        "OPTIONS": {"min_length": read_number(os.environ, "JIEBANG_PASSWORD_LENGTH")},
    },
    {
        "NAME": "jiebang.organisations.passwords.KindsOfCharacters",
        "OPTIONS": {"kinds": read_number(os.environ, "JIEBANG_PASSWORD_KINDS")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username",)},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
JIEBANG_CODE_DAYS = read_number(os.environ, "JIEBANG_CODE_DAYS")
JIEBANG_PROXIES = read_number(os.environ, "JIEBANG_PROXIES")
# By user name and address first: a whole campus may share one address, and nobody should be able to lock out another.
# The looser caps are for those who try many addresses or many names.
JIEBANG_LIMITS = {
    "log_in": Limits(minutes=15, pair=5, name=30, address=100),
    # Forms that came when nobody was logged in: the whole of a campus may come back from lunch.
    "keep_form": Limits(minutes=60, pair=None, name=None, address=60),
    "enrol": Limits(minutes=60, pair=None, name=None, address=20),
    # Of one notice from one address. No cap by notice alone: nobody may use up what others have to say.
    "objection": Limits(
        minutes=24 * 60, pair=read_number(os.environ, "JIEBANG_OBJECTIONS"), name=None, address=None
    ),
}
SESSION_COOKIE_AGE = 60 * read_number(os.environ, "JIEBANG_IDLE_MINUTES")
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
# What the set-up installs from npm; absent until it ran.
STATICFILES_DIRS = [folder for folder in (PROJECT_ROOT / "build" / "assets",) if folder.is_dir()]
# Production serves what collectstatic gathered and named by content; elsewhere nobody should have to gather first.
STATIC_ROOT = PROJECT_ROOT / "build" / "static" if IN_PRODUCTION else None
WHITENOISE_USE_FINDERS = not IN_PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IN_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}

# Uploaded files lie beside the database, each under the digest of its content. No address leads into this folder
# (MEDIA_URL stays unset): they are given out by the workbench's own view, to those who may see the case.
MEDIA_ROOT = JIEBANG_DATA_DIR / "files"
#: Keys of jiebang.documents.kinds.KINDS.
JIEBANG_FILE_KINDS = ["pdf", "ofd", "doc", "docx", "xls", "xlsx", "jpg", "png", "zip"]
JIEBANG_FILE_MOST_BYTES = 50 * 1024 * 1024
#: One form with its files; a longer request is refused before anything of it is read.
JIEBANG_REQUEST_MOST_BYTES = 4 * JIEBANG_FILE_MOST_BYTES + 10 * 1024 * 1024
#: Forms that take no file, and everything from those who aren't logged in.
JIEBANG_PLAIN_REQUEST_MOST_BYTES = 4 * 1024 * 1024
#: All files of one organisation together.
JIEBANG_FILES_QUOTA = read_number(os.environ, "JIEBANG_QUOTA_MB") * 1024 * 1024
#: Files that came with a form which was never sent are removed after so many days without a change to it.
JIEBANG_UNSENT_DAYS = read_number(os.environ, "JIEBANG_UNSENT_DAYS")
#: No file is taken that would leave less: the database lies on the same disk.
JIEBANG_FILES_LEAVE_FREE = 1024 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "jiebang.documents.receive.BoundedFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 40
#: A form with several lists, each of sixty rows and a dozen columns.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# Nothing inline and nothing from elsewhere; data: only for images, because Tabler's style sheet carries its small
# icons so.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
CSRF_FAILURE_VIEW = "jiebang.console.views.log_in.refuse_key"
SESSION_COOKIE_SECURE = IN_PRODUCTION
CSRF_COOKIE_SECURE = IN_PRODUCTION
CSRF_TRUSTED_ORIGINS = trusted_origins(ALLOWED_HOSTS) if IN_PRODUCTION else []
