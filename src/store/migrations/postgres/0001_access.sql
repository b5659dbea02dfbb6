-- Who may manage, and what was changed by whom.
CREATE TABLE access_tokens (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    -- SHA-256 of the secret, which is kept nowhere.
    secret_hash BYTEA NOT NULL,
    -- Times are microseconds since 1970.
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT
);

CREATE TABLE audit (
    -- In the order of time.
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    -- The token's id, or a word for what has none.
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    resource TEXT NOT NULL,
    -- JSON, secrets masked.
    value_before TEXT,
    value_after TEXT,
    request_id TEXT
);

CREATE INDEX audit_resource ON audit (resource, id);
CREATE INDEX audit_actor ON audit (actor, id);
