"""What an agency takes from the page of a duty to deliver its data."""
from __future__ import annotations

from flask import Response

from ckanext.civic_core.pages import found_or_404
from ckanext.civic_list.views.reading import civic_list

__all__ = ["template"]

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@civic_list.route("/item/<code>/<agency>/template.xlsx")
def template(code: str, agency: str) -> Response:
    """A workbook with the columns that the duty asks for and the last values; for editors of the agency and keepers."""
    answer = found_or_404("civic_duty_template", duty=f"{code}@{agency}")
    response = Response(answer["content"].data, content_type=_XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=answer["filename"])
    response.headers["Cache-Control"] = "private, no-store"
    return response
