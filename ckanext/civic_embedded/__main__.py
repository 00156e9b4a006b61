"""``python -m ckanext.civic_embedded up | env | down | test``: a portal on one machine."""
# ``down`` must work in an environment that is only half made: what needs packages is imported where it is used
from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence

from ckanext.civic_embedded import preflight, settings
from ckanext.civic_embedded.folder import Folder
from ckanext.civic_embedded.processes import Interrupted

USAGE = """\
python -m ckanext.civic_embedded COMMAND

  up            serve the portal until Ctrl-C
  env           print what makes `ckan` work beside a running portal: eval "$(… env)"
  down          stop a portal that was started elsewhere
  test [ARGS]   run pytest with ARGS on services of its own

Environment variables: PORT (5000), HOST (127.0.0.1), DATA (.civic), DEMO (yes); services of your own:
CKAN_SQLALCHEMY_URL, CKAN_DATASTORE_WRITE_URL, CKAN_DATASTORE_READ_URL, CKAN_REDIS_URL, CKAN_SOLR_URL.
"""
#: Unix for "wrong use"
WRONG_USE = 2


def _up(chosen: settings.Settings, _: Sequence[str]) -> int:
    from ckanext.civic_embedded import portal

    portal.up(chosen)
    return 0


def _test(chosen: settings.Settings, arguments: Sequence[str]) -> int:
    from ckanext.civic_embedded import testing

    return testing.run(chosen, arguments[1:] if arguments[:1] == ["--"] else arguments)


def _env(chosen: settings.Settings, _: Sequence[str]) -> int:
    folder = Folder(chosen.data)
    if folder.holder() is None:
        raise settings.Refused(f"No portal runs on {chosen.data}. `make run` starts it.")
    for name, value in folder.facts().get("environ", {}).items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _down(chosen: settings.Settings, _: Sequence[str]) -> int:
    stopped = Folder(chosen.data).release()
    print("Stopped." if stopped else f"No portal runs on {chosen.data}.")
    return 0


COMMANDS = {"up": _up, "env": _env, "down": _down, "test": _test}


def main(arguments: Sequence[str]) -> int:
    """Exit code: 0 fine or stopped by request, 1 refused or failed, 2 wrong use, pytest's own for ``test``."""
    if not arguments or arguments[0] not in COMMANDS:
        sys.stderr.write(USAGE)
        return WRONG_USE
    missing = preflight.needs() if arguments[0] in {"up", "test"} else []
    if missing:
        sys.stderr.write(preflight.message(missing) + "\n")
        return 1
    try:
        return COMMANDS[arguments[0]](settings.read(), list(arguments[1:]))
    except settings.Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    except Interrupted:
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
