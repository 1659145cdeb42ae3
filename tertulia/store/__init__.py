"""The store: what must not be forgotten between runs, in SQLite or PostgreSQL. All SQL is in this folder.

    store = open_store("sqlite:///var/tertulia.db", root)
    store.deliveries.enqueue(…)

``TERTULIA_STORE`` names it. On SQLite every writing transaction begins with BEGIN IMMEDIATE and waits for its turn;
on PostgreSQL rows are locked. Migrations run by themselves when the store is opened, under a lock.
"""

from tertulia.store.store import Store, open_store

__all__ = ["Store", "open_store"]
