"""What the unified list adds to DCAT-AP of a dataset: RDF profile ``civic_list_dcat``.

To be named after ``civic_dcat_ap`` in ``ckanext.dcat.rdf.profiles``. The properties are those of DCAT-AP 3.0.0,
https://semiceu.github.io/DCAT-AP/releases/3.0.0/#Dataset:

- ``dcatap:applicableLegislation``, "the legislation that mandates the creation or management of the Dataset": the act
  by which the edition in force was approved, an ``eli:LegalResource`` that must have an IRI.
- ``dct:isReferencedBy``, "a related resource, such as a publication, that references, cites, or otherwise points to
  the dataset": the page of each duty on this portal. Not ``dct:conformsTo``: its value is a ``dct:Standard``, a rule
  for how data are made, which the page of a duty is not.
"""
from __future__ import annotations

from datetime import date
from typing import Any

import ckan.model as model
import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckanext.dcat.profiles.base import DCT, FOAF, CleanedURIRef, RDFProfile
from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import RDF, RDFS, XSD

from ckanext.civic_list import duties, linking
from ckanext.civic_list.model import Edition

__all__ = ["CivicListProfile"]

DCATAP = Namespace("http://data.europa.eu/r5r/")
ELI = Namespace("http://data.europa.eu/eli/ontology#")


class CivicListProfile(RDFProfile):
    """The act that makes an agency publish a dataset, and the duties of the list that the dataset answers.

    Only links that the owing agency has confirmed count, and duties that stand today. One SQL statement a dataset; none
    where the dataset names no duty.
    """

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: Any) -> None:
        if not p.plugin_loaded("civic_list") or not linking.declared(dataset_dict.get(linking.FIELD)):
            return
        self.g.bind("dcatap", DCATAP)
        self.g.bind("eli", ELI)
        for row in duties.answered(model.Session(), dataset_dict["id"]):
            self.g.add((dataset_ref, DCATAP.applicableLegislation, self._act(row.edition)))
            self.g.add((dataset_ref, DCT.isReferencedBy, self._page(row)))

    def _act(self, edition: Edition) -> URIRef:
        """The act under its own address, else under that of the edition's page."""
        page = _address("civic_list.edition", number=edition.number)
        act = CleanedURIRef(edition.act_url) if edition.act_url else page
        self.g.add((act, RDF.type, ELI.LegalResource))
        for language, title in edition.title.items():
            self.g.add((act, DCT.title, Literal(title, lang=language)))
        self.g.add((act, DCT.identifier, Literal(edition.act_number)))
        self._add_day(act, edition.act_date)
        if act != page:
            self.g.add((page, RDF.type, FOAF.Document))
            self.g.add((act, FOAF.page, page))
        return act

    def _add_day(self, act: URIRef, day: date | None) -> None:
        if day is not None:
            self.g.add((act, DCT.issued, Literal(day.isoformat(), datatype=XSD.date)))

    def _page(self, row: duties.Row) -> URIRef:
        page = _address("civic_list.duty", code=row.code, agency=row.agency.name)
        for kind in (FOAF.Document, RDFS.Resource):
            self.g.add((page, RDF.type, kind))
        for language, title in row.version.title.items():
            self.g.add((page, DCT.title, Literal(title, lang=language)))
        return page


def _address(endpoint: str, **values: str) -> URIRef:
    """Whole, and the same for readers of every language."""
    return CleanedURIRef(tk.url_for(endpoint, qualified=True, locale="default", **values))
