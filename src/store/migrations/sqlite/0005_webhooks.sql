-- Webhooks that neighbour systems are told by.
CREATE TABLE delivery_webhook (
    id TEXT NOT NULL PRIMARY KEY,
    -- How often it was changed.
    revision BIGINT NOT NULL,
    -- JSON: the resource, its credentials and signing secrets included.
    body TEXT NOT NULL
);

-- How often anything was changed: what other instances ask for.
CREATE TABLE delivery_webhook_version (
    singleton BIGINT PRIMARY KEY CHECK (singleton = 1),
    version BIGINT NOT NULL
);

INSERT INTO delivery_webhook_version (singleton, version) VALUES (1, 0);
