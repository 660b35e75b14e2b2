-- +goose Up
-- create "blocks" table
CREATE TABLE `blocks` (`created_at` integer NOT NULL, `blocker_id` uuid NOT NULL, `blocked_id` uuid NOT NULL, PRIMARY KEY (`blocker_id`, `blocked_id`)) WITHOUT ROWID;
-- create "conversations" table
CREATE TABLE `conversations` (`id` uuid NOT NULL, `low_id` uuid NOT NULL, `high_id` uuid NOT NULL, `last_seq` integer NOT NULL, `last_at` integer NOT NULL, `blocked` bool NOT NULL, `created_at` integer NOT NULL, `low_folder` integer NOT NULL, `low_read_seq` integer NOT NULL, `low_cleared_seq` integer NOT NULL, `low_known` bool NOT NULL, `low_pending` integer NOT NULL, `low_declined_until` integer NOT NULL, `low_muted` bool NOT NULL, `high_folder` integer NOT NULL, `high_read_seq` integer NOT NULL, `high_cleared_seq` integer NOT NULL, `high_known` bool NOT NULL, `high_pending` integer NOT NULL, `high_declined_until` integer NOT NULL, `high_muted` bool NOT NULL, PRIMARY KEY (`id`));
-- create index "conversation_low_id_low_folder_last_at" to table: "conversations"
CREATE INDEX `conversation_low_id_low_folder_last_at` ON `conversations` (`low_id`, `low_folder`, `last_at`);
-- create index "conversation_high_id_high_folder_last_at" to table: "conversations"
CREATE INDEX `conversation_high_id_high_folder_last_at` ON `conversations` (`high_id`, `high_folder`, `last_at`);
-- create "epoch" table
CREATE TABLE `epoch` (`id` integer NOT NULL, `epoch` integer NOT NULL, `started_at` integer NOT NULL, PRIMARY KEY (`id`));
-- create "events" table
CREATE TABLE `events` (`user_id` uuid NOT NULL, `position` integer NOT NULL, `kind` integer NOT NULL, `at` integer NOT NULL, `with_id` uuid NULL, `seq` integer NOT NULL, `last_at` integer NOT NULL, `folder` integer NOT NULL, `read_seq` integer NOT NULL, `their_read_seq` integer NOT NULL, `unread` integer NOT NULL, `muted` bool NOT NULL, `unread_conversations` integer NOT NULL, `unread_requests` integer NOT NULL, `unread_messages` integer NOT NULL, PRIMARY KEY (`user_id`, `position`)) WITHOUT ROWID;
-- create "follows" table
CREATE TABLE `follows` (`mutual` bool NOT NULL, `created_at` integer NOT NULL, `follower_id` uuid NOT NULL, `followee_id` uuid NOT NULL, PRIMARY KEY (`follower_id`, `followee_id`)) WITHOUT ROWID;
-- create index "follow_friends" to table: "follows"
CREATE INDEX `follow_friends` ON `follows` (`follower_id`, `followee_id`) WHERE mutual;
-- create index "follow_followee_id" to table: "follows"
CREATE INDEX `follow_followee_id_follower_id` ON `follows` (`followee_id`, `follower_id`);
-- create "heads" table
CREATE TABLE `heads` (`user_id` uuid NOT NULL, `position` integer NOT NULL, `trimmed_to` integer NOT NULL, `unread_conversations` integer NOT NULL, `unread_requests` integer NOT NULL, `unread_messages` integer NOT NULL, `audience` integer NOT NULL, `routes` integer NOT NULL, `read_receipts` bool NOT NULL, `changed_at` integer NOT NULL, `age_band` integer NOT NULL, `exempt` bool NOT NULL, `gone` bool NOT NULL, PRIMARY KEY (`user_id`)) WITHOUT ROWID;
-- create index "head_silent" to table: "heads"
CREATE INDEX `head_silent` ON `heads` (`user_id`) WHERE NOT read_receipts;
-- create "messages" table
CREATE TABLE `messages` (`conversation_id` uuid NOT NULL, `seq` integer NOT NULL, `sender_id` uuid NOT NULL, `client_message_id` text NOT NULL, `body` text NOT NULL, `video` text NULL, `created_at` integer NOT NULL, PRIMARY KEY (`conversation_id`, `seq`)) WITHOUT ROWID;
-- create index "message_once" to table: "messages"
CREATE UNIQUE INDEX `message_once` ON `messages` (`conversation_id`, `sender_id`, `client_message_id`);
-- create "settings_changes" table
CREATE TABLE `settings_changes` (`id` uuid NOT NULL, `user_id` uuid NOT NULL, `at` integer NOT NULL, `audience_before` integer NOT NULL, `audience_after` integer NOT NULL, `routes_before` integer NOT NULL, `routes_after` integer NOT NULL, `read_receipts_before` bool NOT NULL, `read_receipts_after` bool NOT NULL, PRIMARY KEY (`id`));
-- create index "settingschange_user_id_at_id" to table: "settings_changes"
CREATE INDEX `settingschange_user_id_at_id` ON `settings_changes` (`user_id`, `at`, `id`);
-- create "suggestions" table
CREATE TABLE `suggestions` (`created_at` integer NOT NULL, `user_id` uuid NOT NULL, `suggested_id` uuid NOT NULL, PRIMARY KEY (`user_id`, `suggested_id`)) WITHOUT ROWID;
-- create "users" table
CREATE TABLE `users` (`id` uuid NOT NULL, `external_id` text NOT NULL, `handle` text NOT NULL, `display_name` text NOT NULL, `name_key` text NOT NULL, `avatar_url` text NULL, `age_band` integer NOT NULL, `exempt` bool NOT NULL, `deleted` bool NOT NULL DEFAULT (false), `created_at` integer NOT NULL, PRIMARY KEY (`id`));
-- create index "user_external_id" to table: "users"
CREATE UNIQUE INDEX `user_external_id` ON `users` (`external_id`);
-- create index "user_handle" to table: "users"
CREATE UNIQUE INDEX `user_handle` ON `users` (`handle`);
-- create index "user_name_key_id" to table: "users"
CREATE INDEX `user_name_key_id` ON `users` (`name_key`, `id`);

-- +goose Down
-- reverse: create index "user_name_key_id" to table: "users"
DROP INDEX `user_name_key_id`;
-- reverse: create index "user_handle" to table: "users"
DROP INDEX `user_handle`;
-- reverse: create index "user_external_id" to table: "users"
DROP INDEX `user_external_id`;
-- reverse: create "users" table
DROP TABLE `users`;
-- reverse: create "suggestions" table
DROP TABLE `suggestions`;
-- reverse: create index "settingschange_user_id_at_id" to table: "settings_changes"
DROP INDEX `settingschange_user_id_at_id`;
-- reverse: create "settings_changes" table
DROP TABLE `settings_changes`;
-- reverse: create index "message_once" to table: "messages"
DROP INDEX `message_once`;
-- reverse: create "messages" table
DROP TABLE `messages`;
-- reverse: create index "head_silent" to table: "heads"
DROP INDEX `head_silent`;
-- reverse: create "heads" table
DROP TABLE `heads`;
-- reverse: create index "follow_followee_id" to table: "follows"
DROP INDEX `follow_followee_id_follower_id`;
-- reverse: create index "follow_friends" to table: "follows"
DROP INDEX `follow_friends`;
-- reverse: create "follows" table
DROP TABLE `follows`;
-- reverse: create "events" table
DROP TABLE `events`;
-- reverse: create "epoch" table
DROP TABLE `epoch`;
-- reverse: create index "conversation_high_id_high_folder_last_at" to table: "conversations"
DROP INDEX `conversation_high_id_high_folder_last_at`;
-- reverse: create index "conversation_low_id_low_folder_last_at" to table: "conversations"
DROP INDEX `conversation_low_id_low_folder_last_at`;
-- reverse: create "conversations" table
DROP TABLE `conversations`;
-- reverse: create "blocks" table
DROP TABLE `blocks`;
