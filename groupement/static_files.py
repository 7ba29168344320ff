"""Static files as production serves them: compressed, under names that change with their content."""

from typing import ClassVar

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Imports stand at the beginning of a line, and name a file from where the script is.
IMPORTS = (
    (
        r'(?m)^(?P<matched>import (?P<names>[^";]+) from "(?P<url>\.[^"]+)";)$',
        'import %(names)s from "%(url)s";',
    ),
    (r'(?m)^(?P<matched>import "(?P<url>\.[^"]+)";)$', 'import "%(url)s";'),
)


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """What our scripts import has such a name too: ``import "./focus.js"`` becomes ``import "./focus.3f2a….js"``.

    Django would do it for all scripts (``support_js_module_import_aggregation``), and stumbles over examples in the
    comments of those that packages bring.
    """

    patterns: ClassVar = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", IMPORTS))
