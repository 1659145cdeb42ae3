"""A large inbox: what each of its views costs with 100,000 items, on SQLite and on PostgreSQL.

    python3 tasks.py bench --inbox
    python -m tests.bench_inbox [--items 100000] [--people 15000] [--runs 5]

Each view is asked of the service itself, sign-in and page included, in one process without a socket. What is told is
the median and the longest of the runs, by the wall and by the processor's clock of this process.
"""

import argparse
import statistics
import tempfile
import time
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from tertulia.store.connection import stamp
from tertulia.store.conversation_tables import accounts, comments, persons
from tertulia.store.person_tables import person_links, proofs
from tertulia.store.settling import settle_all
from tests.real import postgres
from tests.talking import NOW, Talk

CHANNELS = ("form", "web", "mastodon", "bluesky", "threads", "telegram")
WORDS = ("¿Y el voto por correo número {}?", "El enlace {} no funciona.", "Muchas gracias, {} veces.", "Yo voté en {}.")


def fill(talk: Talk, items: int, people: int) -> None:
    """Many items by many people, a fifth answered, every tenth person with two accounts, one with ten notes' talk."""
    who = [
        {
            "id": n,
            "network": CHANNELS[n % 6],
            "identity": f"i{n}",
            "name": f"Ana {n % 500}",
            "handle": f"@u{n}",
            "url": "",
        }
        for n in range(1, people + 1)
    ]
    owner = {
        "id": people + 1,
        "network": "form",
        "identity": "owner",
        "name": "Reme",
        "handle": "",
        "url": "",
        "is_owner": 1,
    }
    said = []
    for n in range(1, items + 1):
        text = WORDS[n % 4].format(n)
        person = owner["id"] if n % 5 == 0 else 1 + n * 7919 % people
        moment = stamp(NOW - timedelta(minutes=3 * (items - n) // 10))
        said.append(
            {
                "id": n, "key": f"k{n:015d}", "post": ("voto", "trenes", "")[n % 3], "lang": "es", "kind": "comment",
                "person": person, "name": f"Ana {person % 500}", "parent": n - 1 if n % 5 == 0 else None, "text": text,
                "html": f"<p>{text}</p>", "status": "approved", "published_at": moment, "received_at": moment,
            }
        )  # fmt: skip
    pairs = [(n, n + 1) for n in range(1, people, 10)]
    with talk.store.database.writing() as connection:
        connection.execute(insert(persons), [one | {"is_owner": 0} for one in who] + [owner])
        connection.execute(insert(accounts), [{"name": f"a{n}@x.example", "person": n} for n in range(1, people + 1)])
        connection.execute(
            insert(proofs),
            [{"person": n, "name": f"web:h{n}.example/", "how": "verified"} for n in range(1, people, 3)],
        )
        connection.execute(
            insert(person_links), [{"one": a, "other": b, "is_same": 1, "at": stamp(NOW)} for a, b in pairs]
        )
        for start in range(0, items, 5000):
            connection.execute(insert(comments), said[start : start + 5000])
        settle_all(connection, NOW)
    if not talk.store.database.is_sqlite:
        with talk.store.database.writing() as connection:
            connection.exec_driver_sql("ANALYZE")


def views(talk: Talk) -> dict[str, str]:
    """Each view by name, and its address."""
    now = talk.clock
    first = talk.store.inbox.page(_every(), now, limit=1).items[0].said
    after = "/inbox?state=all"
    for _ in range(3):
        page = talk.browser.get(after).get_data(as_text=True)
        after = page.rpartition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&") or after
    return {
        "what waits": "/inbox",
        "everything": "/inbox?state=all",
        "the fourth page": after,
        "one channel": "/inbox?channel=mastodon",
        "one post": "/inbox?post=trenes",
        "of no post": "/inbox?post=-",
        "complaints": "/inbox?tone=complaint",
        "one person": f"/inbox?person={first.person}&state=all",
        "rare words": "/inbox?q=correo+77776&state=all",
        "common words": "/inbox?q=enlace",
        "no such words": "/inbox?q=ornitorrinco&state=all",
        "one item": f"/inbox/{first.key}",
        "a person": f"/inbox/person/{first.person}",
    }


def _every():
    from tertulia.store.inbox import InboxFilter

    return InboxFilter(state=None)


def measure(url: str, items: int, people: int, runs: int) -> None:
    """Fill a store at *url* and tell what each view costs."""
    with tempfile.TemporaryDirectory() as folder:
        talk = Talk(Path(folder), url)
        fill(talk, items, people)
        talk.enter()
        print(f"{'sqlite' if talk.store.database.is_sqlite else 'postgresql'}, {items} items, {people} persons")
        for name, path in views(talk).items():
            walls, works = [], []
            for _ in range(runs):
                wall, work = time.perf_counter(), time.process_time()
                assert talk.browser.get(path).status_code == 200, path
                walls.append(1000 * (time.perf_counter() - wall))
                works.append(1000 * (time.process_time() - work))
            print(
                f"  {name:<18} {statistics.median(walls):7.0f} ms (longest {max(walls):.0f})"
                f"   processor {statistics.median(works):.0f} ms",
                flush=True,
            )
        talk.blog.close()


def main() -> None:
    """Measure as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=15_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    measure("sqlite:///var/t.db", asked.items, asked.people, asked.runs)
    with postgres.cluster() if postgres.binaries() else nullcontext("") as url:
        if url:
            measure(url, asked.items, asked.people, asked.runs)


if __name__ == "__main__":
    main()
