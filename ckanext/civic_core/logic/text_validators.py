"""Validators of fields that hold a text or keywords in each language of the portal.

A form sends one field a language (``title_translated-ru``), an API client a mapping or its JSON. A client that knows
only CKAN's own field (``title``) may send that alone. Stored is JSON; shown is a mapping.
"""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.civic_core import config, languages
from ckanext.civic_core.domain import texts
from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.logic.stored import given, is_given, stored_extra, stored_object, stored_plain

__all__ = ["civic_fill_tags", "civic_json_output", "civic_tags", "civic_texts"]

Validator = Callable[[FlattenKey, FlattenDataDict, FlattenErrorDict, Context], None]
Parse = Callable[[object, tuple[str, ...]], dict[str, Any]]


@dataclass
class Sent:
    """What a client sent for one field; ``by_form`` where it came as one field a language."""

    value: dict[str, Any] | None
    by_form: bool = False
    errors: dict[str, str] = attribute(default_factory=dict)


def civic_texts(field: Mapping[str, Any], _schema: Mapping[str, Any]) -> Validator:
    """Scheming validator: a text in each language.

    Options of the field: ``plain_field``, CKAN's field that is filled from it; ``complete``, whether the portal's
    required languages must have a text; ``max_length`` of each text.
    """

    def validate(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        sent = _sent(key, data, texts.parse)
        if field.get("complete") and sent.value is None:
            context["civic_plain_client"] = True  # type: ignore[typeddict-unknown-key]
        thing = stored_object(key, data, context)
        stored = stored_extra(thing, key[-1]) or {}
        if sent.value is not None and not sent.errors:
            sent.errors |= _too_long(sent.value, field.get("max_length"))
            if field.get("complete") and (sent.by_form or sent.value != stored):
                sent.errors |= _incomplete(sent)
        if _report(key, errors, sent):
            raise tk.StopOnError
        _settle_texts(key, data, sent, thing, stored, field.get("plain_field"))

    return validate


def civic_tags(_field: Mapping[str, Any], _schema: Mapping[str, Any]) -> Validator:
    """Scheming validator: keywords in each language; CKAN's tags are filled by :func:`civic_fill_tags`."""

    def validate(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        sent = _sent(key, data, texts.parse_keywords)
        if sent.value is not None and not sent.errors:
            sent.errors |= _bad_words(sent.value, context)
        if _report(key, errors, sent):
            raise tk.StopOnError
        _settle_tags(key, data, sent.value, stored_object(key, data, context))

    return validate


# The mark by which scheming knows that a validator wants the field and the schema.
civic_texts.is_a_scheming_validator = True  # type: ignore[attr-defined]
civic_tags.is_a_scheming_validator = True  # type: ignore[attr-defined]


def civic_fill_tags(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """Fill CKAN's tags from the keywords in the site's language, when all else was checked."""
    value = given(data, ("tags_translated",))
    if value is None or any(errors.values()):
        return
    words, _ = texts.pick(json.loads(value), config.home_language(), config.languages())
    if sorted(words) == sorted(_plain_tags(data)):
        return
    for name in [k for k in data if k[0] == "tags" and len(k) == 3 and not given(data, (*k[:2], "vocabulary_id"))]:
        del data[name]
    start = max((k[1] + 1 for k in data if k[0] == "tags" and len(k) == 3), default=0)
    for number, word in enumerate(words, start):
        data[("tags", number, "name")] = word


def civic_json_output(value: Any) -> Any:
    """What is stored as JSON, read."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _sent(key: FlattenKey, data: FlattenDataDict, parse: Parse) -> Sent:
    by_form = _from_form(key, data)
    value = by_form or given(data, key)
    if value in (None, ""):
        return Sent(None)
    try:
        return Sent(parse(_decoded(value), config.languages()), bool(by_form))
    except Refused as refusal:
        return Sent({}, bool(by_form), {refusal.params.get("language", ""): _sentence(refusal)})


def _from_form(key: FlattenKey, data: FlattenDataDict) -> dict[str, Any]:
    extras = data.get((*key[:-1], "__extras")) or {}
    names = {language: f"{key[-1]}-{language}" for language in config.languages()}
    return {language: extras.pop(name) for language, name in names.items() if name in extras}


def _decoded(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _report(key: FlattenKey, errors: FlattenErrorDict, sent: Sent) -> bool:
    for language, sentence in sent.errors.items():
        place = (*key[:-1], f"{key[-1]}-{language}") if sent.by_form and language else key
        errors.setdefault(place, []).append(sentence)
    return bool(sent.errors)


def _sentence(refusal: Refused) -> str:
    codes = config.languages()
    if refusal.code == "texts_unknown_language":
        return tk._("{language} is not a language of this portal. Its languages are: {languages}").format(
            language=refusal.params["language"], languages=", ".join(codes))
    if refusal.code == "texts_not_text":
        return tk._("What is written in {language} must be text").format(
            language=languages.name_of(refusal.params["language"]))
    example = json.dumps(dict.fromkeys(codes, "…"), ensure_ascii=False)
    return tk._("Give a text for each language, such as {example}").format(example=example)


def _incomplete(sent: Sent) -> dict[str, str]:
    sentence = tk._("A text is needed here in: {languages}")
    names = {
        code: languages.name_of(code)
        for code in texts.missing(sent.value or {}, config.required_languages())
    }
    if sent.by_form:
        return {code: sentence.format(languages=name) for code, name in names.items()}
    return {"": sentence.format(languages=", ".join(names.values()))} if names else {}


def _too_long(value: Mapping[str, str], most: int | None) -> dict[str, str]:
    sentence = tk._("At most {most} characters, please").format(most=most)
    return {code: sentence for code, text in value.items() if most and len(text) > most}


def _bad_words(value: Mapping[str, tuple[str, ...]], context: Context) -> dict[str, str]:
    found: dict[str, str] = {}
    for language, words in value.items():
        for word in words:
            try:
                tk.get_validator("tag_length_validator")(word, context)
                tk.get_validator("tag_name_validator")(word, context)
            except tk.Invalid as error:
                found[language] = error.error
    return found


def _settle_texts(
    key: FlattenKey, data: FlattenDataDict, sent: Sent, thing: Any, stored: Mapping[str, str], plain_field: str | None,
) -> None:
    plain_key = (*key[:-1], plain_field)
    former = stored_plain(thing, plain_field) if plain_field else ""
    language = texts.pick(stored, config.home_language(), config.languages())[1]
    plain = given(data, plain_key) if plain_field and not sent.by_form else None
    result = texts.reconcile(sent.value, plain, stored, former, language)
    data[key] = json.dumps(_ordered(result), ensure_ascii=False)
    if plain_field and (result or sent.value is not None or is_given(data.get(plain_key))):
        data[plain_key] = texts.pick(result, config.home_language(), config.languages())[0]
    if not result:
        _forget(key, data)


def _settle_tags(key: FlattenKey, data: FlattenDataDict, sent: Any, thing: Any) -> None:
    stored = {code: tuple(words) for code, words in (stored_extra(thing, key[-1]) or {}).items()}
    former = tuple(sorted(tag.name for tag in thing.get_tags())) if thing is not None else ()
    plain = tuple(sorted(_plain_tags(data))) if _tags_given(data, thing) else None
    language = texts.pick(stored, config.home_language(), config.languages())[1]
    result = texts.reconcile(sent, plain, stored, former, language)
    data[key] = json.dumps(_ordered(result), ensure_ascii=False)
    if not result and sent is None:
        _forget(key, data)


def _forget(key: FlattenKey, data: FlattenDataDict) -> None:
    """Nothing to store: leave no empty extra behind."""
    data.pop(key, None)
    raise tk.StopOnError


def _ordered(several: Mapping[str, Any]) -> dict[str, Any]:
    return {code: several[code] for code in config.languages() if several.get(code)}


def _plain_tags(data: FlattenDataDict) -> list[str]:
    return [
        value for k, value in data.items()
        if k[0] == "tags" and k[-1] == "name" and isinstance(value, str) and not given(data, (*k[:2], "vocabulary_id"))
    ]


def _tags_given(data: FlattenDataDict, thing: Any) -> bool:
    return thing is None or data.get(("tags",)) == [] or any(k[0] == "tags" and len(k) == 3 for k in data)
