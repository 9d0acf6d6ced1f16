"""Write our dictionary in the XML form that QuickFIX reads, so that QuickFIX checks each message that we send."""

from collections.abc import Iterable
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from fairlead.codecs.fix.definitions import Member
from fairlead.codecs.fix.dictionary import Dictionary


def _add_members(parent: Element, members: Iterable[Member], dictionary: Dictionary) -> None:
    for member in members:
        kind = "field" if member.group is None else "group"
        name = dictionary.fields[member.tag].name
        child = SubElement(parent, kind, name=name, required="Y" if member.required else "N")
        if member.group is not None:
            _add_members(child, member.group.members, dictionary)


def _add_fields(parent: Element, dictionary: Dictionary) -> None:
    for tag, definition in sorted(dictionary.fields.items()):
        child = SubElement(parent, "field", number=str(tag), name=definition.name, type=definition.type.upper())
        # QuickFIX knows closed lists of values only
        if not definition.other_values:
            for code, name in definition.values.items():
                SubElement(child, "value", enum=code, description=name)


def write_dictionary(dictionary: Dictionary, path: Path) -> None:
    """Write a dictionary as QuickFIX's XML."""
    _, major, minor = dictionary.begin_string.split(".")
    root = Element("fix", type="FIX", major=major, minor=minor)
    _add_members(SubElement(root, "header"), dictionary.header, dictionary)
    messages = SubElement(root, "messages")
    for msg_type, definition in dictionary.messages.items():
        category = "admin" if dictionary.is_admin(msg_type) else "app"
        message = SubElement(messages, "message", name=definition.name, msgtype=msg_type, msgcat=category)
        _add_members(message, definition.members, dictionary)
    _add_members(SubElement(root, "trailer"), dictionary.trailer, dictionary)
    SubElement(root, "components")
    _add_fields(SubElement(root, "fields"), dictionary)
    indent(root)
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
