"""What other catalogues read of datasets that answer duties: DCAT-AP 3, valid by its shapes, as a visitor gets it."""
from __future__ import annotations

import io
from pathlib import Path

import ckan.model as model
import ckan.plugins.toolkit as tk
import pyshacl
import pytest
from civic_list import portal as sample
from civic_list.listing import dataset, next_list, on
from civic_list.portal import AKMOLA, BODY, HEALTH, act, draft, make_law, row
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import RDF
from werkzeug.datastructures import FileStorage

from ckanext.civic_core import vocabulary
from ckanext.civic_list import duties

DCT, DCAT = Namespace("http://purl.org/dc/terms/"), Namespace("http://www.w3.org/ns/dcat#")
DCATAP, ELI = Namespace("http://data.europa.eu/r5r/"), Namespace("http://data.europa.eu/eli/ontology#")
FOAF, SH = Namespace("http://xmlns.com/foaf/0.1/"), Namespace("http://www.w3.org/ns/shacl#")
SPDX, VCARD = Namespace("http://spdx.org/rdf/terms#"), Namespace("http://www.w3.org/2006/vcard/ns#")
AUTHORITY = "http://publications.europa.eu/resource/authority/"
FREQUENCIES = {
    "DAILY": "DAILY", "WEEKLY": "WEEKLY", "MONTHLY": "MONTHLY", "QUARTERLY": "QUARTERLY", "HALF_YEAR": "ANNUAL_2",
    "YEARLY": "ANNUAL", "AS_NEEDED": "AS_NEEDED",
}
ACT = "https://adilet.example/kaz/docs/V2500000001"
ACT_TITLE = {"kk": "Бірыңғай тізбе туралы", "ru": "О едином перечне", "en": "On the unified list"}
SHAPES = Graph().parse(Path(__file__).parents[2] / "fixtures" / "dcat_ap_3.shapes.ttl")


def described(**more):
    """Everything that the form asks of a dataset, in three languages."""
    return {
        "title_translated": {"kk": "Мектептер тізімі", "ru": "Список школ", "en": "List of schools"},
        "notes_translated": {"kk": "Барлық мектеп", "ru": "Все школы", "en": "All schools"},
        "tags_translated": {"kk": ["мектеп"], "ru": ["школа"], "en": ["school"]}, "license_id": "cc-by",
        "contact": [{"name": "Бөлім", "email": "office@agency.example", "phone": "+7 (7172) 00-00-00"}],
        "spatial_coverage": [{"text": "Шымкент", "uri": "https://areas.example/79"}],
        "temporal_coverage": [{"start": "2025-01-01", "end": "2025-06-30"}],
        "issued": "2025-02-01", "version": "2", "url": "https://agency.example/schools",
        "theme": [AUTHORITY + "data-theme/HEAL"],
        "resources": [{
            "url": "https://agency.example/schools.csv", "format": "CSV", "hash": "d41d8cd98f00b204e9800998ecf8427e",
            "name_translated": {"kk": "Тізім", "ru": "Список", "en": "List"},
            "description_translated": {"kk": "1 жыл", "ru": "За год", "en": "Of a year"},
        }, {
            "url": "https://agency.example/schools", "format": "HTML",
            "name_translated": {"kk": "Бет", "ru": "Страница", "en": "Page"},
        }],
        **more,
    }


def upload(dataset_id):
    act(
        "health_editor", "resource_create", package_id=dataset_id, url="schools.csv", format="CSV",
        upload=FileStorage(io.BytesIO(b"name\nSchool 1\n"), filename="schools.csv"),
        name_translated={"kk": "Файл 1", "ru": "Файл 1", "en": "File 1"},
    )


@pytest.fixture(scope="module")
def pages(portal):
    """A list with a row of each period, a dataset for each row, and what a visitor reads of them."""
    from ckan.lib.search import clear_all
    from database import empty

    empty()
    clear_all()
    model.repo.init_db()
    sample.load()
    portal.client = portal.test_client()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tk.config, "ckanext.civic_core.authorised_body", BODY)
        with on("2025-01-20"):
            draft("2025", title=ACT_TITLE, act_url=ACT)
            codes = {code: row("2025", at, period=code)["code"] for at, code in enumerate(FREQUENCIES, 1)}
            make_law("2025", "2025-02-01")
        with on("2025-02-03"):
            for period, code in codes.items():
                made = dataset("health_editor", HEALTH, f"{code}@{HEALTH}", **described(name=f"data-{period.lower()}"))
                upload(made["id"])
            names = [f"dataset/data-{period.lower()}" for period in FREQUENCIES]
            return {
                f"{name}.{kind}": portal.get(f"/{name}.{kind}").body
                for name in [*names, "catalog"] for kind in ("ttl", "rdf")
            }


def parsed(body, kind="ttl"):
    return Graph().parse(data=body, format={"ttl": "turtle", "rdf": "xml"}[kind])


def the(graph, kind):
    """The only thing of a class."""
    (found,) = graph.subjects(RDF.type, kind)
    return found


def faults(graph):
    """What the shapes find wrong: the property, and the kind of fault."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=SHAPES, inference="none")
    return {
        (str(report.value(one, SH.resultPath)), str(report.value(one, SH.sourceConstraintComponent)).split("#")[1])
        for one in report.objects(predicate=SH.result)
    }


def read(app, path="/dataset/schools.ttl"):
    return parsed(app.get(path).body)


def acts(graph):
    return set(graph.objects(the(graph, DCAT.Dataset), DCATAP.applicableLegislation))


class TestEachPeriod:
    def test_the_vocabulary_has_no_other(self):
        assert {term.code: term.get("eu") for term in vocabulary.load("periods")} == FREQUENCIES

    @pytest.mark.parametrize("kind", ["ttl", "rdf"])
    @pytest.mark.parametrize("period", FREQUENCIES)
    def test_is_served_as_the_eus_frequency_on_a_page_that_is_valid(self, pages, period, kind):
        graph = parsed(pages[f"dataset/data-{period.lower()}.{kind}"], kind)
        said = list(graph.objects(the(graph, DCAT.Dataset), DCT.accrualPeriodicity))
        assert said == [URIRef(f"{AUTHORITY}frequency/{FREQUENCIES[period]}")]
        assert len(list(graph.subjects(RDF.type, DCAT.Distribution))) == 3
        assert faults(graph) == set()

    @pytest.mark.parametrize("kind", ["ttl", "rdf"])
    def test_stands_in_a_catalogue_that_is_valid(self, pages, kind):
        graph = parsed(pages[f"catalog.{kind}"], kind)
        assert len(list(graph.objects(the(graph, DCAT.Catalog), DCAT.dataset))) == len(FREQUENCIES)
        assert {str(one).rsplit("/", 1)[1] for one in graph.objects(predicate=DCT.accrualPeriodicity)} == set(
            FREQUENCIES.values()
        )
        assert faults(graph) == set()


class TestDescription:
    def test_says_the_act_with_its_names_number_and_day(self, pages):
        graph = parsed(pages["dataset/data-monthly.ttl"])
        assert acts(graph) == {URIRef(ACT)}
        assert the(graph, ELI.LegalResource) == URIRef(ACT)
        assert set(graph.objects(URIRef(ACT), DCT.title)) == {Literal(one, lang=at) for at, one in ACT_TITLE.items()}
        assert list(graph.objects(URIRef(ACT), DCT.identifier)) == [Literal("№ 2025")]
        assert [str(day) for day in graph.objects(URIRef(ACT), DCT.issued)] == ["2025-01-20"]
        assert [str(page) for page in graph.objects(URIRef(ACT), FOAF.page)] == [
            f"{tk.config['ckan.site_url']}/list/editions/2025"
        ]

    def test_says_all_in_three_languages(self, pages):
        graph = parsed(pages["dataset/data-monthly.ttl"])
        for subject in (the(graph, DCAT.Dataset), graph.value(predicate=RDF.type, object=ELI.LegalResource)):
            assert {title.language for title in graph.objects(subject, DCT.title)} == {"kk", "ru", "en"}

    def test_says_licence_format_media_type_size_and_checksum_of_files(self, pages):
        graph = parsed(pages["dataset/data-monthly.ttl"])
        formats = sorted(str(one).removeprefix(AUTHORITY) for one in graph.objects(predicate=DCT["format"]))
        assert formats == ["file-type/CSV", "file-type/CSV", "file-type/HTML"]
        assert set(graph.objects(predicate=DCAT.mediaType)) == {
            URIRef("https://www.iana.org/assignments/media-types/text/csv")
        }
        assert len(list(graph.subjects(DCT.license, the(graph, DCT.LicenseDocument)))) == 3
        assert [str(size) for size in graph.objects(predicate=DCAT.byteSize)] == ["14"]
        (checksum,) = graph.subjects(SPDX.algorithm, SPDX.checksumAlgorithm_md5)
        assert graph.value(checksum, SPDX.checksumValue)

    def test_names_the_authorised_body_as_publisher_of_the_catalogue_and_its_languages(self, pages):
        graph = parsed(pages["catalog.ttl"])
        catalog = the(graph, DCAT.Catalog)
        publisher = graph.value(catalog, DCT.publisher)
        assert "Министерство культуры" in str(graph.value(publisher, FOAF.name))
        assert {str(one)[-3:] for one in graph.objects(catalog, DCT.language)} == {"KAZ", "RUS", "ENG"}


@pytest.mark.parametrize(("subject", "predicate", "value", "fault"), [
    (DCAT.Dataset, DCT.title, None, "MinCount"),
    (DCAT.Dataset, DCT.accrualPeriodicity, URIRef(AUTHORITY + "frequency/FORTNIGHTLY"), "In"),
    (DCAT.Dataset, DCT.accrualPeriodicity, Literal("MONTHLY"), "NodeKind"),
    (DCAT.Dataset, DCAT.contactPoint, URIRef("https://agency.example/contact"), "Class"),
    (DCAT.Dataset, DCT.publisher, Literal("Agency"), "NodeKind"),
    (DCAT.Dataset, DCATAP.applicableLegislation, BNode(), "NodeKind"),
    (DCAT.Dataset, DCT.issued, Literal("soon"), "Node"),
    (ELI.LegalResource, RDF.type, None, None),
    (FOAF.Agent, FOAF.name, None, "MinCount"),
    (VCARD.Kind, VCARD.hasEmail, Literal("office@agency.example"), "NodeKind"),
])
def test_the_shapes_do_find_faults(pages, subject, predicate, value, fault):
    graph = parsed(pages["dataset/data-monthly.ttl"])
    node = the(graph, subject)
    graph.remove((node, predicate, None))
    if value is not None:
        graph.add((node, predicate, value))
    expected = (str(predicate), f"{fault}ConstraintComponent")
    assert (expected if fault else (str(DCATAP.applicableLegislation), "ClassConstraintComponent")) in faults(graph)


class TestDuties:
    def test_an_act_without_an_address_has_that_of_the_editions_page_in_every_language(self, app, codes):
        dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}")
        page = URIRef(f"{tk.config['ckan.site_url']}/list/editions/2025")
        assert acts(read(app)) == acts(read(app, "/kk/dataset/schools.ttl")) == {page}
        assert app.get("/list/editions/2025").status_code == 200

    def test_the_page_of_each_duty_refers_to_the_dataset_and_opens(self, app, codes):
        keys = [f"{code}@{HEALTH}" for code in codes[:2]]
        dataset("health_editor", HEALTH, keys[0], {"duty": keys[1], "role": "part"})
        graph = read(app)
        found = {str(one) for one in graph.objects(the(graph, DCAT.Dataset), DCT.isReferencedBy)}
        site = tk.config["ckan.site_url"]
        assert found == {f"{site}/list/item/{code}/{HEALTH}" for code in codes[:2]}
        for address in found:
            assert "Schools" in app.get(address.removeprefix(site)).body
        assert faults(graph) == set()

    @pytest.mark.parametrize(("decision", "named"), [("confirm", 1), ("decline", 0), (None, 0)])
    def test_another_bodys_duty_is_named_once_it_has_confirmed(self, app, codes, decision, named):
        dataset("akmola_editor", AKMOLA)
        link = act(
            "akmola_editor", "civic_duty_link", duty=f"{codes[0]}@{HEALTH}", dataset="schools", role="additional"
        )
        if decision:
            act("health_editor", "civic_duty_link_decide", id=link["id"], decision=decision, reason="Checked")
        assert len(acts(read(app))) == named

    def test_a_disputed_link_is_not_named(self, app, codes):
        made = dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}")
        (link,) = act("keeper", "civic_duty_link_list", dataset=made["id"])["results"]
        act("keeper", "civic_duty_link_decide", id=link["id"], decision="dispute", reason="Other data")
        assert acts(read(app)) == set()

    def test_the_next_editions_act_follows_on_its_day(self, app, codes):
        dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}")
        with on("2025-06-01"):
            next_list("2026", "2025-07-01")
            assert {str(one)[-4:] for one in acts(read(app))} == {"2025"}
        with on("2025-07-01"):
            assert {str(one)[-4:] for one in acts(read(app))} == {"2026"}

    def test_a_duty_that_has_ended_is_not_named(self, app, codes):
        dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}")
        with on("2025-06-01"):
            draft("2026", copy_of="2025")
            act("keeper", "civic_item_delete", edition="2026", code=codes[0])
            make_law("2026", "2025-07-01")
        with on("2025-07-02"):
            assert acts(read(app)) == set()


    def test_without_the_plugin_its_profile_says_nothing(self, app, codes, monkeypatch):
        dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}")
        monkeypatch.setattr("ckan.plugins.plugin_loaded", lambda name: name != "civic_list")
        assert acts(read(app)) == set()


class TestCost:
    def test_is_one_statement_for_any_number_of_duties_and_none_without(self, app, codes, statements):
        sent = []
        for number in (1, 2, 0):
            keys = [f"{code}@{HEALTH}" for code in codes[:number]]
            dataset("health_editor", HEALTH, *keys, name=f"data-{number}")
            read(app, f"/dataset/data-{number}.ttl")
            statements.clear()
            read(app, f"/dataset/data-{number}.ttl")
            sent.append(sum("civic_list_" in one for one in statements))
        assert sent == [1, 1, 0]

    def test_neither_the_page_nor_the_api_pays_for_it(self, app, codes, monkeypatch):
        dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}")

        def refuse(*_):
            raise AssertionError("read for a page that is not RDF")

        monkeypatch.setattr(duties, "answered", refuse)
        assert app.get("/dataset/schools").status_code == 200
        assert act("", "package_show", id="schools")["name"] == "schools"


class TestOddData:
    """What an editor or a harvester may leave; the page is valid all the same."""

    def test_no_description(self, app, codes):
        made = dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}", private=True, notes_translated={})
        act("health_editor", "package_patch", id=made["id"], private=False)
        graph = read(app)
        subject = the(graph, DCAT.Dataset)
        assert set(graph.objects(subject, DCT.description)) == set(graph.objects(subject, DCT.title))
        assert faults(graph) == set()

    def test_addresses_with_spaces_unknown_formats_and_what_is_no_checksum(self, app, codes):
        dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}", url="https://agency.example/a page", resources=[{
            "url": "https://agency.example/a file.x", "format": "Гарант", "mimetype": "no type", "hash": "no sum",
            "name_translated": {"kk": "Файл 1", "ru": "Файл 2"}, "license": "By agreement",
        }])
        graph = read(app)
        assert faults(graph) == set()
        distribution = the(graph, DCAT.Distribution)
        assert graph.value(distribution, DCAT.accessURL) == URIRef("https://agency.example/a%20file.x")
        label = URIRef("http://www.w3.org/2000/01/rdf-schema#label")
        assert graph.value(graph.value(distribution, DCT["format"]), label) == Literal("Гарант")
        assert graph.value(graph.value(distribution, DCT.license), label) == Literal("By agreement")
        assert graph.value(distribution, DCAT.mediaType) is None
        assert not list(graph.subjects(RDF.type, SPDX.Checksum))

    def test_another_portal_of_this_kind_reads_formats_as_they_were(self, app, codes):
        from ckanext.dcat.processors import RDFParser

        resources = [
            {"url": f"https://agency.example/{at}", "format": name, "name_translated": {"kk": f"Ф{at}", "ru": "Ф"}}
            for at, name in enumerate(["CSV", "GeoJSON", "Гарант"])
        ]
        dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}", resources=resources)
        parser = RDFParser()
        parser.parse(app.get("/dataset/schools.ttl").body, "turtle")
        (harvested,) = parser.datasets()
        assert {one["format"].casefold() for one in harvested["resources"]} == {"csv", "geojson", "гарант"}
        assert harvested["update_period"] == "MONTHLY"

    def test_no_authorised_body(self, app, codes, monkeypatch):
        monkeypatch.setitem(tk.config, "ckanext.civic_core.authorised_body", "")
        dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}")
        graph = read(app, "/catalog.ttl")
        assert faults(graph) == set()
        assert str(graph.value(graph.value(the(graph, DCAT.Catalog), DCT.publisher), FOAF.name)) == "CKAN"

    def test_an_agency_that_was_renamed(self, app, codes):
        dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}")
        read(app)
        act("operator", "organization_patch", id=HEALTH, title_translated={"kk": "Жаңа", "ru": "Новое", "en": "New"})
        graph = read(app)
        names = {str(one) for one in graph.objects(the(graph, FOAF.Agent), FOAF.name)}
        assert names == {"Жаңа", "Новое", "New"}
