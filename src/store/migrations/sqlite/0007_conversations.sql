-- What is known of conversations, so that what happens in one is told once, whichever instances see it. The keys are long,
-- so indexes refer to rows by their numbers.
CREATE TABLE conversations (
    -- The session's name in one spelling; of a long one, its digest.
    id TEXT NOT NULL PRIMARY KEY,
    -- The session's id, as the activity log has it.
    session TEXT NOT NULL,
    -- The session's name as it was sent.
    name TEXT NOT NULL,
    -- Times are microseconds since 1970.
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    last_response TEXT NOT NULL,
    handed_off_at BIGINT,
    -- Null while it goes on.
    ended_at BIGINT
);

-- One of these two has a conversation.
CREATE INDEX conversations_going_on ON conversations (last_at) WHERE ended_at IS NULL;
CREATE INDEX conversations_ended ON conversations (last_at) WHERE ended_at IS NOT NULL;
CREATE INDEX conversations_by_session ON conversations (session);

-- What was told of a conversation once and for all, such as `conversation.turn` of a response id.
CREATE TABLE conversation_marks (
    conversation TEXT NOT NULL,
    mark TEXT NOT NULL,
    session TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (conversation, mark)
);

CREATE INDEX conversation_marks_by_time ON conversation_marks (at);
CREATE INDEX conversation_marks_by_session ON conversation_marks (session);
