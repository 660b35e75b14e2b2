-- +goose Up
-- What a user has decided about another: a block, which had a table of its own, a restriction, a place on a list.
CREATE TABLE `stances` (`blocked` bool NOT NULL, `restricted` bool NOT NULL, `listed` integer NOT NULL, `changed_at` integer NOT NULL, `user_id` uuid NOT NULL, `other_id` uuid NOT NULL, PRIMARY KEY (`user_id`, `other_id`)) WITHOUT ROWID;
INSERT INTO `stances` (`user_id`, `other_id`, `blocked`, `restricted`, `listed`, `changed_at`) SELECT `blocker_id`, `blocked_id`, true, false, 0, `created_at` FROM `blocks`;
DROP TABLE `blocks`;
CREATE INDEX `stance_blocked` ON `stances` (`user_id`, `other_id`) WHERE blocked;
CREATE INDEX `stance_restricted` ON `stances` (`user_id`, `other_id`) WHERE restricted;
CREATE INDEX `stance_always` ON `stances` (`user_id`, `other_id`) WHERE listed = 1;
CREATE INDEX `stance_never` ON `stances` (`user_id`, `other_id`) WHERE listed = 2;
ALTER TABLE `conversations` ADD COLUMN `low_frozen_seq` integer NOT NULL DEFAULT (0);
ALTER TABLE `conversations` ADD COLUMN `high_frozen_seq` integer NOT NULL DEFAULT (0);

-- +goose Down
ALTER TABLE `conversations` DROP COLUMN `high_frozen_seq`;
ALTER TABLE `conversations` DROP COLUMN `low_frozen_seq`;
CREATE TABLE `blocks` (`created_at` integer NOT NULL, `blocker_id` uuid NOT NULL, `blocked_id` uuid NOT NULL, PRIMARY KEY (`blocker_id`, `blocked_id`)) WITHOUT ROWID;
INSERT INTO `blocks` (`created_at`, `blocker_id`, `blocked_id`) SELECT `changed_at`, `user_id`, `other_id` FROM `stances` WHERE `blocked`;
DROP TABLE `stances`;
