"""Other people's webmention software: two senders and a receiver, none of it ours.

    ronkyuu            sends, in Python (IndieWeb tools of Mike Taylor and Kartik Prabhu)
    send-webmention    sends, in Node
    django-webmention  receives; Django around it

    python -m tests.real.webmentions install

Like the servers beside this file, they live in ``TERTULIA_REAL``. Versions are pinned.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.patience import PATIENCE
from tests.real.servers import CACHE, NotInstalledError, _free_ports, _pip, _running

INSTALL = "python -m tests.real.webmentions install"
# ronkyuu does not say that it needs the second and third.
PYTHON = ("ronkyuu==0.9", "beautifulsoup4==4.15.0", "html5lib==1.1", "django==4.2.30", "django-webmention==4.0.0")
NODE = "send-webmention@2.0.0"
FOLDER = CACHE / "webmention"

_RONKYUU = "import sys; from ronkyuu import sendWebmention as s; a = s(sys.argv[1], sys.argv[2], test_urls=False);"
_RONKYUU += "print(a.status_code if a is not None else 0)"
_NODE = """
require('send-webmention')(process.argv[2], process.argv[3], (error, answer) =>
  console.log(error || !answer.res ? 0 : answer.res.statusCode))
"""
# One page that takes webmentions, and one that tells what was taken.
_DJANGO = """
import sys
from django.conf import settings
settings.configure(
    DEBUG=False, SECRET_KEY='x', ALLOWED_HOSTS=['*'], ROOT_URLCONF=__name__, USE_TZ=True,
    INSTALLED_APPS=['webmention'], MIDDLEWARE=['webmention.middleware.webmention_middleware'],
    DEFAULT_AUTO_FIELD='django.db.models.AutoField',
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': sys.argv[2]}},
)
import django
django.setup()
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse
from django.urls import include, path
from webmention.models import WebMentionResponse

def taken(request):
    rows = WebMentionResponse.objects.values('source', 'response_to', 'current', 'response_body')
    return JsonResponse(list(rows), safe=False)

urlpatterns = [
    path('articulo/', lambda request: HttpResponse('<p>Hola</p>')),
    path('taken', taken),
    path('webmention/', include('webmention.urls', namespace='webmention')),
]
if __name__ == '__main__':
    from wsgiref.simple_server import make_server
    call_command('migrate', verbosity=0)
    make_server('127.0.0.1', int(sys.argv[1]), get_wsgi_application()).serve_forever()
"""


def ronkyuu(source, target):
    """Have ronkyuu tell *target* of *source*; the status of the answer, 0 for none."""
    return _status([_installed() / "bin" / "python", "-W", "ignore", "-c", _RONKYUU, source, target])


def node(source, target):
    """Have send-webmention do the same."""
    return _status(["node", _installed() / "send.cjs", source, target])


@contextlib.contextmanager
def receiver():
    """A site that takes webmentions; yields its address, and a function that tells what it has."""
    python = _installed() / "bin" / "python"
    with tempfile.TemporaryDirectory() as folder:
        port = _free_ports(1)
        program = Path(folder, "site.py")
        program.write_text(_DJANGO, "utf-8")
        with _running([python, program, port, Path(folder, "taken.db")], folder) as wait:
            wait(f"http://127.0.0.1:{port}/taken")

            def taken():
                import urllib.request

                with urllib.request.urlopen(f"http://127.0.0.1:{port}/taken", timeout=PATIENCE) as answer:
                    return json.loads(answer.read())

            yield f"http://127.0.0.1:{port}", taken


def install():
    """Fetch everything; what is there already is left alone."""
    if (FOLDER / "installed").exists():
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    for package in PYTHON:
        _pip("webmention", package)
    (FOLDER / "package.json").write_text('{"private": true}')
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", NODE], cwd=FOLDER, check=True)
    (FOLDER / "send.cjs").write_text(_NODE, "utf-8")
    (FOLDER / "installed").touch()


def _installed():
    if not (FOLDER / "installed").exists() or not shutil.which("node"):
        raise NotInstalledError(f"other people's webmention software is not installed: {INSTALL}")
    return FOLDER


def _status(command):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=PATIENCE, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit(__doc__)
    install()
