-- Events that neighbour systems have sent. An id is an invocation's, as in the activity log, so the table is in the order
-- of time.
CREATE TABLE received (
    id BIGINT NOT NULL PRIMARY KEY,
    -- The name of the source in the settings.
    source TEXT COLLATE "C" NOT NULL,
    -- The sender's ids of the request and of the event, as far as it told them: neither comes twice.
    invocation TEXT COLLATE "C",
    event TEXT COLLATE "C",
    event_type TEXT NOT NULL,
    -- The body, byte for byte.
    content BYTEA NOT NULL,
    -- waiting, done, dead, unhandled, ignored.
    state TEXT NOT NULL,
    -- Why it was not worked off the last time.
    error TEXT,
    -- How often somebody began to work on it.
    attempts BIGINT NOT NULL DEFAULT 0,
    -- Times are microseconds since 1970. When it may be taken: its time has come, or the lease of its owner is over.
    -- NULL if it has ended.
    due_at BIGINT,
    -- The instance that is working on it.
    owner TEXT,
    -- When its last attempt ended; until then when it came.
    latest_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX received_invocation ON received (source, invocation) WHERE invocation IS NOT NULL;
CREATE UNIQUE INDEX received_event ON received (source, event) WHERE event IS NOT NULL;
CREATE INDEX received_due ON received (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX received_dead ON received (id) WHERE state = 'dead';
