-- +goose Up
ALTER TABLE "heads" ADD COLUMN "refused" integer NOT NULL DEFAULT 0, ADD COLUMN "request_links" boolean NOT NULL DEFAULT false, ADD COLUMN "words" integer NOT NULL DEFAULT 0;
ALTER TABLE "settings_changes" ADD COLUMN "refused_before" integer NOT NULL DEFAULT 0, ADD COLUMN "refused_after" integer NOT NULL DEFAULT 0, ADD COLUMN "request_links_before" boolean NOT NULL DEFAULT false, ADD COLUMN "request_links_after" boolean NOT NULL DEFAULT false, ADD COLUMN "request_previews_before" boolean NOT NULL DEFAULT false, ADD COLUMN "request_previews_after" boolean NOT NULL DEFAULT false, ADD COLUMN "age_before" smallint NOT NULL DEFAULT 0, ADD COLUMN "age_after" smallint NOT NULL DEFAULT 0, ADD COLUMN "changed_by" smallint NOT NULL DEFAULT 0, ADD COLUMN "device" character varying NOT NULL DEFAULT '', ADD COLUMN "undoes" uuid NULL;
-- A user's hidden words, as they were written, one a line; the version is that of the head.
CREATE TABLE "hidden_words" ("user_id" uuid NOT NULL, "version" integer NOT NULL, "list" text NOT NULL, PRIMARY KEY ("user_id"));

-- +goose Down
DROP TABLE "hidden_words";
ALTER TABLE "settings_changes" DROP COLUMN "undoes", DROP COLUMN "device", DROP COLUMN "changed_by", DROP COLUMN "age_after", DROP COLUMN "age_before", DROP COLUMN "request_previews_after", DROP COLUMN "request_previews_before", DROP COLUMN "request_links_after", DROP COLUMN "request_links_before", DROP COLUMN "refused_after", DROP COLUMN "refused_before";
ALTER TABLE "heads" DROP COLUMN "words", DROP COLUMN "request_links", DROP COLUMN "refused";
