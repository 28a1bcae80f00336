"""Rules for single publishers' pages, from data/publishers.toml (its head says how they are written), checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Self
from urllib.parse import urlsplit

from nutgraf.errors import ConfigError
from nutgraf.stages.extract.tree import Element

_KEYS = frozenset({"hosts", "content", "drop", "byline", "date"})
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}")
_SELECTOR = re.compile(
    r"(?P<tag>[a-z][a-z0-9-]*)?(?:\.(?P<class>[\w-]+)|#(?P<id>[\w-]+)|\[(?P<attribute>[\w-]+)=(?P<value>[\w-]+)\])?"
)


@dataclass(frozen=True, slots=True)
class Selector:
    """One element by tag, and by class, id or another attribute's value; "" where any will do."""

    tag: str
    attribute: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError where `text` is no selector of ours."""
        match = _SELECTOR.fullmatch(text)
        if match is None or not text:
            raise ValueError(f"{text!r} is no selector")
        attribute = "class" if match["class"] else "id" if match["id"] else match["attribute"] or ""
        return cls(match["tag"] or "", attribute, match["class"] or match["id"] or match["value"] or "")

    def matches(self, element: Element) -> bool:
        """Whether `element` is meant."""
        if self.tag and element.tag != self.tag:
            return False
        found = element.get(self.attribute) if self.attribute else ""
        return found is not None and (self.value in found.split() if self.attribute == "class" else found == self.value)

    def first(self, root: Element) -> Element | None:
        """The first element under `root` that is meant, or None."""
        return next((element for element in root.iter(self.tag or "*") if self.matches(element)), None)


@dataclass(frozen=True, slots=True)
class PublisherRules:
    """What is known of one publisher's pages; nothing where there are no rules."""

    hosts: tuple[str, ...] = ()
    content: Selector | None = None
    drop: tuple[Selector, ...] = ()
    byline: Selector | None = None
    date: Selector | None = None

    def prune(self, root: Element) -> None:
        """Take what is to be dropped out of the tree; the text after it stays."""
        if not self.drop:
            return
        for element in [e for e in root.iter("*") if any(selector.matches(e) for selector in self.drop)]:
            parent = element.getparent()
            if parent is not None:
                tail, previous = element.tail or "", element.getprevious()
                if previous is not None:
                    previous.tail = (previous.tail or "") + tail
                else:
                    parent.text = (parent.text or "") + tail
                parent.remove(element)


def parse_rules(raw: bytes, name: str) -> Mapping[str, PublisherRules]:
    """The rules by host in a TOML file's bytes. Raises ConfigError, naming the entry, where one is wrong."""
    try:
        entries = tomllib.loads(raw.decode("utf-8"))["publisher"]
    except (ValueError, KeyError) as error:
        raise ConfigError(f"{name} cannot be read: {error}.") from error
    rules: dict[str, PublisherRules] = {}
    for number, entry in enumerate(entries, 1):
        try:
            publisher = _parse_entry(entry)
            repeated = rules.keys() & publisher.hosts
            if repeated:
                raise ValueError(f"{min(repeated)} has rules already")
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigError(f"{name}, publisher {number}: {error}.") from error
        rules.update(dict.fromkeys(publisher.hosts, publisher))
    return rules


def _parse_entry(entry: Mapping[str, Any]) -> PublisherRules:
    unknown = entry.keys() - _KEYS
    if unknown:
        raise ValueError(f"the key {min(unknown)!r} is not known")
    hosts = entry["hosts"]
    if not isinstance(hosts, Sequence) or not hosts or not all(_HOST.fullmatch(host) for host in hosts):
        raise ValueError("hosts are names in lower case")
    single = {key: Selector.parse(entry[key]) for key in ("content", "byline", "date") if key in entry}
    return PublisherRules(tuple(hosts), drop=tuple(map(Selector.parse, entry.get("drop", ()))), **single)


@lru_cache(maxsize=1)
def _shipped_rules() -> Mapping[str, PublisherRules]:
    return parse_rules((resources.files("nutgraf.data") / "publishers.toml").read_bytes(), "publishers.toml")


def rules_for(url: str) -> PublisherRules:
    """The rules of the publisher whose page `url` is; empty ones where there are none."""
    try:
        labels = (urlsplit(url).hostname or "").split(".")
    except ValueError:
        return PublisherRules()
    rules = _shipped_rules()
    hosts = (".".join(labels[start:]) for start in range(max(len(labels) - 6, 0), len(labels)))
    return next((rules[host] for host in hosts if host in rules), PublisherRules())
