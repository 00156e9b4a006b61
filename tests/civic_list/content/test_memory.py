"""A file is read as a stream: memory does not follow its size."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from civic_list.measuring import run

MB = 1 << 20
#: of the whole process, interpreter and libraries included
LIMIT_MB = 200
_MEASURE = """
import time
from ckanext.civic_list.content.digest import digest_of
began = time.perf_counter()
with open(sys.argv[1], "rb") as file:
    found = digest_of(file, sys.argv[2])
took = time.perf_counter() - began
print(found.rows, found.size, peak(), took)
"""
_LINE = "{0},Аккольский район {1},2026-0{2}-1{2},{0}.50,Государственное учреждение № {1},+7 717 2 {0:07},открыт\n"
_OBJECT = '{{"id": {0}, "район": "Аккольский район {1}", "день": "2026-0{2}-1{2}", "сумма": {0}.5, "имя": "ГУ № {1}"}}'
_ELEMENT = "<r><id>{0}</id><район>Аккольский район {1}</район><день>2026-0{2}-1{2}</день><сумма>{0}.5</сумма></r>\n"


def measured(path: Path, format: str) -> tuple[int, float]:
    """The peak of memory of a process that digests a file, in megabytes, and the speed, in megabytes a second."""
    rows, size, peak, took = run(_MEASURE, str(path), format)
    assert int(rows) > 0
    speed = int(size) / MB / float(took)
    print(f"\n{format}: {int(size) / MB:.0f} MB, {rows} rows, {peak} MB of memory, {speed:.1f} MB/s")
    return int(peak), speed


def written(path: Path, size: int, begin: str, line: str, between: str, end: str) -> Path:
    """A file of about so many megabytes, whose rows differ."""
    number = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(begin)
        while file.tell() < size * MB:
            rows = (line.format(n, n % 500, n % 9 + 1) for n in range(number, number + 5_000))
            file.write((between if number else "") + between.join(rows))
            number += 5_000
        file.write(end)
    return path


def csv(path: Path, size: int) -> Path:
    return written(path, size, "id,район,день,сумма,учреждение,телефон,статус\n", _LINE, "", "")


def json(path: Path, size: int) -> Path:
    return written(path, size, '{"data": [', _OBJECT, ",\n", "]}")


def xml(path: Path, size: int) -> Path:
    return written(path, size, "<rows>", _ELEMENT, "", "</rows>")


def xlsx(path: Path, size: int) -> Path:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["id", "район", "день", "сумма"])
    for number in range(size * 40_000):
        sheet.append([number, f"Аккольский район {number % 500}", f"2026-0{number % 9 + 1}-11", number + 0.5])
    book.save(path)
    return path


def test_a_large_table_takes_no_more_memory_than_a_small_one(tmp_path):
    peak, _ = measured(csv(tmp_path / "a.csv", 50), "CSV")
    assert peak < LIMIT_MB


@pytest.mark.bench
@pytest.mark.parametrize(
    ("make", "format", "size", "speed"),
    [(csv, "CSV", 500, 20), (json, "JSON", 200, 5), (xml, "XML", 200, 2), (xlsx, "XLSX", 5, 0.2)],
    ids=["CSV", "JSON", "XML", "XLSX"],
)
def test_half_a_gigabyte_is_digested_as_a_stream(
    tmp_path: Path, make: Callable[[Path, int], Path], format: str, size: int, speed: float
):
    peak, reached = measured(make(tmp_path / "a.data", size), format)
    assert peak < LIMIT_MB
    assert reached > speed
