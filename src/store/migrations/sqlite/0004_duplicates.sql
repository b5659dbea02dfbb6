-- Calls whose repetitions may reach another instance (`duplicates = "shared"`): claimed while their handler runs, then
-- answered, and gone when their time is over.
CREATE TABLE duplicates (
    -- SHA-256 of all that makes two calls one.
    call BLOB NOT NULL PRIMARY KEY,
    -- Who runs the handler: a number by chance.
    claim BIGINT NOT NULL,
    -- Until when it holds: the claim, then the answer. Microseconds since 1970.
    until BIGINT NOT NULL,
    -- Whether the answer is for those alone who waited for it.
    passing BOOLEAN NOT NULL,
    -- How it was answered; NULL while the handler runs.
    outcome TEXT,
    -- What was said, if anything was.
    body BLOB,
    -- JSON: what failed, if anything did.
    failure TEXT
);

CREATE INDEX duplicates_by_until ON duplicates (until);
