-- +goose Up
-- Text keys have COLLATE "C": prefix search and its cursors need byte order, whatever the locale of
-- the database. heads and conversations leave room on each page, so that an update stays in place
-- (HOT).
CREATE TABLE audit_log (
    id uuid NOT NULL,
    at bigint NOT NULL,
    actor varchar NOT NULL,
    act smallint NOT NULL,
    report_id uuid,
    user_id uuid NOT NULL,
    request_id varchar NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX auditentry_at_id ON audit_log (at, id);
CREATE INDEX auditentry_report_id_at_id ON audit_log (report_id, at, id);

CREATE TABLE contact_code_redemptions (
    code_id uuid NOT NULL,
    redeemer_id uuid NOT NULL,
    redeemed_at bigint NOT NULL,
    PRIMARY KEY (code_id, redeemer_id)
);
CREATE INDEX contactcoderedemption_redeemer_id_code_id ON contact_code_redemptions (redeemer_id, code_id);
CREATE INDEX contactcoderedemption_code_id_redeemed_at_redeemer_id ON contact_code_redemptions (code_id, redeemed_at, redeemer_id);

CREATE TABLE contact_codes (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    label varchar NOT NULL,
    hash varchar NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    uses integer NOT NULL,
    max_uses integer NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX contactcode_ends_at ON contact_codes (ends_at);
CREATE UNIQUE INDEX contactcode_hash ON contact_codes (hash);
CREATE INDEX contactcode_owner_id_created_at_id ON contact_codes (owner_id, created_at, id);
CREATE INDEX contactcode_owner_id_ends_at ON contact_codes (owner_id, ends_at);

CREATE TABLE conversations (
    id uuid NOT NULL,
    low_id uuid NOT NULL,
    high_id uuid NOT NULL,
    last_seq bigint NOT NULL,
    last_at bigint NOT NULL,
    created_at bigint NOT NULL,
    low_folder smallint NOT NULL,
    low_read_seq bigint NOT NULL,
    low_cleared_seq bigint NOT NULL,
    low_known boolean NOT NULL,
    low_pending integer NOT NULL,
    low_declined_until bigint NOT NULL,
    low_muted boolean NOT NULL,
    high_folder smallint NOT NULL,
    high_read_seq bigint NOT NULL,
    high_cleared_seq bigint NOT NULL,
    high_known boolean NOT NULL,
    high_pending integer NOT NULL,
    high_declined_until bigint NOT NULL,
    high_muted boolean NOT NULL,
    low_frozen_seq bigint NOT NULL DEFAULT 0,
    high_frozen_seq bigint NOT NULL DEFAULT 0,
    low_blocks boolean NOT NULL DEFAULT false,
    low_hold_reason smallint NOT NULL DEFAULT 0,
    high_blocks boolean NOT NULL DEFAULT false,
    high_hold_reason smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX conversation_high_id_high_folder_last_at ON conversations (high_id, high_folder, last_at);
CREATE INDEX conversation_low_id_low_folder_last_at ON conversations (low_id, low_folder, last_at);

CREATE TABLE epoch (
    id bigint NOT NULL,
    epoch bigint NOT NULL,
    started_at bigint NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE events (
    user_id uuid NOT NULL,
    "position" bigint NOT NULL,
    kind smallint NOT NULL,
    at bigint NOT NULL,
    with_id uuid,
    seq bigint NOT NULL,
    last_at bigint NOT NULL,
    folder smallint NOT NULL,
    read_seq bigint NOT NULL,
    their_read_seq bigint NOT NULL,
    unread bigint NOT NULL,
    muted boolean NOT NULL,
    unread_conversations integer NOT NULL,
    unread_requests integer NOT NULL,
    unread_messages bigint NOT NULL,
    PRIMARY KEY (user_id, "position")
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);

CREATE TABLE evidence (
    id uuid NOT NULL,
    sealed text NOT NULL,
    digest varchar NOT NULL,
    messages integer NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE follows (
    mutual boolean NOT NULL,
    created_at bigint NOT NULL,
    follower_id uuid NOT NULL,
    followee_id uuid NOT NULL,
    PRIMARY KEY (follower_id, followee_id)
);
CREATE INDEX follow_followee_id_follower_id ON follows (followee_id, follower_id);
CREATE INDEX follow_friends ON follows (follower_id, followee_id) WHERE mutual;

CREATE TABLE heads (
    user_id uuid NOT NULL,
    version bigint NOT NULL DEFAULT 0,
    "position" bigint NOT NULL,
    trimmed_to bigint NOT NULL,
    unread_conversations integer NOT NULL,
    unread_requests integer NOT NULL,
    unread_messages bigint NOT NULL,
    audience smallint NOT NULL,
    routes integer NOT NULL,
    read_receipts boolean NOT NULL,
    changed_at bigint NOT NULL,
    age_band smallint NOT NULL,
    exempt boolean NOT NULL,
    gone boolean NOT NULL,
    suspended_until bigint NOT NULL DEFAULT 0,
    outreach_until bigint NOT NULL DEFAULT 0,
    request_previews boolean NOT NULL DEFAULT false,
    joined_at bigint NOT NULL DEFAULT 0,
    outreach_full_at bigint NOT NULL DEFAULT 0,
    refusals bigint NOT NULL DEFAULT 0,
    surge bigint NOT NULL DEFAULT 0,
    shield_at bigint NOT NULL DEFAULT 0,
    refused text NOT NULL DEFAULT '',
    request_links boolean NOT NULL DEFAULT false,
    words integer NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX head_silent ON heads (user_id) WHERE (NOT read_receipts);

CREATE TABLE hidden_words (
    user_id uuid NOT NULL,
    version integer NOT NULL,
    list text NOT NULL,
    PRIMARY KEY (user_id)
);

CREATE TABLE jobs (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    requested_at bigint NOT NULL,
    done bigint NOT NULL,
    total bigint NOT NULL,
    at_conversation uuid NOT NULL,
    at_seq bigint NOT NULL,
    tries integer NOT NULL,
    lease_by varchar NOT NULL,
    lease_until bigint NOT NULL,
    finished_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    size bigint NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX job_kind_state_requested_at ON jobs (kind, state, requested_at);
CREATE INDEX job_user_id_kind_requested_at ON jobs (user_id, kind, requested_at);

CREATE TABLE messages (
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    sender_id uuid NOT NULL,
    client_message_id varchar COLLATE "C" NOT NULL,
    body text NOT NULL,
    video text,
    created_at bigint NOT NULL,
    first_digest varchar,
    removed_at bigint,
    edited_at bigint,
    reply_to_seq bigint,
    kind smallint,
    attributes text,
    metadata text,
    PRIMARY KEY (conversation_id, seq)
);
CREATE UNIQUE INDEX message_once ON messages (conversation_id, sender_id, client_message_id);

CREATE TABLE reports (
    id uuid NOT NULL,
    reporter_id uuid NOT NULL,
    reported_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    client_report_id varchar NOT NULL,
    fingerprint varchar NOT NULL,
    category smallint NOT NULL,
    messages integer NOT NULL,
    digest varchar NOT NULL,
    created_at bigint NOT NULL,
    state smallint NOT NULL,
    claimed_by varchar NOT NULL,
    claimed_until bigint NOT NULL,
    action smallint NOT NULL,
    statement text NOT NULL,
    decided_by varchar NOT NULL,
    decided_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    appealable_until bigint NOT NULL,
    appeal text NOT NULL,
    appealed_at bigint NOT NULL,
    appeal_outcome smallint NOT NULL,
    appeal_statement text NOT NULL,
    appeal_decided_by varchar NOT NULL,
    appeal_decided_at bigint NOT NULL,
    settled_at bigint NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX report_once ON reports (reporter_id, client_report_id);
CREATE INDEX report_reported_id_decided_at_id ON reports (reported_id, decided_at, id);
CREATE INDEX report_reporter_id_created_at_id ON reports (reporter_id, created_at, id);
CREATE INDEX report_settled_at ON reports (settled_at);
CREATE INDEX report_state_created_at_id ON reports (state, created_at, id);

CREATE TABLE search_words (
    user_id uuid NOT NULL,
    word varchar COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, word)
);
CREATE INDEX searchword_word_user_id ON search_words (word, user_id);

CREATE TABLE settings_changes (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    at bigint NOT NULL,
    audience_before smallint NOT NULL,
    audience_after smallint NOT NULL,
    routes_before integer NOT NULL,
    routes_after integer NOT NULL,
    read_receipts_before boolean NOT NULL,
    read_receipts_after boolean NOT NULL,
    refused_before text NOT NULL DEFAULT '',
    refused_after text NOT NULL DEFAULT '',
    request_links_before boolean NOT NULL DEFAULT false,
    request_links_after boolean NOT NULL DEFAULT false,
    request_previews_before boolean NOT NULL DEFAULT false,
    request_previews_after boolean NOT NULL DEFAULT false,
    age_before smallint NOT NULL DEFAULT 0,
    age_after smallint NOT NULL DEFAULT 0,
    changed_by smallint NOT NULL DEFAULT 0,
    device varchar NOT NULL DEFAULT '',
    undoes uuid,
    words_version integer NOT NULL DEFAULT 0,
    words_added text NOT NULL DEFAULT '',
    words_removed text NOT NULL DEFAULT '',
    PRIMARY KEY (id)
);
CREATE INDEX settingschange_user_id_at_id ON settings_changes (user_id, at, id);

CREATE TABLE overrides (
    blocked boolean NOT NULL,
    restricted boolean NOT NULL,
    listed smallint NOT NULL,
    changed_at bigint NOT NULL,
    user_id uuid NOT NULL,
    other_id uuid NOT NULL,
    PRIMARY KEY (user_id, other_id)
);
CREATE INDEX override_always ON overrides (user_id, other_id) WHERE (listed = 1);
CREATE INDEX override_blocked ON overrides (user_id, other_id) WHERE blocked;
CREATE INDEX override_never ON overrides (user_id, other_id) WHERE (listed = 2);
CREATE INDEX override_restricted ON overrides (user_id, other_id) WHERE restricted;

CREATE TABLE suggestions (
    created_at bigint NOT NULL,
    user_id uuid NOT NULL,
    suggested_id uuid NOT NULL,
    PRIMARY KEY (user_id, suggested_id)
);

CREATE TABLE users (
    id uuid NOT NULL,
    external_id varchar COLLATE "C" NOT NULL,
    handle varchar COLLATE "C" NOT NULL,
    display_name varchar NOT NULL,
    avatar_url varchar,
    age_band smallint NOT NULL,
    exempt boolean NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    created_at bigint NOT NULL,
    age_band_at bigint NOT NULL DEFAULT 0,
    tokens_valid_after bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX user_external_id ON users (external_id);
CREATE UNIQUE INDEX user_handle ON users (handle);
CREATE INDEX user_revoked ON users (tokens_valid_after) WHERE (tokens_valid_after > 0);

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
