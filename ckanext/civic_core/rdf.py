"""DCAT-AP of a dataset, beside what ckanext-dcat writes itself: RDF profile ``civic_dcat_ap``.

To be named after a DCAT-AP profile in ``ckanext.dcat.rdf.profiles``.
"""
from __future__ import annotations

from typing import Any

from ckanext.dcat.profiles.base import DCAT, DCT, FOAF, VCARD, RDFProfile
from rdflib import Literal, URIRef
from rdflib.namespace import RDF

from ckanext.civic_core import titles, vocabulary

__all__ = ["CivicDCATAPProfile"]

FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"


class CivicDCATAPProfile(RDFProfile):
    """Update period as ``dct:accrualPeriodicity`` (EU authority table), the agency's name in each language,
    telephone numbers, and the same read from other catalogues."""

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: Any) -> None:
        self._add_period(dataset_dict, dataset_ref)
        self._name_publisher(dataset_dict, dataset_ref)
        self._add_phones(dataset_dict, dataset_ref)

    def parse_dataset(self, dataset_dict: dict[str, Any], dataset_ref: Any) -> dict[str, Any]:
        """A harvested dataset keeps its update period, where the vocabulary knows it."""
        for value in self.g.objects(dataset_ref, DCT.accrualPeriodicity):
            term = vocabulary.load("periods").find(str(value).rstrip("/").rsplit("/", 1)[-1])
            if term is not None:
                dataset_dict["update_period"] = term.code
        return dataset_dict

    def _add_period(self, dataset: dict[str, Any], ref: Any) -> None:
        term = vocabulary.load("periods").get(dataset.get("update_period", ""))
        if term is not None and term.get("eu"):
            frequency = URIRef(FREQUENCY + term["eu"])
            self.g.add((frequency, RDF.type, DCT.Frequency))
            self.g.set((ref, DCT.accrualPeriodicity, frequency))

    def _name_publisher(self, dataset: dict[str, Any], ref: Any) -> None:
        agency = dataset.get("organization") or {}
        names = titles.known().get(agency.get("id", ""), {})
        publisher = self.g.value(ref, DCT.publisher)
        if publisher is None or not names:
            return
        self.g.remove((publisher, FOAF.name, Literal(agency.get("title"))))
        for language, name in names.items():
            self.g.add((publisher, FOAF.name, Literal(name, lang=language)))

    def _add_phones(self, dataset: dict[str, Any], ref: Any) -> None:
        phones = {row.get("name"): row["phone"] for row in dataset.get("contact") or [] if row.get("phone")}
        for contact in self.g.objects(ref, DCAT.contactPoint):
            phone = phones.get(str(self.g.value(contact, VCARD.fn) or "") or None)
            if phone:
                digits = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
                self.g.add((contact, VCARD.hasTelephone, URIRef(f"tel:{digits}")))
