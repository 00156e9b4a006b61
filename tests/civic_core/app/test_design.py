"""How the pages look: the operator's colours, the reader's view, the parts that pages are made of."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from flask import render_template_string

from ckanext.civic_core.logic.validators import civic_colour, civic_text_colour

KEY = "ckanext.civic_core.colours."


@pytest.fixture
def part(portal):
    """Render a piece of a template as a page would: ``part("{{ … }}", query="?page=2")``."""
    imports = "".join(
        f"{{% import 'civic/parts/{name}.html' as {name} with context %}}"
        for name in ("states", "figures", "tables", "forms", "time", "notes", "layout")
    )

    def render(source: str, query: str = "", language: str = "en", **values):
        with portal.flask_app.test_request_context("/" + query):
            tk.g.user = ""
            tk.request.environ["CKAN_LANG"] = language
            return BeautifulSoup(render_template_string(imports + source, **values), "html.parser")

    return render


@pytest.mark.usefixtures("clean_db")
class TestPages:
    def test_the_parts_are_shown_to_developers_only(self, app, monkeypatch):
        app.get("/design", status=404)
        monkeypatch.setitem(tk.config, "debug", True)
        assert "Parts of the pages" in app.get("/design").body

    def test_a_visitor_gets_no_cookie_and_no_token(self, app, monkeypatch):
        monkeypatch.setitem(tk.config, "debug", True)
        monkeypatch.setitem(app.flask_app.config, "WTF_CSRF_ENABLED", True)
        for address in ("/", "/dataset/", "/user/login", "/organization/", "/design", "/accessibility"):
            answer = app.get(address)
            assert "Set-Cookie" not in answer.headers, address
            assert "_csrf_token" not in answer.body, address

    def test_a_page_says_its_language_and_offers_the_others(self, app):
        page = BeautifulSoup(app.get("/kk/accessibility").body, "html.parser")
        assert page.html["lang"] == "kk"
        offered = page.select(".cv-languages a[hreflang]")
        assert [(a["hreflang"], a["href"]) for a in offered] == [
            ("kk", "/kk/accessibility"), ("ru", "/ru/accessibility"), ("en", "/en/accessibility"),
        ]
        assert [a["lang"] for a in offered if a.get("aria-current")] == ["kk"]

    def test_the_operators_colours_are_on_every_page(self, app, monkeypatch):
        assert "<style>:root{" not in app.get("/about").body
        monkeypatch.setitem(tk.config, KEY + "accent", "#7a1f4b")
        assert "<style>:root{--cv-accent:#7a1f4b;}</style>" in app.get("/about").body


class TestAccessibleVersion:
    def chosen(self, app, **form):
        app.post("/accessibility", params=form, follow_redirects=False)
        return set(BeautifulSoup(app.get("/about").body, "html.parser").html["class"]) - {"js"}

    def test_what_was_chosen_is_kept(self, app):
        assert self.chosen(app, theme="wb", size="large", face="serif") == {"cv-wb", "cv-large", "cv-serif"}
        page = BeautifulSoup(app.get("/accessibility").body, "html.parser")
        assert [one["value"] for one in page.select("[checked]")] == ["wb", "large", "serif"]

    def test_and_given_up(self, app):
        self.chosen(app, theme="bw")
        assert self.chosen(app, theme="") == set()

    def test_what_does_not_exist_is_not_chosen(self, app):
        assert self.chosen(app, theme='"><script>', size="wb", face="bw") == set()

    def test_a_forged_cookie_puts_nothing_into_the_page(self, app):
        app.client.set_cookie("civic_view", 'bw-"><script>alert(1)</script>-bw', domain="test.ckan.net")
        body = app.get("/about", environ_overrides={"HTTP_HOST": "test.ckan.net"}).body
        assert "alert(1)" not in body


class TestColours:
    def test_a_colour_of_text_must_be_readable(self, portal):
        assert civic_text_colour("#006a80") == "#006a80"
        with pytest.raises(tk.Invalid, match=r"#00afca cannot be read on #ffffff.*4\.5:1"):
            civic_text_colour("#00afca")

    def test_on_the_operators_own_ground_too(self, portal, monkeypatch):
        monkeypatch.setitem(tk.config, KEY + "ground", "#8899aa")
        with pytest.raises(tk.Invalid, match="#006a80 cannot be read on #8899aa"):
            civic_text_colour("#006a80")

    @pytest.mark.parametrize("wrong", ["teal", "#06a", "#006a8", "#006a80;}", "javascript:alert(1)"])
    def test_only_six_hexadecimal_digits_are_a_colour(self, portal, wrong):
        with pytest.raises(tk.Invalid, match="is not a colour"):
            civic_colour(wrong)

    def test_a_colour_that_cannot_be_read_stops_the_start(self, portal):
        from ckan.config.declaration import Declaration, Key

        declared = tk.config.copy()
        declared[KEY + "accent"] = "#eeeeee"
        declaration = Declaration()
        declaration.setup()
        _, errors = declaration.validate(declared)
        assert list(errors) == [str(Key.from_string(KEY + "accent"))]


class TestParts:
    def test_parts_escape_what_they_are_given(self, part):
        page = part("""
            {{ states.badge(x, x) }}{{ states.status(x, x) }}
            {{ figures.row([{'text': x, 'label': x, 'url': x, 'formula': x}], x) }}
            {{ layout.chips(x, [{'label': x, 'url': x}]) }}{{ layout.t({'en': x}) }}{{ layout.langs({'en': x}) }}
            {{ layout.code(x, x) }}{{ layout.steps([{'label': x}]) }}{{ layout.tabs([{'label': x, 'url': x}]) }}
            {{ forms.text(x, x, x, {x: [x]}, x) }}{{ forms.area(x, x, x) }}
            {{ forms.texts(x, x, {'kk': x}, {x: {'kk': [x]}}) }}{{ forms.select(x, x, [{'value': x, 'label': x}], x) }}
            {{ forms.radios(x, x, [{'value': x, 'label': x}], x) }}{{ forms.summary({x: [x]}) }}
            {{ forms.checks(x, x, [{'value': x, 'label': x}], [x]) }}{{ forms.tick(x, x, help=x) }}
            {{ time.timeline([{'text': x, 'who': x, 'note': x}]) }}{{ time.mini(x, [x]) }}
            {{ time.deadline(x, x, [{'day': '2025-10-13', 'counts': true, 'number': 1, 'sentence': x}]) }}
            {{ time.strip(x, [{'outcome': x, 'title': x, 'note': x, 'word': x, 'url': x}]) }}
            {{ tables.change(x, x ~ x) }}{{ tables.before(x, '') }}{{ tables.after('', x) }}
            {% call notes.note('ok', x) %}{{ x }}{% endcall %}{% call notes.empty(x) %}{{ x }}{% endcall %}
            {% call notes.confirm(x, x, x) %}{{ x }}{% endcall %}
            {% call(row) tables.table(x, [{'label': x, 'url': x}], [x]) %}
              {% call tables.cell(x) %}{{ row }}{% endcall %}{% endcall %}
        """, x='"><script>alert(1)</script>')
        assert page.script is None
        assert "alert(1)" in page.get_text()

    def test_a_table_says_what_it_is_to_a_screen_reader(self, part):
        page = part("""{% call(row) tables.table('Rows', [{'label': 'No.', 'num': true}, {'label': 'Title'}], rows) %}
            {% call tables.cell('No.', num=true) %}{{ row.number }}{% endcall %}
            {% call tables.main() %}{{ row.title }}{% endcall %}{% endcall %}""",
            rows=[{"number": 3, "title": "Land", "anchor": "r3"}])
        assert page.caption.get_text() == "Rows"
        assert page.select_one("[role=region]")["tabindex"] == "0"
        row = page.select_one("tbody tr#r3[role=row]")
        assert row.select_one("td[role=cell]")["data-label"] == "No."
        assert row.select_one("th[scope=row][role=rowheader]").get_text() == "Land"

    def test_a_column_says_how_it_is_sorted(self, part):
        columns = [{"label": "No.", "url": "?sort=no", "sorted": "ascending"}]
        page = part("{% call(row) tables.table('Rows', columns, []) %}{% endcall %}", columns=columns)
        assert page.select_one("th[aria-sort=ascending] a")["href"] == "?sort=no"

    def test_a_pager_keeps_the_filters(self, part):
        page = part("{{ layout.pager(211) }}", query="?q=жер&state=due&state=overdue&page=3")
        assert [one.get_text() for one in page.select("li")] == ["Back", "1", "2", "3", "4", "5", "…", "11", "Next"]
        following = page.select_one("a[rel=next]")["href"]
        assert following == "?q=%D0%B6%D0%B5%D1%80&state=due&state=overdue&page=4"
        assert page.select_one("[aria-current=page]").get_text() == "3"

    @pytest.mark.parametrize(("asked", "current"), [("0", "1"), ("-3", "1"), ("x", "1"), ("99", "2")])
    def test_a_page_that_does_not_exist_is_not_shown(self, part, asked, current):
        page = part("{{ layout.pager(40) }}", query=f"?page={asked}")
        assert page.select_one("[aria-current=page]").get_text() == current

    def test_one_page_needs_no_pager(self, part):
        assert part("{{ layout.pager(20) }}").find("nav") is None
        assert part("{{ layout.pager(21) }}").find("nav") is not None

    def test_rows_that_are_shown(self, part):
        assert part("{{ layout.shown(2525, 20) }}", query="?page=2").get_text() == "Rows 21 to 40 of 2\u00a0525"

    def test_a_field_leads_to_its_help_and_error(self, part):
        page = part("{{ forms.text('reason', 'Reason', '', {'reason': ['Say why.']}, 'In a sentence.') }}")
        field = page.input
        assert field["aria-invalid"] == "true"
        described = [page.find(id=one).get_text() for one in field["aria-describedby"].split()]
        assert described == ["In a sentence.", "Say why."]
        assert page.label["for"] == field["id"]

    def test_a_summary_leads_to_the_fields(self, part):
        page = part("""{{ forms.summary(errors) }}
            {{ forms.texts('title', 'Title', {}, errors) }}{{ forms.text('n', 'N', '', errors) }}""",
            errors={"title": {"kk": ["No Kazakh title."]}, "n": ["Too long."], "__junk": ["x"]})
        links = {a.get_text(): a["href"] for a in page.select("[role=alert] a")}
        assert links == {"No Kazakh title.": "#field-title-kk", "Too long.": "#field-n"}
        assert all(page.find(id=address[1:]) for address in links.values())

    def test_only_the_language_that_is_wrong_is_marked(self, part):
        page = part("{{ forms.texts('title', 'Title', {'ru': 'Реестр'}, {'title': {'kk': ['Missing.']}}) }}")
        assert [one["name"] for one in page.select("[aria-invalid]")] == ["title-kk"]
        assert page.find(attrs={"name": "title-ru"})["value"] == "Реестр"

    def test_a_text_in_another_language_says_so(self, part):
        assert part("{{ layout.t({'ru': 'Реестр'}) }}").span["lang"] == "ru"
        assert "lang" not in part("{{ layout.t({'ru': 'Реестр', 'en': 'Register'}) }}").span.attrs

    def test_what_changed_is_said_in_words_too(self, part):
        page = part("{{ tables.change('Every quarter', 'Every month') }}")
        assert page.get_text() == "Every was: quarter became: month"
        assert (page.find("del").get_text(), page.ins.get_text()) == ("was: quarter", "became: month")

    def test_a_deadline_is_drawn_as_a_calendar(self, part):
        page = part("{{ time.deadline('Until 14.10.2025', '', steps) }}", steps=[
            {"day": "2025-10-10", "counts": True, "number": 1, "sentence": "Working day 1"},
            {"day": "2025-10-11", "counts": False, "number": None, "sentence": "Does not count: weekend"},
            {"day": "2025-10-12", "counts": False, "number": None, "sentence": "Does not count: weekend"},
            {"day": "2025-10-13", "counts": True, "number": 2, "sentence": "Working day 2"},
        ])
        days = page.select(".cv-days li:not(.cv-wd)")
        assert [(day.time.get_text(), day.small.get_text(), day.get("data-d")) for day in days] == [
            ("10", "1", None), ("11", "–", "off"), ("12", "–", "off"), ("13", "2", "last"),
        ]
        assert days[0]["style"] == "grid-column:5"
        assert "13.10.2025 — Working day 2" in page.details.get_text()

    def test_a_long_term_is_a_list_and_no_calendar(self, part):
        page = part("{{ time.deadline('x', '', steps) }}", steps=[
            {"day": f"2025-{month:02}-{day:02}", "counts": True, "number": 1, "sentence": "x"}
            for month in (3, 5) for day in range(1, 31)
        ])
        assert page.select(".cv-days") == []
        assert len(page.select("details li")) == 60

    def test_a_visitors_form_has_no_token(self, part):
        assert part("{% call forms.post('/x', multipart=true) %}{% endcall %}").form.find("input") is None
