-- +goose Up
ALTER TABLE conversations ADD COLUMN low_blocks bool NOT NULL DEFAULT false;
ALTER TABLE conversations ADD COLUMN low_held integer NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN high_blocks bool NOT NULL DEFAULT false;
ALTER TABLE conversations ADD COLUMN high_held integer NOT NULL DEFAULT 0;
-- Who blocks stands with each side: what the other sees must not change. The blocked side of a block so far had its
-- messages out of the counts for good, so they are read.
UPDATE conversations SET
    low_blocks = EXISTS (SELECT 1 FROM stances s WHERE s.user_id = low_id AND s.other_id = high_id AND s.blocked),
    high_blocks = EXISTS (SELECT 1 FROM stances s WHERE s.user_id = high_id AND s.other_id = low_id AND s.blocked)
    WHERE blocked;
UPDATE conversations SET low_read_seq = last_seq WHERE blocked AND NOT low_blocks;
UPDATE conversations SET high_read_seq = last_seq WHERE blocked AND NOT high_blocks;
ALTER TABLE conversations DROP COLUMN blocked;
ALTER TABLE heads ADD COLUMN request_previews bool NOT NULL DEFAULT false;
ALTER TABLE heads ADD COLUMN joined_at integer NOT NULL DEFAULT 0;
ALTER TABLE heads ADD COLUMN outreach_full_at integer NOT NULL DEFAULT 0;
ALTER TABLE heads ADD COLUMN refusals integer NOT NULL DEFAULT 0;
ALTER TABLE heads ADD COLUMN surge integer NOT NULL DEFAULT 0;
ALTER TABLE heads ADD COLUMN shield_at integer NOT NULL DEFAULT 0;
UPDATE heads SET joined_at = coalesce((SELECT u.created_at FROM users u WHERE u.id = heads.user_id), 0);

-- +goose Down
ALTER TABLE conversations ADD COLUMN blocked boolean NOT NULL DEFAULT false;
UPDATE conversations SET blocked = low_blocks OR high_blocks;
ALTER TABLE conversations DROP COLUMN low_blocks;
ALTER TABLE conversations DROP COLUMN low_held;
ALTER TABLE conversations DROP COLUMN high_blocks;
ALTER TABLE conversations DROP COLUMN high_held;
ALTER TABLE heads DROP COLUMN request_previews;
ALTER TABLE heads DROP COLUMN joined_at;
ALTER TABLE heads DROP COLUMN outreach_full_at;
ALTER TABLE heads DROP COLUMN refusals;
ALTER TABLE heads DROP COLUMN surge;
ALTER TABLE heads DROP COLUMN shield_at;
