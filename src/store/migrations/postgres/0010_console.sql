-- Who is signed in to the console.
CREATE TABLE console_sessions (
    -- SHA-256 of the secret in the cookie, which is kept nowhere.
    secret_hash BYTEA PRIMARY KEY,
    -- The token that was signed in with.
    token_id TEXT NOT NULL,
    -- Times are microseconds since 1970.
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX console_sessions_expires_at ON console_sessions (expires_at);
