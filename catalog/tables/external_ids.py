"""What integrations call people and teams, as SQL sees it: each row one name for a while."""

from __future__ import annotations

from catalog.tables.nouns import Field, Noun
from catalog.tables.users import integration

EXTERNAL_IDS = Noun(
    "external_ids",
    "x",
    "TRUE",
    {
        "id": Field("x.id", "uuid", names="ExternalId"),
        "value": Field("x.value", "text"),
        "since": Field("x.since", "instant"),
        "until": Field("x.until", "instant", nullable=True, shown="nullif(x.until, {forever})"),
    },
    links={"integration": integration(required=True)},
)
