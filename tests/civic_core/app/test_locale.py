"""The languages of CKAN's own pages."""
from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from gettext import GNUTranslations
from pathlib import Path

import ckan.plugins.toolkit as tk
import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from ckan.lib import i18n

from ckanext.civic_core import locale

LANGUAGES = sorted(path.name for path in locale.CATALOGUES.iterdir())
_PLACEHOLDER = re.compile(r"\{\w*\}|%\(\w+\)[sd]|%[sdri]")
_TAG = re.compile(r"</?\w+")


def _read(language: str) -> GNUTranslations:
    folder = Path(tk.config["ckan.i18n_directory"])
    with (folder / language / "LC_MESSAGES" / "ckan.mo").open("rb") as compiled:
        return GNUTranslations(compiled)


def _catalogue(language: str):
    with (locale.CATALOGUES / language / "LC_MESSAGES" / "ckan.po").open("rb") as source:
        return read_po(source, locale=language)


@pytest.mark.usefixtures("clean_db")
class TestPages:
    @pytest.mark.parametrize(
        ("address", "language", "words"),
        [
            ("/kk/dataset/", "kk", "Деректер жинақтары"),
            ("/ru/dataset/", "ru", "Наборы данных"),
            ("/en/dataset/", "en", "Datasets"),
            ("/kk/user/login", "kk", "Құпиясөз"),
        ],
    )
    def test_a_page_is_in_its_language(self, app, address, language, words):
        page = BeautifulSoup(app.get(address).data, "html.parser")
        assert page.html["lang"] == language
        assert words in page.get_text()

    def test_the_selector_offers_every_language(self, app):
        page = BeautifulSoup(app.get("/").data, "html.parser")
        offered = {link["hreflang"]: link.text.strip() for link in page.select("a[hreflang]")}
        assert {"kk", "ru", "en"} <= set(offered)
        assert offered["kk"] == "Қазақ тілі"

    def test_a_refusal_of_ckan_is_in_the_readers_language(self, app):
        page = app.get("/kk/dataset/no-such-dataset", status=404)
        assert "Деректер жинағы табылмады" in page.get_data(as_text=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_of_ours_may_be_the_sites_own(portal, monkeypatch, language):
    monkeypatch.setitem(tk.config, "ckan.locale_default", language)
    assert i18n._get_locales()[0] == language


@pytest.mark.parametrize(("count", "kk", "ru"), [
    (1, "1 мүше", "1 участник"), (2, "2 мүше", "2 участника"), (5, "5 мүше", "5 участников"),
    (11, "11 мүше", "11 участников"), (21, "21 мүше", "21 участник"), (114, "114 мүше", "114 участников"),
])
def test_plurals(portal, count, kk, ru):
    said = [
        _read(language).ngettext("{count} member", "{count} members", count).format(count=count)
        for language in ("kk", "ru")
    ]
    assert said == [kk, ru]


def test_ckans_own_words_stay_where_we_have_none(portal):
    assert _read("ru").gettext("is a child of %s") == "в подчиненной связи с %s"
    assert _read("ru").gettext("State") == "Состояние"
    assert _read("de").gettext("Datasets") == "Datensätze"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_placeholders_and_markup(language):
    for message in _catalogue(language):
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            texts = [message.string] if isinstance(message.string, str) else list(message.string)
            for text in texts:
                assert sorted(_PLACEHOLDER.findall(text)) == sorted(_PLACEHOLDER.findall(ids[-1])), ids[0]
                assert sorted(_TAG.findall(text)) == sorted(_TAG.findall(ids[-1])), ids[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_translated_is_still_said_by_ckan(language):
    with (locale.CKANS / "ckan.pot").open("rb") as source:
        said = {message.id for message in read_po(source)}
    assert [message.id for message in _catalogue(language) if message.id and message.id not in said] == []


def test_every_message_of_the_default_pages_is_said(portal):
    """What visitors, editors and keepers see: the templates of CKAN's default theme."""
    left_out = ("ckan/templates/admin/", "ckan/templates/development/", "ckan/templates/tests/", "ckan/templates/home/")
    known = {language: _read(language) for language in LANGUAGES}
    silent = []
    with (locale.CKANS / "ckan.pot").open("rb") as source:
        for message in read_po(source):
            places = [place for place, _ in message.locations if place.startswith("ckan/templates/")]
            if not message.id or all(place.startswith(left_out) for place in places):
                continue
            plural = not isinstance(message.id, str)
            silent += [
                (language, message.id) for language, words in known.items()
                if not (words._catalog.get((message.id[0], 0)) if plural else words._catalog.get(message.id))
            ]
    assert silent == []


def test_many_processes_may_start_at_once(tmp_path):
    with ThreadPoolExecutor(4) as several:
        ready = set(several.map(lambda _: locale.prepare(locale.CKANS, tmp_path), range(4)))
    assert len(ready) == 1
    assert [path.name for path in tmp_path.iterdir()] == [ready.pop().name]


def test_a_second_start_makes_nothing(tmp_path):
    ready = locale.prepare(locale.CKANS, tmp_path)
    made = (ready / "kk" / "LC_MESSAGES" / "ckan.mo").stat().st_mtime_ns
    assert locale.prepare(locale.CKANS, tmp_path) == ready
    assert (ready / "kk" / "LC_MESSAGES" / "ckan.mo").stat().st_mtime_ns == made


def test_an_operators_own_words_go_before_ours(tmp_path):
    own = tmp_path / "own"
    folder = own / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    head = (locale.CATALOGUES / "ru" / "LC_MESSAGES" / "ckan.po").read_text().partition("\n\n")[0]
    (folder / "ckan.po").write_text(f'{head}\n\nmsgid "Datasets"\nmsgstr "Данные"\n')
    config = {"ckan.i18n_directory": str(own), "ckan.storage_path": str(tmp_path / "storage")}
    locale.offer(config)  # type: ignore[arg-type]
    with (Path(config["ckan.i18n_directory"]) / "ru" / "LC_MESSAGES" / "ckan.mo").open("rb") as compiled:
        words = GNUTranslations(compiled)
    assert [words.gettext("Datasets"), words.gettext("Home")] == ["Данные", "Главная"]


def test_where_nothing_can_be_written_a_folder_of_its_own_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    blocked = tmp_path / "file"
    blocked.write_text("")
    config = {"ckan.storage_path": str(blocked)}
    locale.offer(config)  # type: ignore[arg-type]
    assert (Path(config["ckan.i18n_directory"]) / "kk" / "LC_MESSAGES" / "ckan.mo").is_file()
