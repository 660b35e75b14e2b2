-- +goose Up
-- WITHOUT ROWID keeps rows in the order of their key.
CREATE TABLE audit_log (
    id uuid NOT NULL,
    at integer NOT NULL,
    actor text NOT NULL,
    act integer NOT NULL,
    report_id uuid NULL,
    user_id uuid NOT NULL,
    request_id text NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX auditentry_at_id ON audit_log (at, id);
CREATE INDEX auditentry_report_id_at_id ON audit_log (report_id, at, id);

CREATE TABLE contact_code_redemptions (
    code_id uuid NOT NULL,
    redeemer_id uuid NOT NULL,
    redeemed_at integer NOT NULL,
    PRIMARY KEY (code_id, redeemer_id)
);
CREATE INDEX contactcoderedemption_redeemer_id_code_id ON contact_code_redemptions (redeemer_id, code_id);
CREATE INDEX contactcoderedemption_code_id_redeemed_at_redeemer_id ON contact_code_redemptions (code_id, redeemed_at, redeemer_id);

CREATE TABLE contact_codes (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    label text NOT NULL,
    hash text NOT NULL,
    created_at integer NOT NULL,
    expires_at integer NOT NULL,
    revoked_at integer NOT NULL,
    ends_at integer NOT NULL,
    uses integer NOT NULL,
    max_uses integer NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX contactcode_hash ON contact_codes (hash);
CREATE INDEX contactcode_owner_id_created_at_id ON contact_codes (owner_id, created_at, id);
CREATE INDEX contactcode_owner_id_ends_at ON contact_codes (owner_id, ends_at);
CREATE INDEX contactcode_ends_at ON contact_codes (ends_at);

CREATE TABLE conversations (
    id uuid NOT NULL,
    low_id uuid NOT NULL,
    high_id uuid NOT NULL,
    last_seq integer NOT NULL,
    last_at integer NOT NULL,
    created_at integer NOT NULL,
    low_folder integer NOT NULL,
    low_read_seq integer NOT NULL,
    low_cleared_seq integer NOT NULL,
    low_known bool NOT NULL,
    low_pending integer NOT NULL,
    low_declined_until integer NOT NULL,
    low_muted bool NOT NULL,
    high_folder integer NOT NULL,
    high_read_seq integer NOT NULL,
    high_cleared_seq integer NOT NULL,
    high_known bool NOT NULL,
    high_pending integer NOT NULL,
    high_declined_until integer NOT NULL,
    high_muted bool NOT NULL,
    low_frozen_seq integer NOT NULL DEFAULT 0,
    high_frozen_seq integer NOT NULL DEFAULT 0,
    low_blocks bool NOT NULL DEFAULT false,
    low_hold_reason integer NOT NULL DEFAULT 0,
    high_blocks bool NOT NULL DEFAULT false,
    high_hold_reason integer NOT NULL DEFAULT 0,
    PRIMARY KEY (id)
);
CREATE INDEX conversation_low_id_low_folder_last_at ON conversations (low_id, low_folder, last_at);
CREATE INDEX conversation_high_id_high_folder_last_at ON conversations (high_id, high_folder, last_at);

CREATE TABLE epoch (
    id integer NOT NULL,
    epoch integer NOT NULL,
    started_at integer NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE events (
    user_id uuid NOT NULL,
    "position" integer NOT NULL,
    kind integer NOT NULL,
    at integer NOT NULL,
    with_id uuid NULL,
    seq integer NOT NULL,
    last_at integer NOT NULL,
    folder integer NOT NULL,
    read_seq integer NOT NULL,
    their_read_seq integer NOT NULL,
    unread integer NOT NULL,
    muted bool NOT NULL,
    unread_conversations integer NOT NULL,
    unread_requests integer NOT NULL,
    unread_messages integer NOT NULL,
    PRIMARY KEY (user_id, position)
) WITHOUT ROWID;

CREATE TABLE evidence (
    id uuid NOT NULL,
    sealed text NOT NULL,
    digest text NOT NULL,
    messages integer NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE follows (
    mutual bool NOT NULL,
    created_at integer NOT NULL,
    follower_id uuid NOT NULL,
    followee_id uuid NOT NULL,
    PRIMARY KEY (follower_id, followee_id)
) WITHOUT ROWID;
CREATE INDEX follow_friends ON follows (follower_id, followee_id) WHERE mutual;
CREATE INDEX follow_followee_id_follower_id ON follows (followee_id, follower_id);

CREATE TABLE heads (
    user_id uuid NOT NULL,
    version integer NOT NULL DEFAULT 0,
    "position" integer NOT NULL,
    trimmed_to integer NOT NULL,
    unread_conversations integer NOT NULL,
    unread_requests integer NOT NULL,
    unread_messages integer NOT NULL,
    audience integer NOT NULL,
    routes integer NOT NULL,
    read_receipts bool NOT NULL,
    changed_at integer NOT NULL,
    age_band integer NOT NULL,
    exempt bool NOT NULL,
    gone bool NOT NULL,
    suspended_until integer NOT NULL DEFAULT 0,
    outreach_until integer NOT NULL DEFAULT 0,
    request_previews bool NOT NULL DEFAULT false,
    joined_at integer NOT NULL DEFAULT 0,
    outreach_full_at integer NOT NULL DEFAULT 0,
    refusals integer NOT NULL DEFAULT 0,
    surge integer NOT NULL DEFAULT 0,
    shield_at integer NOT NULL DEFAULT 0,
    refused text NOT NULL DEFAULT '',
    request_links bool NOT NULL DEFAULT false,
    words integer NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id)
) WITHOUT ROWID;
CREATE INDEX head_silent ON heads (user_id) WHERE NOT read_receipts;

CREATE TABLE hidden_words (
    user_id uuid NOT NULL,
    version integer NOT NULL,
    list text NOT NULL,
    PRIMARY KEY (user_id)
) WITHOUT ROWID;

CREATE TABLE jobs (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind integer NOT NULL,
    state integer NOT NULL,
    requested_at integer NOT NULL,
    done integer NOT NULL,
    total integer NOT NULL,
    at_conversation uuid NOT NULL,
    at_seq integer NOT NULL,
    tries integer NOT NULL,
    lease_by text NOT NULL,
    lease_until integer NOT NULL,
    finished_at integer NOT NULL,
    expires_at integer NOT NULL,
    size integer NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX job_kind_state_requested_at ON jobs (kind, state, requested_at);
CREATE INDEX job_user_id_kind_requested_at ON jobs (user_id, kind, requested_at);

CREATE TABLE messages (
    conversation_id uuid NOT NULL,
    seq integer NOT NULL,
    sender_id uuid NOT NULL,
    client_message_id text NOT NULL,
    body text NOT NULL,
    video text NULL,
    created_at integer NOT NULL,
    first_digest text NULL,
    removed_at integer NULL,
    edited_at integer NULL,
    reply_to_seq integer NULL,
    kind integer NULL,
    attributes text NULL,
    metadata text NULL,
    PRIMARY KEY (conversation_id, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX message_once ON messages (conversation_id, sender_id, client_message_id);

CREATE TABLE reports (
    id uuid NOT NULL,
    reporter_id uuid NOT NULL,
    reported_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    client_report_id text NOT NULL,
    fingerprint text NOT NULL,
    category integer NOT NULL,
    messages integer NOT NULL,
    digest text NOT NULL,
    created_at integer NOT NULL,
    state integer NOT NULL,
    claimed_by text NOT NULL,
    claimed_until integer NOT NULL,
    action integer NOT NULL,
    statement text NOT NULL,
    decided_by text NOT NULL,
    decided_at integer NOT NULL,
    ends_at integer NOT NULL,
    appealable_until integer NOT NULL,
    appeal text NOT NULL,
    appealed_at integer NOT NULL,
    appeal_outcome integer NOT NULL,
    appeal_statement text NOT NULL,
    appeal_decided_by text NOT NULL,
    appeal_decided_at integer NOT NULL,
    settled_at integer NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX report_once ON reports (reporter_id, client_report_id);
CREATE INDEX report_reporter_id_created_at_id ON reports (reporter_id, created_at, id);
CREATE INDEX report_reported_id_decided_at_id ON reports (reported_id, decided_at, id);
CREATE INDEX report_state_created_at_id ON reports (state, created_at, id);
CREATE INDEX report_settled_at ON reports (settled_at);

CREATE TABLE search_words (
    user_id uuid NOT NULL,
    word text NOT NULL,
    PRIMARY KEY (user_id, word)
) WITHOUT ROWID;
CREATE INDEX searchword_word_user_id ON search_words (word, user_id);

CREATE TABLE settings_changes (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    at integer NOT NULL,
    audience_before integer NOT NULL,
    audience_after integer NOT NULL,
    routes_before integer NOT NULL,
    routes_after integer NOT NULL,
    read_receipts_before bool NOT NULL,
    read_receipts_after bool NOT NULL,
    refused_before text NOT NULL DEFAULT '',
    refused_after text NOT NULL DEFAULT '',
    request_links_before bool NOT NULL DEFAULT false,
    request_links_after bool NOT NULL DEFAULT false,
    request_previews_before bool NOT NULL DEFAULT false,
    request_previews_after bool NOT NULL DEFAULT false,
    age_before integer NOT NULL DEFAULT 0,
    age_after integer NOT NULL DEFAULT 0,
    changed_by integer NOT NULL DEFAULT 0,
    device text NOT NULL DEFAULT '',
    undoes uuid NULL,
    words_version integer NOT NULL DEFAULT 0,
    words_added text NOT NULL DEFAULT '',
    words_removed text NOT NULL DEFAULT '',
    PRIMARY KEY (id)
);
CREATE INDEX settingschange_user_id_at_id ON settings_changes (user_id, at, id);

CREATE TABLE overrides (
    blocked bool NOT NULL,
    restricted bool NOT NULL,
    listed integer NOT NULL,
    changed_at integer NOT NULL,
    user_id uuid NOT NULL,
    other_id uuid NOT NULL,
    PRIMARY KEY (user_id, other_id)
) WITHOUT ROWID;
CREATE INDEX override_blocked ON overrides (user_id, other_id) WHERE blocked;
CREATE INDEX override_restricted ON overrides (user_id, other_id) WHERE restricted;
CREATE INDEX override_always ON overrides (user_id, other_id) WHERE listed = 1;
CREATE INDEX override_never ON overrides (user_id, other_id) WHERE listed = 2;

CREATE TABLE suggestions (
    created_at integer NOT NULL,
    user_id uuid NOT NULL,
    suggested_id uuid NOT NULL,
    PRIMARY KEY (user_id, suggested_id)
) WITHOUT ROWID;

CREATE TABLE users (
    id uuid NOT NULL,
    external_id text NOT NULL,
    handle text NOT NULL,
    display_name text NOT NULL,
    avatar_url text NULL,
    age_band integer NOT NULL,
    exempt bool NOT NULL,
    deleted bool NOT NULL DEFAULT false,
    created_at integer NOT NULL,
    age_band_at integer NOT NULL DEFAULT 0,
    tokens_valid_after integer NOT NULL DEFAULT 0,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX user_external_id ON users (external_id);
CREATE UNIQUE INDEX user_handle ON users (handle);
CREATE INDEX user_revoked ON users (tokens_valid_after) WHERE tokens_valid_after > 0;

-- +goose Down
DROP TABLE users;
DROP TABLE suggestions;
DROP TABLE overrides;
DROP TABLE settings_changes;
DROP TABLE search_words;
DROP TABLE reports;
DROP TABLE messages;
DROP TABLE jobs;
DROP TABLE hidden_words;
DROP TABLE heads;
DROP TABLE follows;
DROP TABLE evidence;
DROP TABLE events;
DROP TABLE epoch;
DROP TABLE conversations;
DROP TABLE contact_codes;
DROP TABLE contact_code_redemptions;
DROP TABLE audit_log;
