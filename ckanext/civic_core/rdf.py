"""DCAT-AP of a dataset, beside what ckanext-dcat writes itself: RDF profile ``civic_dcat_ap``.

To be named after a DCAT-AP profile in ``ckanext.dcat.rdf.profiles``. What it writes is valid by the SHACL shapes of
DCAT-AP 3, https://semiceu.github.io/DCAT-AP/releases/3.0.0/#validation-of-dcat-ap.
"""
from __future__ import annotations

import re
from typing import Any

import ckan.model as model
from ckanext.dcat.profiles.base import DCAT, DCT, FOAF, RDFS, SPDX, VCARD, CleanedURIRef, RDFProfile
from ckanext.dcat.utils import publisher_uri_organization_fallback
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import RDF

from ckanext.civic_core import config, rdf_terms, titles, vocabulary

__all__ = ["CivicDCATAPProfile"]

#: digits of a checksum -> its algorithm
_ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256"}


class CivicDCATAPProfile(RDFProfile):
    """Update period, formats, themes and languages by the EU's authority tables, the agency's name in each language,
    telephone numbers, the catalogue's publisher; and what of it can be read from other catalogues."""

    def graph_from_catalog(self, catalog_dict: dict[str, Any], catalog_ref: Any) -> None:
        self._describe_catalog(catalog_ref)
        self._name_languages(catalog_ref)
        self._add_catalog_publisher(catalog_ref)

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: Any) -> None:
        self._add_period(dataset_dict, dataset_ref)
        self._add_description(dataset_ref)
        self._name_publisher(dataset_dict, dataset_ref)
        self._add_phones(dataset_dict, dataset_ref)
        for link in (DCAT.landingPage, DCAT.theme):
            self._clean(dataset_ref, link)
        for theme in list(self.g.objects(dataset_ref, DCAT.theme)):
            rdf_terms.theme(self.g, str(theme))
        for distribution in list(self.g.objects(dataset_ref, DCAT.distribution)):
            self._complete(distribution)

    def parse_dataset(self, dataset_dict: dict[str, Any], dataset_ref: Any) -> dict[str, Any]:
        """A harvested dataset keeps its update period and formats, where the portal knows them."""
        for value in self.g.objects(dataset_ref, DCT.accrualPeriodicity):
            term = vocabulary.load("periods").find(str(value).rstrip("/").rsplit("/", 1)[-1])
            if term is not None:
                dataset_dict["update_period"] = term.code
        for resource in dataset_dict.get("resources", []):
            self._parse_format(resource)
        return dataset_dict

    def _parse_format(self, resource: dict[str, Any]) -> None:
        node = self.g.value(URIRef(resource.get("uri") or ""), DCT["format"])
        label = self.g.value(node, RDFS.label) if node is not None else None
        name = rdf_terms.file_format(resource.get("format") or "") or (str(label) if label else None)
        if name:
            resource["format"] = name
        if resource.get("mimetype"):
            resource["mimetype"] = resource["mimetype"].removeprefix(rdf_terms.IANA)

    # --- the catalogue ------------------------------------------------------------------------------------

    def _describe_catalog(self, catalog: Any) -> None:
        title = self.g.value(catalog, DCT.title)
        if title is not None and self.g.value(catalog, DCT.description) is None:
            self.g.add((catalog, DCT.description, title))
        for page in self.g.objects(catalog, FOAF.homepage):
            self.g.add((page, RDF.type, FOAF.Document))

    def _name_languages(self, catalog: Any) -> None:
        self.g.remove((catalog, DCT.language, None))
        for code in config.languages():
            language = rdf_terms.language(self.g, code)
            if language is not None:
                self.g.add((catalog, DCT.language, language))

    def _add_catalog_publisher(self, catalog: Any) -> None:
        """The authorised body; where there is none, the portal itself."""
        if self.g.value(catalog, DCT.publisher) is not None:
            return
        body = model.Group.get(config.authorised_body()) if config.authorised_body() else None
        address = publisher_uri_organization_fallback({"organization": {"id": body.id}}) if body else None
        publisher = URIRef(address or f"{catalog}#publisher")
        self.g.add((publisher, RDF.type, FOAF.Agent))
        self.g.add((catalog, DCT.publisher, publisher))
        if body:
            self._name(publisher, titles.known().get(body.id, {}))
        elif self.g.value(catalog, DCT.title) is not None:
            self.g.add((publisher, FOAF.name, self.g.value(catalog, DCT.title)))

    # --- a dataset ----------------------------------------------------------------------------------------

    def _add_period(self, dataset: dict[str, Any], ref: Any) -> None:
        term = vocabulary.load("periods").get(dataset.get("update_period", ""))
        if term is not None and term.get("eu"):
            self.g.set((ref, DCT.accrualPeriodicity, rdf_terms.frequency(self.g, term["eu"])))

    def _add_description(self, ref: Any) -> None:
        """DCAT-AP wants one: where the agency wrote none, the title stands for it."""
        if self.g.value(ref, DCT.description) is None:
            for title in list(self.g.objects(ref, DCT.title)):
                self.g.add((ref, DCT.description, title))

    def _name_publisher(self, dataset: dict[str, Any], ref: Any) -> None:
        """Under its names of today: ckanext-dcat remembers an agency's name until the process ends."""
        agency = dataset.get("organization") or {}
        names = titles.known().get(agency.get("id", ""), {})
        publisher = self.g.value(ref, DCT.publisher)
        if publisher is not None and names:
            self._name(publisher, names)

    def _name(self, agent: Any, names: dict[str, str]) -> None:
        self.g.remove((agent, FOAF.name, None))
        for language, name in names.items():
            self.g.add((agent, FOAF.name, Literal(name, lang=language)))

    def _add_phones(self, dataset: dict[str, Any], ref: Any) -> None:
        phones = {row.get("name"): row["phone"] for row in dataset.get("contact") or [] if row.get("phone")}
        for contact in self.g.objects(ref, DCAT.contactPoint):
            phone = phones.get(str(self.g.value(contact, VCARD.fn) or "") or None)
            if phone:
                digits = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
                self.g.add((contact, VCARD.hasTelephone, URIRef(f"tel:{digits}")))

    # --- a file -------------------------------------------------------------------------------------------

    def _complete(self, distribution: Any) -> None:
        for link in (DCAT.accessURL, DCAT.downloadURL):
            self._clean(distribution, link)
        if self.g.value(distribution, DCAT.accessURL) is None:
            self.g.add((distribution, DCAT.accessURL, distribution))
        for address in list(self.g.objects(distribution, DCAT.accessURL)):
            self.g.add((address, RDF.type, RDFS.Resource))
        self._name_format(distribution)
        self._name_media_type(distribution)
        self._license(distribution)
        self._check_sum(distribution)

    def _name_format(self, distribution: Any) -> None:
        """By the EU's table; a format that it lacks by its name."""
        for name in [one for one in self.g.objects(distribution, DCT["format"]) if isinstance(one, Literal)]:
            self.g.remove((distribution, DCT["format"], name))
            node = rdf_terms.file_type(self.g, str(name)) or BNode()
            if isinstance(node, BNode):
                self.g.add((node, RDF.type, DCT.MediaTypeOrExtent))
                self.g.add((node, RDFS.label, name))
            self.g.add((distribution, DCT["format"], node))

    def _name_media_type(self, distribution: Any) -> None:
        for name in [one for one in self.g.objects(distribution, DCAT.mediaType) if isinstance(one, Literal)]:
            self.g.remove((distribution, DCAT.mediaType, name))
            node = rdf_terms.media_type(self.g, str(name))
            if node is not None:
                self.g.add((distribution, DCAT.mediaType, node))

    def _license(self, distribution: Any) -> None:
        """A document; ckanext-dcat calls the type of each licence unknown, which says nothing."""
        for document in list(self.g.objects(distribution, DCT.license)):
            self.g.remove((document, DCT.type, None))
            node = document
            if isinstance(document, Literal):
                node = BNode()
                self.g.set((distribution, DCT.license, node))
                self.g.add((node, RDFS.label, document))
            self.g.add((node, RDF.type, DCT.LicenseDocument))

    def _check_sum(self, distribution: Any) -> None:
        """With its algorithm, which CKAN does not keep; what is no checksum is left out."""
        for node in list(self.g.objects(distribution, SPDX.checksum)):
            digits = str(self.g.value(node, SPDX.checksumValue) or "")
            algorithm = _ALGORITHMS.get(len(digits)) if re.fullmatch("[0-9a-fA-F]+", digits) else None
            if algorithm is None:
                self.g.remove((distribution, SPDX.checksum, node))
                self.g.remove((node, None, None))
            elif not isinstance(self.g.value(node, SPDX.algorithm), URIRef):
                method = SPDX[f"checksumAlgorithm_{algorithm}"]
                self.g.add((method, RDF.type, SPDX.ChecksumAlgorithm))
                self.g.set((node, SPDX.algorithm, method))

    def _clean(self, subject: Any, link: Any) -> None:
        """An address with a space in it stops the whole page: write it as a browser would."""
        for address in [one for one in self.g.objects(subject, link) if isinstance(one, URIRef)]:
            clean = CleanedURIRef(str(address))
            if clean != address:
                self.g.remove((subject, link, address))
                self.g.add((subject, link, clean))
                for kind in list(self.g.objects(address, RDF.type)):
                    self.g.remove((address, RDF.type, kind))
                    self.g.add((clean, RDF.type, kind))
