-- +goose Up
ALTER TABLE `heads` ADD COLUMN `refused` integer NOT NULL DEFAULT (0);
ALTER TABLE `heads` ADD COLUMN `request_links` bool NOT NULL DEFAULT (false);
ALTER TABLE `heads` ADD COLUMN `words` integer NOT NULL DEFAULT (0);
ALTER TABLE `settings_changes` ADD COLUMN `refused_before` integer NOT NULL DEFAULT (0);
ALTER TABLE `settings_changes` ADD COLUMN `refused_after` integer NOT NULL DEFAULT (0);
ALTER TABLE `settings_changes` ADD COLUMN `request_links_before` bool NOT NULL DEFAULT (false);
ALTER TABLE `settings_changes` ADD COLUMN `request_links_after` bool NOT NULL DEFAULT (false);
ALTER TABLE `settings_changes` ADD COLUMN `request_previews_before` bool NOT NULL DEFAULT (false);
ALTER TABLE `settings_changes` ADD COLUMN `request_previews_after` bool NOT NULL DEFAULT (false);
ALTER TABLE `settings_changes` ADD COLUMN `age_before` integer NOT NULL DEFAULT (0);
ALTER TABLE `settings_changes` ADD COLUMN `age_after` integer NOT NULL DEFAULT (0);
ALTER TABLE `settings_changes` ADD COLUMN `changed_by` integer NOT NULL DEFAULT (0);
ALTER TABLE `settings_changes` ADD COLUMN `device` text NOT NULL DEFAULT ('');
ALTER TABLE `settings_changes` ADD COLUMN `undoes` uuid NULL;
-- A user's hidden words, as they were written, one a line; the version is that of the head.
CREATE TABLE `hidden_words` (`user_id` uuid NOT NULL, `version` integer NOT NULL, `list` text NOT NULL, PRIMARY KEY (`user_id`)) WITHOUT ROWID;

-- +goose Down
DROP TABLE `hidden_words`;
ALTER TABLE `settings_changes` DROP COLUMN `undoes`;
ALTER TABLE `settings_changes` DROP COLUMN `device`;
ALTER TABLE `settings_changes` DROP COLUMN `changed_by`;
ALTER TABLE `settings_changes` DROP COLUMN `age_after`;
ALTER TABLE `settings_changes` DROP COLUMN `age_before`;
ALTER TABLE `settings_changes` DROP COLUMN `request_previews_after`;
ALTER TABLE `settings_changes` DROP COLUMN `request_previews_before`;
ALTER TABLE `settings_changes` DROP COLUMN `request_links_after`;
ALTER TABLE `settings_changes` DROP COLUMN `request_links_before`;
ALTER TABLE `settings_changes` DROP COLUMN `refused_after`;
ALTER TABLE `settings_changes` DROP COLUMN `refused_before`;
ALTER TABLE `heads` DROP COLUMN `words`;
ALTER TABLE `heads` DROP COLUMN `request_links`;
ALTER TABLE `heads` DROP COLUMN `refused`;
