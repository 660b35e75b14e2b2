-- +goose Up
-- A change of the hidden words is a change of settings: what was added and removed, one a line, and the version after it.
ALTER TABLE "settings_changes" ADD COLUMN "words_version" integer NOT NULL DEFAULT 0, ADD COLUMN "words_added" text NOT NULL DEFAULT '', ADD COLUMN "words_removed" text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE "settings_changes" DROP COLUMN "words_removed", DROP COLUMN "words_added", DROP COLUMN "words_version";
