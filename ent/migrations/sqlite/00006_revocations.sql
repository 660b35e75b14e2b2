-- +goose Up
-- Who may still use a token, and when the host said how old somebody is.
ALTER TABLE `users` ADD COLUMN `age_band_at` integer NOT NULL DEFAULT (0);
ALTER TABLE `users` ADD COLUMN `tokens_valid_after` integer NOT NULL DEFAULT (0);
-- create index "user_revoked" to table: "users"
CREATE INDEX `user_revoked` ON `users` (`tokens_valid_after`) WHERE tokens_valid_after > 0;

-- +goose Down
-- reverse: create index "user_revoked" to table: "users"
DROP INDEX `user_revoked`;
ALTER TABLE `users` DROP COLUMN `tokens_valid_after`;
ALTER TABLE `users` DROP COLUMN `age_band_at`;
