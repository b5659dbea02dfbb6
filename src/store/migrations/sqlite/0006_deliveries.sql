-- What webhooks are to be told, and were told. An id is an invocation's, as in the activity log, so the table is in the
-- order of time: INTEGER makes it the number of its row.
CREATE TABLE deliveries (
    id INTEGER NOT NULL PRIMARY KEY,
    webhook TEXT NOT NULL,
    -- The session's id, without what stands before it.
    session TEXT,
    -- JSON: what caused it, where in a conversation.
    about TEXT NOT NULL,
    -- body, or parameters: JSON pairs.
    content_kind TEXT NOT NULL,
    content BLOB NOT NULL,
    state TEXT NOT NULL,
    status_code BIGINT,
    -- Why it was not sent, or was given up.
    reason TEXT,
    -- How often it was taken to be sent.
    attempts BIGINT NOT NULL DEFAULT 0,
    -- How many rows delivery_attempts has of it.
    noted BIGINT NOT NULL DEFAULT 0,
    -- Times are microseconds since 1970. When it may be taken: its time has come, or the lease of its owner is over.
    -- NULL if it has ended.
    due_at BIGINT,
    -- The instance that is sending it.
    owner TEXT,
    -- When its last attempt ended; until then when it was made.
    latest_at BIGINT NOT NULL,
    -- Whether the activity log has it.
    logged BIGINT NOT NULL
);

CREATE INDEX deliveries_due ON deliveries (webhook, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_by_webhook ON deliveries (webhook, latest_at, id);
-- Those that did not arrive: few, and looked for among many.
CREATE INDEX deliveries_failed ON deliveries (webhook, latest_at, id) WHERE due_at IS NULL AND state <> 'success';
CREATE INDEX deliveries_by_session ON deliveries (session) WHERE session IS NOT NULL;
CREATE INDEX deliveries_unlogged ON deliveries (id) WHERE due_at IS NULL AND logged = 0;

CREATE TABLE delivery_attempts (
    delivery BIGINT NOT NULL,
    -- From 1.
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    status_code BIGINT,
    started_at BIGINT NOT NULL,
    completed_at BIGINT NOT NULL,
    -- JSON: request and answer, secrets masked.
    exchange TEXT NOT NULL,
    PRIMARY KEY (delivery, number)
);
