"""Random webhook messages and resources, made from the descriptors of the official types.

Every field is found through its descriptor, so a field that a new version of the types adds is
generated from then on. The same seed gives the same message.
"""

import math
import random
import struct

TEXTS = (
    "",
    "order-status",
    "주문 조회",
    "emoji 👩‍👩‍👧‍👦 📦",
    "עברית ‏ عربي",
    'quotes " \\ / and \b\f\n\r\t',
    "\u0000\u001f\u007f\u0085\u2028\u2029\ufeff\ufffd\uffff",
    "\U0010ffff",
    "$session.params.order_id",
    "$request.generative.summary",
    "null",
    "NaN",
    "1e999",
    "a.b[0]",
    "<speak>One &amp; two</speak>",
    "long " * 80,
)
# The largest float is left out: the official printer rounds it up beyond what its parser takes.
FLOATS = (0.0, 1.0, 0.5, 0.4785423, 0.1, -0.1, -1.0, 1e-45, 1.2e-38, 3.4e38, -0.0, math.nan)
FLOATS += (math.inf, -math.inf)
DOUBLES = (0.0, 1.0, -17.0, 123456.789, 0.1, 0.1 + 0.2, -1 / 3, 1e-7, 1e21, 1e22, 1e23, 6.02e23)
DOUBLES += (2.0**53 - 1, 2.0**53, 2.0**53 + 2, -(2.0**63), 2.0**64, 5e-324, 2.2250738585072014e-308)
DOUBLES += (1.7976931348623157e308, -1.7976931348623157e308, 9007199254740993.0)


class Generator:
    """Fills messages at random; `seen` collects the fields that have been set."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.seen = set()
        self._decks = {}

    def message(self, message_type):
        message = message_type()
        self._fill(message)
        return message

    def _fill(self, message):
        """Sets some fields of a message, and at most one member of each group."""
        for field in message.DESCRIPTOR.fields:
            if field.containing_oneof is None and self.random.random() < 0.7:
                self._set(message, field)
        for group in message.DESCRIPTOR.oneofs:
            if self.random.random() < 0.9:
                self._set(message, self._draw(group))

    def _draw(self, group):
        """Any member of a group, but none again before all have had their turn."""
        deck = self._decks.setdefault(group.full_name, [])
        if not deck:
            deck.extend(group.fields)
            self.random.shuffle(deck)
        return deck.pop()

    def _set(self, message, field):
        self.seen.add(field.full_name)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            entries = getattr(message, field.name)
            texts = field.message_type.fields_by_name["value"].message_type is None
            for _ in range(self.random.randrange(5)):
                if texts:
                    entries[self._text()] = self._text()
                else:
                    self._any(entries[self._text()])
        elif field.is_repeated and field.message_type is not None:
            for _ in range(self.random.randrange(7)):
                self._any(getattr(message, field.name).add())
        elif field.is_repeated:
            values = [self._scalar(field) for _ in range(self.random.randrange(4))]
            getattr(message, field.name).extend(values)
        elif field.message_type is not None:
            child = getattr(message, field.name)
            child.SetInParent()
            self._any(child)
        else:
            setattr(message, field.name, self._scalar(field))

    def _any(self, message):
        """Fills a message of any type; a map creates its entries by being asked for them."""
        name = message.DESCRIPTOR.full_name
        if name == "google.protobuf.Struct":
            self._struct(message, depth=0)
        elif name == "google.protobuf.Value":
            self._value(message, depth=0)
        elif name == "google.protobuf.Duration":
            self._time(message, sign=self.random.choice((1, 1, -1)), most=315_576_000_000)
        elif name == "google.protobuf.Timestamp":
            self._time(message, sign=1, most=253_402_300_799)
        else:
            self._fill(message)

    def _time(self, message, sign, most):
        message.seconds = sign * self.random.choice((0, 5, 30, most, self.random.randrange(most)))
        nanos = (0, 500_000_000, 1_000, 1, 999_999_999)
        message.nanos = sign * self.random.choice(nanos)

    def _struct(self, struct_message, depth):
        for _ in range(self.random.randrange(4)):
            self._value(struct_message.fields[self._text()], depth + 1)

    def _value(self, value, depth):
        kinds = ["null", "number", "text", "bool"] + ["struct", "list"] * (depth < 4)
        match self.random.choice(kinds):
            case "null":
                value.null_value = 0
            case "number":
                value.number_value = self._double()
            case "text":
                value.string_value = self._text()
            case "bool":
                value.bool_value = self.random.random() < 0.5
            case "struct":
                value.struct_value.SetInParent()
                self._struct(value.struct_value, depth + 1)
            case "list":
                value.list_value.SetInParent()
                for _ in range(self.random.randrange(4)):
                    self._value(value.list_value.values.add(), depth + 1)

    def _scalar(self, field):
        if field.enum_type is not None:
            numbers = [value.number for value in field.enum_type.values]
            return self.random.choice([*numbers, 77])  # 77: from a version yet to come
        match field.type:
            case field.TYPE_STRING:
                return self._text()
            case field.TYPE_BOOL:
                return self.random.random() < 0.5
            case field.TYPE_FLOAT:
                return self.random.choice([*FLOATS, self.random.random(), self.random.random()])
            case field.TYPE_BYTES:
                return self.random.randbytes(self.random.randrange(40))
        raise NotImplementedError(f"{field.full_name}: a type the messages have not had so far")

    def _text(self):
        if self.random.random() < 0.5:
            return self.random.choice(TEXTS)
        return "".join(self.random.choices("abc_-. $éß가한😀", k=self.random.randrange(12)))

    def _double(self):
        if self.random.random() < 0.5:
            return self.random.choice(DOUBLES)
        number = struct.unpack("<d", self.random.randbytes(8))[0]
        return number if math.isfinite(number) else 0.0


def reachable(descriptor, found=None):
    """The full names of all fields that a message type can hold, well-known types aside."""
    found = set() if found is None else found
    for field in descriptor.fields:
        if field.full_name in found:
            continue
        found.add(field.full_name)
        inner = field.message_type
        if inner is not None and inner.GetOptions().map_entry:
            inner = inner.fields_by_name["value"].message_type
        if inner is not None and not inner.full_name.startswith("google.protobuf."):
            reachable(inner, found)
    return found
