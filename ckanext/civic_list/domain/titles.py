"""When two titles are the same title: what a person would not call a difference is set aside."""
from __future__ import annotations

import re
import unicodedata

#: letters of other scripts, and the Cyrillic ones that they look like
LOOKALIKES = dict(zip("aceopxyiABCEHKMOPTXYIɵƟəƏɪ", "асеорхуіАВСЕНКМОРТХУІөӨәӘі", strict=True))
# case is folded first, so that APM and АРМ are one word
_FOLDED = str.maketrans({**{ours.casefold(): theirs.casefold() for ours, theirs in LOOKALIKES.items()}})
_SAME_LETTERS = str.maketrans({"ё": "е"})
_QUOTES = re.compile("[\"'`´«»„“”‟‚‘’‹›]")
_DASHES = re.compile("[‐‑‒–—―−]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_XML_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_LEADING_NUMBER = re.compile(
    r"""\s*(?:
        №\s*\d++(?:\.\d++)*+(?:[.):]\s*|\s+)   # №654 , № 654. ; never «№ 1-М»
      | \d+(?:\.\d+)*[.)](?:\s+|(?=[^\d\s]))   # 304. , 12.3) ; never 3.5 or a date
    )(?=\w|[«"„“(])""",
    re.VERBOSE,
)


def without_number(title: str) -> str:
    """The title without the number of another edition before it («304. », «№654 »)."""
    found = _LEADING_NUMBER.match(title)
    return title[found.end() :] if found else title


def title_key(title: str) -> str:
    """What is left of ``title`` to compare by: equal keys mean the same title.

    Set aside: case, compatibility forms, ё and е, quotation marks, kinds of dash, white space, invisible
    characters, a leading number, a full stop at the end, and Latin letters typed for Cyrillic ones.
    """
    text = _XML_ESCAPE.sub(lambda code: chr(int(code[1], 16)), title)
    text = without_number(_INVISIBLE.sub("", text))
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _DASHES.sub("-", _QUOTES.sub("", text)).translate(_FOLDED).translate(_SAME_LETTERS)
    return " ".join(text.split()).rstrip(" .;,")
