"""Model servers for tests that read made_documents: a good reader, which is wrong one time in twenty, and bad ones of many kinds.

What a model says of a field is a Said: a quote and the value that it reads there. Its answer has the shape of the schema that it
was asked with, whatever that is: a member "quote" is the quote of what stands beside it, a list has one Said for each row."""

import json
import math
import random
import re
from datetime import date

from made_documents import Said
from paid_model import PaidModel


class ReadingModel(PaidModel):
    """`says(said, chance, document)` is what it has for a field: of what is true to what it answers; None: it finds nothing.
    `label(document, chance)` likewise. `sure`: the probability that it gives each token; None: it tells none."""

    def __init__(self, documents, says, label=lambda document, chance: document.kind, sure=0.98):
        super().__init__("model")
        self.documents = {words(document.text): document for document in documents}
        self.says, self.label, self.sure = says, label, sure

    def answer(self, body):
        prompt = words("\n".join(message["content"] for message in body["messages"]))
        document = next((known for text, known in self.documents.items() if text in prompt), None)
        if document is None:  # Not a question about a document.
            return super().answer(body)
        schema = body["response_format"]["json_schema"]["schema"]
        chance = random.Random(document.name)
        if "label" in schema["properties"]:
            said = {"label": self.label(document, chance)}
        else:
            said = {field: self.said(document, field, chance) for field in schema["properties"]}
        content = json.dumps({name: shaped(schema["properties"][name], one, schema) for name, one in said.items()},
                             ensure_ascii=False)
        reply = super().answer(body)
        reply["choices"][0]["message"]["content"] = content
        if self.sure is not None and body.get("logprobs"):
            others = schema["properties"].get("label", {}).get("enum", ["x"])
            reply["choices"][0]["logprobs"] = {"content": tokens(content, self.sure, others)}
        return reply

    def said(self, document, field, chance):
        true = document.fields.get(field)
        if isinstance(true, list):
            rows = [self.says(row, chance, document) for row in true]
            return [row for row in rows if row is not None]
        return self.says(true, chance, document)


def words(text):
    return " ".join(text.split())


def tokens(text, probability, others):
    """A string or what stands between strings each, with what else could stand there, which shares the rest of the probability."""
    def one(word, probability):
        return {"token": word, "logprob": round(math.log(probability), 6), "bytes": list(word.encode())}

    def place(word):
        rest = [other for other in others if other != word] if word[0].isalnum() else []
        return one(word, probability) | {"top_logprobs": [one(word, probability),
                                                          *(one(other, (1 - probability) / len(rest)) for other in rest)]}

    return [place(word) for word in re.findall(r'"|[^"]+', text)]


def shaped(schema, said, root):
    """What was said, in the shape of the schema."""
    if "$ref" in schema:
        return shaped(target(schema["$ref"], root), said, root)
    if isinstance(said, Said) and said.value is None and not said.quote:
        said = None
    branches = schema.get("anyOf") or schema.get("oneOf")
    if branches:
        fitting = [branch for branch in branches if (branch.get("type") == "null") == (said is None)]
        return shaped(fitting[0], said, root) if fitting else None
    members = schema.get("properties")
    if members and said is not None:
        return {name: member_of(name, member, said, root) for name, member in members.items()}
    if isinstance(said, list):
        return [shaped(schema.get("items", {}), row, root) for row in said]
    return allowed(schema, said.value if isinstance(said, Said) else said)


def allowed(schema, value):
    """A text as the server lets the model write it; what has another type is left to be refused."""
    if not isinstance(value, str):
        return value
    if "enum" in schema and value not in schema["enum"]:
        return next(one for one in schema["enum"] if one is not None)
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        return "CHF"  # The only pattern is that of a currency.
    return value[:schema.get("maxLength", len(value))]


def target(reference, root):
    for part in reference.removeprefix("#/").split("/"):
        root = root[int(part)] if isinstance(root, list) else root[part.replace("~1", "/").replace("~0", "~")]
    return root


def member_of(name, schema, said, root):
    if name == "quote":
        quote = said.quote if isinstance(said, Said) else said[0].quote if said else ""
        return quote[:schema.get("maxLength", len(quote))]
    value = said.value if isinstance(said, Said) else said
    if isinstance(value, dict) and name in value:
        return shaped(schema, value[name], root)
    return shaped(schema, Said(value, said.quote, said.line) if isinstance(said, Said) else said, root)


def of_cells(change):
    """A change of a value, made to the cells of a row."""
    def changed(value):
        return {name: change(cell) for name, cell in value.items()} if isinstance(value, dict) else change(value)
    return changed


def is_date(value):
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def with_date(value, **changes):
    return date.fromisoformat(value).replace(**changes).isoformat()


CODE = re.compile(r"[A-Z]+-?\d[\d-]*")
# Wrong readings of a true quote, by the type of the value that they change.
MISREADINGS = {
    "number": {"thousand as fraction": lambda value: round(value / 1000, 5), "a tenth": lambda value: value / 10,
               "piece of it": lambda value: int(str(value).replace(".", "")[1:] or 7), "wrong sign": lambda value: -value},
    "date": {"another month": lambda value: with_date(value, day=min(int(value[8:]), 28), month=int(value[5:7]) % 12 + 1),
             "another day": lambda value: with_date(value, day=int(value[8:]) % 28 + 1),
             "wrong century": lambda value: with_date(value, year=int(value[:4]) - 100),
             "days and months exchanged": lambda value: f"{value[:5]}{int(value[8:]) % 12 + 1:02}-{value[5:7]}"},
    "code": {"piece of it": lambda value: value[value.index("-") + 1:],
             "last piece of it": lambda value: value[value.rindex("-") + 1:],
             "another digit": lambda value: value[:-1] + str((int(value[-1]) + 1) % 10),
             "one digit more": lambda value: value + "1"},
    "name": {"another name": lambda value: "Copper Works of the North",
             "its first word, in the plural": lambda value: value.split()[0] + "s",
             "letters exchanged": lambda value: value[1] + value[0] + value[2:],
             "more words": lambda value: value + " & Sons"},
}


def kind_of(value):
    return "number" if is_number(value) else "date" if is_date(value) else "row" if isinstance(value, dict) else \
        "code" if CODE.fullmatch(str(value)) else "name"


def misread(said, which):
    """Reads each type of value in a wrong way of its own: the first, second, third or fourth one."""
    return said._replace(value=of_cells(lambda value: list(MISREADINGS[kind_of(value)].values())[which](value))(said.value))


def good(quote):
    """A reader that quotes the bare value ("quote") or the whole line ("line"), and is wrong one time in twenty."""
    def says(said, chance, document):
        if said is None:
            return None
        said = said._replace(quote=getattr(said, quote))
        dice = chance.random()
        if dice < 0.03:
            return misread(said, chance.randrange(4))
        return elsewhere(said, chance, document) if dice < 0.04 else None if dice < 0.05 else said
    return says


def elsewhere(said, chance, document):
    """Another true quote of the document with its true reading, where a value of the same type stands."""
    known = [one for one in document.fields.values() if isinstance(one, Said)] + document.others
    fitting = [one for one in known if kind_of(one.value) == kind_of(said.value) and one.quote != said.quote]
    return chance.choice(fitting) if fitting else None


def invented(said, chance, document):
    """Words that stand nowhere in the document, and what they say, or the true value; or no words."""
    made = {"number": (4711.5, "Total: 4711.50"), "date": ("2025-03-17", "on 17 March 2025"),
            "code": ("ZX-2025-7", "No. ZX-2025-7"), "name": ("Northern Anvil", "Seller: Northern Anvil"),
            "row": ({"description": "Anvil", "amount": 81.25}, "Anvil   81.25")}
    value, quote = made[kind_of(said.value)]
    return chance.choice([Said(value, quote, quote), said._replace(quote="as the parties have agreed"), said._replace(quote="")])


def with_values(*choices):
    """The true quote, with what one of the choices, taken by chance, has for the type of value."""
    def says(said, chance, document):
        of_kind = chance.choice(choices)
        return said._replace(value=of_cells(lambda value: of_kind[kind_of(value)])(said.value))
    return says


def repeated(said, chance, document):
    with_end = with_values({"number": 1111111111, "date": "1111-11-11", "code": "1-" * 30, "name": "the the " * 30})
    return with_end(said._replace(quote=said.quote * 40), chance, document)


# What a bad model makes of something that is there.
GARBAGE = {
    "invented quotes": invented,
    "quotes and values of other fields": elsewhere,
    "zeros and huge values": with_values({"number": 0, "date": "1970-01-01", "code": "0", "name": "0"},
                                         {"number": 1e15, "date": "9999-12-31", "code": "9" * 40, "name": "9" * 40}),
    "repetition": repeated,
    "nulls": lambda said, chance, document: None,
    "wrong types": lambda said, chance, document: said._replace(
        value=of_cells(lambda value: [str(value)] if is_number(value) else 7)(said.value)),
} | {"misread, " + ", ".join(f"{kind}: {list(ways)[which]}" for kind, ways in MISREADINGS.items()):
     (lambda said, chance, document, which=which: misread(said, which)) for which in range(4)}


def garbage(kind):
    def says(said, chance, document):
        return None if said is None else GARBAGE[kind](said, chance, document)
    return says
