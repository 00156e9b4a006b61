"""What other catalogues read of a dataset: DCAT-AP in Turtle."""
from __future__ import annotations

import pytest
from ckan.tests.helpers import call_action
from rdflib import Graph, Literal, Namespace, URIRef

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

DCT, DCAT = Namespace("http://purl.org/dc/terms/"), Namespace("http://www.w3.org/ns/dcat#")
FOAF, VCARD = Namespace("http://xmlns.com/foaf/0.1/"), Namespace("http://www.w3.org/2006/vcard/ns#")
FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"


@pytest.fixture
def graph(app):
    author = {"user": call_action("get_site_user")["name"]}
    names = {"kk": "Астана әкімдігі", "ru": "Акимат Астаны"}
    agency = call_action("organization_create", context=author, name="akimat-astana", title_translated=names)
    call_action(
        "package_create", context=author, name="roads", owner_org=agency["id"], update_period="HALF_YEAR",
        title_translated={"kk": "Жолдар", "ru": "Дороги"}, notes_translated={"ru": "Ремонт"},
        tags_translated={"kk": ["жол"], "ru": ["дорога"]},
        contact=[{"name": "Отдел", "email": "zhol@astana.example", "phone": "+7 (7172) 00-00-00"}],
        temporal_coverage=[{"start": "2025-01-01", "end": "2025-06-30"}],
        resources=[{"url": "https://data.example/a.csv", "name_translated": {"kk": "Файл (kk)", "ru": "Файл"}}],
    )
    return Graph().parse(data=app.get("/dataset/roads.ttl").body, format="turtle")


@pytest.fixture
def dataset(graph):
    return graph.value(predicate=URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), object=DCAT.Dataset)


def test_texts_are_literals_with_their_language(graph, dataset):
    assert set(graph.objects(dataset, DCT.title)) == {Literal("Жолдар", lang="kk"), Literal("Дороги", lang="ru")}
    assert set(graph.objects(dataset, DCT.description)) == {Literal("Ремонт", lang="ru")}
    assert set(graph.objects(dataset, DCAT.keyword)) == {Literal("жол", lang="kk"), Literal("дорога", lang="ru")}
    distribution = graph.value(dataset, DCAT.distribution)
    assert set(graph.objects(distribution, DCT.title)) == {Literal("Файл (kk)", lang="kk"), Literal("Файл", lang="ru")}


def test_the_period_is_that_of_the_eu_table(graph, dataset):
    assert list(graph.objects(dataset, DCT.accrualPeriodicity)) == [URIRef(FREQUENCY + "ANNUAL_2")]


def test_the_agency_has_its_names(graph, dataset):
    names = set(graph.objects(graph.value(dataset, DCT.publisher), FOAF.name))
    assert names == {Literal("Астана әкімдігі", lang="kk"), Literal("Акимат Астаны", lang="ru")}


def test_the_contact_can_be_reached(graph, dataset):
    contact = graph.value(dataset, DCAT.contactPoint)
    assert graph.value(contact, VCARD.hasEmail) == URIRef("mailto:zhol@astana.example")
    assert graph.value(contact, VCARD.hasTelephone) == URIRef("tel:+77172000000")


def test_a_period_from_another_catalogue_is_understood():
    from ckanext.dcat.processors import RDFParser

    source = f"""
        @prefix dct: <http://purl.org/dc/terms/> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
        <http://other.example/1> a dcat:Dataset ; dct:title "Other" ; dct:accrualPeriodicity <{FREQUENCY}QUARTERLY> .
    """
    parser = RDFParser()
    parser.parse(source, "turtle")
    assert next(iter(parser.datasets()))["update_period"] == "QUARTERLY"
