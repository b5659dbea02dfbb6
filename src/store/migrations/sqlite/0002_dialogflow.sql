-- Webhooks and environments of agents that were made through the management API.
CREATE TABLE dialogflow_resource (
    -- webhooks, environments
    collection TEXT NOT NULL,
    -- projects/P/locations/L/agents/A
    agent TEXT NOT NULL,
    id TEXT NOT NULL,
    display_name TEXT NOT NULL,
    -- How often it was changed.
    revision BIGINT NOT NULL,
    -- The resource as ProtoJSON, its secrets included.
    body TEXT NOT NULL,
    -- Times are microseconds since 1970.
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (collection, agent, id),
    CONSTRAINT dialogflow_resource_display_name UNIQUE (collection, agent, display_name)
);

-- How often anything was changed: what other instances ask for.
CREATE TABLE dialogflow_resource_version (
    singleton BIGINT PRIMARY KEY CHECK (singleton = 1),
    version BIGINT NOT NULL
);

INSERT INTO dialogflow_resource_version (singleton, version) VALUES (1, 0);
