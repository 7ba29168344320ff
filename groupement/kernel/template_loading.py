"""Templates are indented for who reads them; what is sent to browsers is not."""

from __future__ import annotations

import re

from django.template import Origin
from django.template.loaders import filesystem

# A page that shows a month of a person has some two thousand lines: their indentation was half of its bytes.
INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
# Where white space is seen: none of it is touched from the one tag to the other.
KEPT = re.compile(r"(<(pre|textarea)\b.*?</\2>)", re.DOTALL)
PAPER = "paper/"


class Loader(filesystem.Loader):
    """The project’s own templates, each line without its indentation; line numbers stay those of the file.

    Templates of papers stay as they are: their bytes are part of what was issued. So do mails in plain text.
    """

    def get_contents(self, origin: Origin) -> str:
        """The text of a template; raises TemplateDoesNotExist as the loader of Django does."""
        contents = super().get_contents(origin)
        name = str(origin.template_name)
        if name.startswith(PAPER) or not name.endswith(".html"):
            return contents
        return without_indentation(contents)


def without_indentation(html: str) -> str:
    """``html`` with every line beginning at its first character, but inside <pre> and <textarea>."""
    parts = KEPT.split(html)
    # split() gives, three by three: what lies between, the element that is kept, its name.
    return "".join(
        INDENTATION.sub("", part) if index % 3 == 0 else part
        for index, part in enumerate(parts)
        if index % 3 != 2
    )
