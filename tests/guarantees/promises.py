"""What Muster promises, and the test that shows each: its name begins with the number, wherever it stands.

`python -m tests.guarantees` writes the table of docs/guarantees.md from this and from the figures of the last full run.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    """One guarantee: the sentence, how much of it each tier does, and what is not shown of it yet."""

    says: str
    small: str = "whole"
    full: str = "whole"
    lacks: str = ""


PROMISES: dict[int, Promise] = {
    1: Promise("An acknowledged write survives kill -9 of the server.", "10 kills on each database", "200 on each"),
    2: Promise("An immediate restart of PostgreSQL loses nothing and leaves nothing half done.", "5 restarts", "100"),
    3: Promise(
        "A disk that is full or fails loses nothing that was acknowledged, and what it has not kept never is.",
        "5 failing syncs of SQLite, 2 of PostgreSQL",
        "200 and 100",
    ),
    4: Promise("A retried POST makes one person and one letter.", "16 clients", "16 clients"),
    5: Promise("A mutation under an Idempotency-Key is carried out once, whichever process it meets."),
    6: Promise("Every request is all or nothing.", "a fault at each of 20 operations", "the same"),
    7: Promise("Changes of one group at the same time lose nothing.", "16 clients, 800 members", "the same"),
    8: Promise("A read after a write sees it on every process.", "168 reads on each database", "5,600 on each"),
    9: Promise("History has no gap and no overlap.", "8 lives on each database", "50, and 500 of 50 steps"),
    10: Promise("SQLite and PostgreSQL find the same.", "60 filters", "1,000"),
    11: Promise("No input is the server's fault, takes long or fills memory.", "5,300 requests", "155,000"),
    12: Promise("What is larger than a limit is refused as such."),
    13: Promise("Who sends too slowly is let go: of a body by Muster, of a header or nothing by the proxy."),
    14: Promise(
        "Who is told when to come back, and does, gets on; four processes keep one limit.",
        "40 people, and 20 writes a second for 8 s",
        "5,000 people, and 100 a second for 60 s",
    ),
    15: Promise(
        "The dearest legal query takes about half a second of a processor, and is given up after five.",
        "8 forms over 150 people on 6 teams",
        "8 over 3,000 on 6",
        lacks="what PostgreSQL's own processes take is held to the five seconds alone",
    ),
    16: Promise(
        "Above its capacity Muster tells at once to come again, and is itself again soon.",
        "512 writers for 2 s on each database",
        "30 s on each",
    ),
    17: Promise("Another account's id is answered as one that nobody has, by either of two walls alone."),
    18: Promise("Every operation has a verdict for every role, and what is not listed is denied."),
    19: Promise(
        "A dump of the database holds no usable credential, and the time of a refusal tells nothing of one.",
        "1,800 refusals on each database",
        "120,000 on each",
    ),
    20: Promise("A leaver's access ends within a second on every process, and so does that of a role."),
    21: Promise("No forged or altered assertion lets anybody in."),
    22: Promise("One assertion makes one session, however often it is posted at once."),
    23: Promise(
        "Secrets are never logged, however much is.",
        "two ways through all that takes one, and the servers of all tests, at DEBUG",
        "the suite besides",
    ),
    24: Promise("Every tampering with the audit trail is found, and where.", "60 on each database", "the same"),
    25: Promise(
        "No other machine is asked for anything, but those that were named; nor by the pages.",
        "a start, a rehearsal, SSO and mail without a network",
        "all tests of SCIM and of the web",
    ),
    26: Promise("No address leads a fetch into a private network."),
    27: Promise(
        "With MUSTER_DRAIN_S a stopping server says so first, and answers what is under way; a rolling restart fails "
        "no request behind a proxy that asks who is ready, nor behind nginx, which does not ask.",
        "400 requests through each",
        "10,000 through each",
    ),
    28: Promise(
        "What a release has left behind is upgraded and as it was. While a later one migrates and takes over, nobody "
        "is refused; an older program does not start on a newer schema.",
        "100 people pushed meanwhile, on each database",
        "5,000 on each",
    ),
    29: Promise(
        "A migration that fails or is killed leaves everything as it was.", "3 kills on each database", "20 on each"
    ),
    30: Promise("A backup of one database is the same on the other, and back."),
    31: Promise(
        "A letter whose sender died is sent by another; none is lost, and each kill doubles at most one.",
        "3 kills over 40 letters on each database",
        "100 over 1,000 on each",
    ),
    32: Promise(
        "Clocks may differ by a minute, and not by more; history holds however they are set.",
        "12 steps of the clock under 8 writers on each database",
        "500 on each",
    ),
    33: Promise("A person can be erased, and the trail still holds; and is told everything that is kept."),
    34: Promise("A connection that is cut or hangs is given up in time: the database's, mail's, a provider's."),
    35: Promise(
        "Memory and files stay the same however long it goes on.",
        "1,440 requests on each database",
        "30,000 on each, and two hours of a server at work on each",
    ),
    36: Promise("Settings that are not safe are refused before anything is served."),
    37: Promise("Everything that is installed is pinned by its hash, and listed in an SBOM."),
}
