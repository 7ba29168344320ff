"""In production scripts and sheets name the files that are served, under names that change with their content."""

import posixpath
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from groupement.static_files import HashedStaticFilesStorage

STATIC = Path(settings.BASE_DIR) / "static"
IMPORT = re.compile(r'^import [^;]*?"(\.[^"]+)";$', re.MULTILINE)


@pytest.fixture
def collect(tmp_path):
    """Do for some files of a folder what ``collectstatic`` does for all; return {name: hashed name}."""

    def collect(source: Path, names: list[str]) -> dict[str, str]:
        storage = HashedStaticFilesStorage(location=tmp_path / "served", base_url="/static/")
        plain = FileSystemStorage(location=source)
        for name in names:
            storage.save(name, ContentFile((source / name).read_bytes()))
        for _, _, done in storage.post_process({name: (plain, name) for name in names}):
            assert not isinstance(done, Exception), done
        return dict(storage.hashed_files)

    return collect


def test_every_import_of_our_scripts_names_a_hashed_file(collect, tmp_path):
    names = [str(path.relative_to(STATIC)) for path in sorted((STATIC / "js").rglob("*.js"))]
    hashed = collect(STATIC, names)
    assert sorted(hashed) == names
    for name in names:
        folder = posixpath.dirname(name)
        meant = IMPORT.findall((STATIC / name).read_text())
        found = IMPORT.findall((tmp_path / "served" / hashed[name]).read_text())
        assert [posixpath.normpath(posixpath.join(folder, each)) for each in found] == [
            hashed[posixpath.normpath(posixpath.join(folder, each))] for each in meant
        ]
    # Each has content of its own, so that a name without a hash would be seen.
    assert all(re.fullmatch(r"js/.+\.[0-9a-f]{12}\.js", name) for name in hashed.values())


def test_a_page_and_the_sheet_name_the_same_files_of_typefaces(collect, tmp_path):
    fonts = [f"fonts/{path.name}" for path in sorted((STATIC / "fonts").glob("*.woff2"))]
    hashed = collect(STATIC, ["css/fonts.css", *fonts])
    sheet = (tmp_path / "served" / hashed["css/fonts.css"]).read_text()
    # What {% static %} answers and what the sheet means, read from its own folder: else each would be loaded twice.
    meant = {
        posixpath.normpath(posixpath.join("css", each)) for each in re.findall(r'url\("([^"]+)"\)', sheet)
    }
    assert meant == {hashed[name] for name in fonts}
    assert all(re.fullmatch(r"fonts/.+\.[0-9a-f]{12}\.woff2", name) for name in meant)


def test_a_script_has_another_name_when_what_it_imports_has_changed(collect, tmp_path):
    source = tmp_path / "source"
    (source / "js").mkdir(parents=True)
    (source / "js/page.js").write_text('import { one } from "./part.js";\none();\n')
    names = ["js/page.js", "js/part.js"]
    (source / "js/part.js").write_text("export const one = () => 1;\n")
    before = collect(source, names)
    (source / "js/part.js").write_text("export const one = () => 2;\n")
    after = collect(source, names)
    assert before["js/part.js"] != after["js/part.js"]
    assert before["js/page.js"] != after["js/page.js"]


def test_examples_in_the_comments_of_other_scripts_are_left_alone(collect, tmp_path):
    source = tmp_path / "source"
    (source / "package").mkdir(parents=True)
    text = "/* Usage:\nimport htmx from './htmx';\n*/\n"
    (source / "package/script.js").write_text(text)
    hashed = collect(source, ["package/script.js"])
    assert (tmp_path / "served" / hashed["package/script.js"]).read_text() == text
