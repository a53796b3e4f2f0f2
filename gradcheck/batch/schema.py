"""The tables of a store, as SQLite keeps them.

`planned` says what a run examines, `examined` what came of it: a case without a row there is still
to be done. What is large stands in tables of its own, so that a summary reads little.
"""

from gradcheck.batch.record import OUTCOMES

APPLICATION = 0x67726463
"""Marks a file as ours ("grdc"), in the header of the database."""
VERSION = 1
"""Of the schema; a store of a newer one is refused."""

GRAVITY = (
    "CASE outcome "
    + " ".join(f"WHEN '{word}' THEN {number}" for number, word in enumerate(OUTCOMES))
    + " END"
)
"""The place of an outcome among all, the gravest first; there is an index of it."""

SCHEMA = """
CREATE TABLE run (
    settings TEXT NOT NULL,      -- JSON: what decides the rows
    request TEXT NOT NULL        -- JSON: which files and cases were asked for
);
CREATE TABLE session (           -- a run, and each time that it was resumed
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,       -- UTC, ISO 8601
    stopped TEXT,                -- NULL while it runs, and after it was killed
    ending TEXT,                 -- finished | interrupted | stopped early
    environment TEXT NOT NULL    -- JSON: versions, platform, workers, limits
);
CREATE TABLE planned (
    id INTEGER PRIMARY KEY,
    position INTEGER NOT NULL,   -- in the order of the run
    name TEXT NOT NULL UNIQUE,
    file TEXT NOT NULL,
    line INTEGER NOT NULL,
    theme TEXT NOT NULL,
    source TEXT NOT NULL         -- digest of the case file
);
CREATE INDEX planned_position ON planned (position);
CREATE INDEX planned_file ON planned (file);
CREATE INDEX planned_theme ON planned (theme);
CREATE TABLE tag (
    id INTEGER NOT NULL REFERENCES planned ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (id, tag)
) WITHOUT ROWID;
CREATE INDEX tag_name ON tag (tag);
CREATE TABLE examined (
    id INTEGER PRIMARY KEY REFERENCES planned ON DELETE CASCADE,
    session INTEGER NOT NULL REFERENCES session,
    made_from TEXT NOT NULL,     -- digest of source and settings: another one means do it again
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    findings TEXT NOT NULL,      -- codes, the surest first
    resolution REAL,
    error REAL,
    noise REAL,
    excess REAL,
    evaluations INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    wrong INTEGER NOT NULL,
    points INTEGER NOT NULL,
    seconds REAL NOT NULL
);
CREATE INDEX examined_outcome ON examined (outcome);
CREATE INDEX examined_gravity ON examined ({gravity});
CREATE INDEX examined_seconds ON examined (seconds);
CREATE TABLE finding (
    id INTEGER NOT NULL REFERENCES examined ON DELETE CASCADE,
    rank INTEGER NOT NULL,
    code TEXT NOT NULL,
    certainty TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (id, rank)
) WITHOUT ROWID;
CREATE INDEX finding_code ON finding (code);
CREATE TABLE result (            -- the whole result, packed: entries, findings, notes, points
    id INTEGER PRIMARY KEY REFERENCES examined ON DELETE CASCADE,
    packed BLOB NOT NULL
);
CREATE TABLE error_table (
    id INTEGER PRIMARY KEY REFERENCES examined ON DELETE CASCADE,
    packed BLOB NOT NULL
);
CREATE TABLE curve (             -- the rows of gradcheck.convergence
    id INTEGER NOT NULL REFERENCES examined ON DELETE CASCADE,
    number INTEGER NOT NULL,
    {curve_columns},
    PRIMARY KEY (id, number)
) WITHOUT ROWID;
"""

CURVE_KINDS = {"point": "INTEGER", "output": "INTEGER", "input": "INTEGER", "stencil": "TEXT",
               "behaviour": "TEXT"}  # fmt: skip
"""The types of the columns of `curve` that hold no float."""
