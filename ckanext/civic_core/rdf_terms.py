"""Terms of the EU's authority tables, by which catalogues understand each other, as nodes of a graph.

The tables are those that DCAT-AP 3.0.0 names, https://semiceu.github.io/DCAT-AP/releases/3.0.0/#controlled-vocs.
"""
from __future__ import annotations

import re

from ckanext.dcat.profiles.base import DCT, SKOS
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF

__all__ = ["IANA", "file_format", "file_type", "frequency", "iri", "language", "media_type", "theme"]

AUTHORITY = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"

_LANGUAGES = {"en": "ENG", "kk": "KAZ", "ru": "RUS"}
_FILE_TYPES = {
    "ATOM", "BIN", "BMP", "CSV", "DBF", "DOC", "DOCX", "GEOJSON", "GIF", "GML", "GPKG", "GTFS", "HTML", "ICS", "JPEG",
    "JSON", "JSON_LD", "KML", "KMZ", "MDB", "N3", "NETCDF", "ODP", "ODS", "ODT", "OWL", "PARQUET", "PDF", "PNG",
    "PPT", "PPTX", "RDF", "RDF_TURTLE", "RSS", "RTF", "SHP", "SVG", "TAR", "TIFF", "TSV", "TXT", "XLS", "XLSM",
    "XLSX", "XML", "ZIP",
}
#: CKAN's name of a format -> the table's, where they differ
_FILE_TYPES_BY_NAME = {
    "ATOM FEED": "ATOM", "DBASE": "DBF", "GZ": "GZIP", "JPG": "JPEG", "JSON-LD": "JSON_LD", "SPARQL": "SPARQLQ",
    "TTL": "RDF_TURTLE", "TURTLE": "RDF_TURTLE", "WCS": "WCS_SRVC", "WFS": "WFS_SRVC", "WMS": "WMS_SRVC",
    "WMTS": "WMTS_SRVC",
}
_THEMES = {
    "AGRI": "Agriculture, fisheries, forestry and food", "ECON": "Economy and finance",
    "EDUC": "Education, culture and sport", "ENER": "Energy", "ENVI": "Environment",
    "GOVE": "Government and public sector", "HEAL": "Health", "INTR": "International issues",
    "JUST": "Justice, legal system and public safety", "OP_DATPRO": "Provisional data", "REGI": "Regions and cities",
    "SOCI": "Population and society", "TECH": "Science and technology", "TRAN": "Transport",
}
_MEDIA_TYPE = re.compile(r"\w[\w.+-]*/\w[\w.+-]*", re.ASCII)


def iri(table: str, code: str = "") -> URIRef:
    """The address of a table's term, or of the table."""
    return URIRef(f"{AUTHORITY}{table}/{code}" if code else f"{AUTHORITY}{table}")


def frequency(graph: Graph, code: str) -> URIRef:
    """How often data are brought up to date; ``code`` is the table's."""
    return _term(graph, "frequency", code, DCT.Frequency)


def language(graph: Graph, code: str) -> URIRef | None:
    """A language that the portal speaks; None where this module does not know its three letters."""
    known = _LANGUAGES.get(code.partition("_")[0])
    return _term(graph, "language", known, DCT.LinguisticSystem) if known else None


def file_type(graph: Graph, name: str) -> URIRef | None:
    """CKAN's name of a format as the table's; None where the table has none."""
    name = name.strip().upper()
    code = _FILE_TYPES_BY_NAME.get(name) or (name if name in _FILE_TYPES else None)
    return _term(graph, "file-type", code, DCT.MediaTypeOrExtent) if code else None


def file_format(address: str) -> str | None:
    """CKAN's name of a format that another catalogue names by the table; None for what is no address of it."""
    table, _, code = address.rpartition("/")
    if table != str(iri("file-type")):
        return None
    return next((name for name, known in _FILE_TYPES_BY_NAME.items() if known == code), code)


def media_type(graph: Graph, name: str) -> URIRef | None:
    """A media type such as ``text/csv`` by its address at IANA; None where it is none."""
    if not _MEDIA_TYPE.fullmatch(name):
        return None
    node = URIRef(IANA + name)
    graph.add((node, RDF.type, DCT.MediaType))
    return node


def theme(graph: Graph, address: str) -> None:
    """Name a theme of the table, which others show."""
    table, _, code = address.rpartition("/")
    if table == str(iri("data-theme")) and code in _THEMES:
        node = _term(graph, "data-theme", code, SKOS.Concept)
        graph.add((node, SKOS.prefLabel, Literal(_THEMES[code], lang="en")))


def _term(graph: Graph, table: str, code: str, kind: URIRef) -> URIRef:
    node = iri(table, code)
    graph.add((node, RDF.type, kind))
    graph.add((node, SKOS.inScheme, iri(table)))
    return node
