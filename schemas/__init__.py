"""Data that operators may replace: scheming schemas, presets and vocabularies.

The folder is installed as the package ``ckanext.civic_schemas``, so that
``ckanext.civic_schemas:dataset.yaml`` works from a checkout and from a wheel.
"""
