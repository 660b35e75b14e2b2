-- +goose Up
-- add column "removed" to table: "messages"
ALTER TABLE `messages` ADD COLUMN `removed` text NULL;

-- +goose Down
-- reverse: add column "removed" to table: "messages"
ALTER TABLE `messages` DROP COLUMN `removed`;
