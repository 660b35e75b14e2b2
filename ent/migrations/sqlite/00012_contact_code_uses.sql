-- +goose Up
-- Who used a code is listed by when.
-- create index `contactcodeuse_code_id_used_at_bearer_id` to table: `contact_code_uses`
CREATE INDEX `contactcodeuse_code_id_used_at_bearer_id` ON `contact_code_uses` (`code_id`, `used_at`, `bearer_id`);

-- +goose Down
-- reverse: create index `contactcodeuse_code_id_used_at_bearer_id` to table: `contact_code_uses`
DROP INDEX `contactcodeuse_code_id_used_at_bearer_id`;
