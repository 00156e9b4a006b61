"""Packaging. Metadata stands in ``setup.cfg``; here is only what must be computed."""
from pathlib import Path

from setuptools import find_namespace_packages, setup
from setuptools.command.build_py import build_py


class BuildWithCatalogues(build_py):
    """Compile the message catalogues first: ``.mo`` files are made, never committed."""

    def run(self) -> None:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        for source in Path(__file__).parent.glob("ckanext/*/i18n*/*/LC_MESSAGES/*.po"):
            with source.open("rb") as text:
                catalogue = read_po(text, locale=source.parts[-3])
            with source.with_suffix(".mo").open("wb") as binary:
                write_mo(binary, catalogue)
        super().run()


setup(
    packages=[*find_namespace_packages(include=["ckanext.*"]), "ckanext.civic_schemas"],
    package_dir={"ckanext.civic_schemas": "schemas"},
    cmdclass={"build_py": BuildWithCatalogues},
)
