-- The activity log. An invocation's id is its time (microseconds, shifted left by 12 bits), so the table is in the
-- order of time, and so is each index below the column that it begins with.
CREATE TABLE activity_invocations (
    id INTEGER NOT NULL PRIMARY KEY,
    -- What it has in common with others: activity_facets.id.
    facet BIGINT NOT NULL,
    -- The session's id, without what stands before it.
    session TEXT,
    -- The call that it was made for.
    parent BIGINT,
    -- JSON: what lists show.
    summary TEXT NOT NULL,
    -- JSON: parameters, requests, attempts.
    messages TEXT NOT NULL
);

CREATE INDEX activity_invocations_by_facet ON activity_invocations (facet, id);
CREATE INDEX activity_invocations_by_session ON activity_invocations (session, id) WHERE session IS NOT NULL;

-- Invocations that were written in a crowd, many to a row.
CREATE TABLE activity_packs (
    -- No invocation of it has an id below this one,
    first INTEGER NOT NULL PRIMARY KEY,
    -- or above this one.
    last BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    -- Hashes of four bytes: of sessions, and of the calls that others were made for.
    keys BLOB NOT NULL,
    data BLOB NOT NULL
);

CREATE INDEX activity_packs_by_last ON activity_packs (last);

-- How many invocations of a facet a pack has.
CREATE TABLE activity_pack_facets (
    pack BIGINT NOT NULL,
    facet BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    PRIMARY KEY (pack, facet)
) WITHOUT ROWID;

-- Combinations of what invocations have in common; '' and 0 where there is nothing.
CREATE TABLE activity_facets (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    status_code BIGINT NOT NULL,
    error_type TEXT NOT NULL,
    webhook TEXT NOT NULL,
    tag TEXT NOT NULL,
    environment TEXT NOT NULL,
    agent TEXT NOT NULL
);

-- How many invocations began in an hour (hours since 1970), by facet.
CREATE TABLE activity_counts (
    hour BIGINT NOT NULL,
    facet BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    PRIMARY KEY (hour, facet)
) WITHOUT ROWID;
