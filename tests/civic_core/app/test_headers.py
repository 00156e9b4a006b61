"""Headers that tell a browser what the pages may do."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest

from ckanext.civic_core.guard import headers

pytestmark = pytest.mark.usefixtures("clean_db")


def test_every_page_carries_the_headers(app):
    sent = app.get("/dataset/").headers
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in sent["Permissions-Policy"]
    policy = sent["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "object-src 'none'" in policy
    assert "{inline}" not in policy
    assert len(policy) < 3000


def test_scripts_that_were_slipped_into_a_page_are_not_allowed(app):
    policy = app.get("/").headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert "'unsafe-inline'" not in scripts
    assert "'unsafe-eval'" not in scripts


def test_the_handlers_of_ckans_own_templates_are(app):
    policy = app.get("/").headers["Content-Security-Policy"]
    with app.flask_app.test_request_context():
        found = headers.handlers(app.flask_app)
    assert any("resource-url-link" in text for text in found)
    assert all(source in policy for source in headers.hashes(found))


def test_what_is_said_of_https_is_said_over_https_only(app):
    assert "Strict-Transport-Security" not in app.get("/").headers
    secure = app.get("/", environ_overrides={"wsgi.url_scheme": "https"})
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_an_answer_that_is_no_page_has_no_policy_of_pages(app):
    sent = app.get("/api/3/action/site_read").headers
    assert "Content-Security-Policy" not in sent
    assert sent["X-Content-Type-Options"] == "nosniff"


def test_an_operator_may_send_none(app, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.civic_core.security.csp", "")
    assert "Content-Security-Policy" not in app.get("/").headers
