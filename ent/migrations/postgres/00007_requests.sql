-- +goose Up
ALTER TABLE conversations ADD COLUMN low_blocks boolean NOT NULL DEFAULT false, ADD COLUMN low_held smallint NOT NULL DEFAULT 0,
    ADD COLUMN high_blocks boolean NOT NULL DEFAULT false, ADD COLUMN high_held smallint NOT NULL DEFAULT 0;
-- Who blocks stands with each side: what the other sees must not change. The blocked side of a block so far had its
-- messages out of the counts for good, so they are read.
UPDATE conversations SET
    low_blocks = EXISTS (SELECT 1 FROM stances s WHERE s.user_id = low_id AND s.other_id = high_id AND s.blocked),
    high_blocks = EXISTS (SELECT 1 FROM stances s WHERE s.user_id = high_id AND s.other_id = low_id AND s.blocked)
    WHERE blocked;
UPDATE conversations SET low_read_seq = last_seq WHERE blocked AND NOT low_blocks;
UPDATE conversations SET high_read_seq = last_seq WHERE blocked AND NOT high_blocks;
ALTER TABLE conversations DROP COLUMN blocked;
ALTER TABLE heads ADD COLUMN request_previews boolean NOT NULL DEFAULT false, ADD COLUMN joined_at bigint NOT NULL DEFAULT 0,
    ADD COLUMN outreach_full_at bigint NOT NULL DEFAULT 0, ADD COLUMN refusals bigint NOT NULL DEFAULT 0,
    ADD COLUMN surge bigint NOT NULL DEFAULT 0, ADD COLUMN shield_at bigint NOT NULL DEFAULT 0;
UPDATE heads SET joined_at = coalesce((SELECT u.created_at FROM users u WHERE u.id = heads.user_id), 0);

-- +goose Down
ALTER TABLE conversations ADD COLUMN blocked boolean NOT NULL DEFAULT false;
UPDATE conversations SET blocked = low_blocks OR high_blocks;
ALTER TABLE conversations DROP COLUMN low_blocks, DROP COLUMN low_held, DROP COLUMN high_blocks, DROP COLUMN high_held;
ALTER TABLE heads DROP COLUMN request_previews, DROP COLUMN joined_at, DROP COLUMN outreach_full_at, DROP COLUMN refusals,
    DROP COLUMN surge, DROP COLUMN shield_at;
