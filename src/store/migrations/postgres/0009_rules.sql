-- Triggers and automations, which notify webhooks.
CREATE TABLE rules (
    id BIGINT NOT NULL PRIMARY KEY,
    -- trigger or automation.
    kind TEXT NOT NULL,
    -- The place among those of its kind.
    position BIGINT NOT NULL,
    -- How often it was changed.
    revision BIGINT NOT NULL,
    -- JSON: the rule, who made it and when.
    body TEXT NOT NULL
);

-- How often any rule was changed: what other instances ask for, and the ids of new ones.
CREATE TABLE rule_version (
    singleton BIGINT PRIMARY KEY CHECK (singleton = 1),
    version BIGINT NOT NULL
);

INSERT INTO rule_version (singleton, version) VALUES (1, 0);

-- Of which conversations an automation has notified already.
CREATE TABLE rules_fired (
    rule BIGINT NOT NULL,
    conversation TEXT NOT NULL,
    -- The session's id, as the activity log has it.
    session TEXT NOT NULL,
    -- The conversation's last call at that time.
    last_at BIGINT NOT NULL,
    PRIMARY KEY (rule, conversation)
);

CREATE INDEX rules_fired_by_conversation ON rules_fired (conversation);
CREATE INDEX rules_fired_by_session ON rules_fired (session);

-- When a call of it failed last.
ALTER TABLE conversations ADD COLUMN failed_at BIGINT;

CREATE INDEX conversations_handed_off ON conversations (handed_off_at) WHERE handed_off_at IS NOT NULL;
CREATE INDEX conversations_failed ON conversations (failed_at) WHERE failed_at IS NOT NULL;
