/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The record for programs (C2SP tlog-tiles): checkpoint, tiles, entry bundles, the key, receipts. Static bytes for
 * everyone, with the caching the specification names. Nothing beyond the last checkpoint is served, and nothing at all
 * by a log that may not sign: what is cached for ever must be what was signed.
 */
#include "kernel/journal/hash.h"
#include "kernel/pages/pages.h"
#include "kernel/record/log.h"
#include "kernel/record/tiles.h"
#include "kernel/types/types_queries.h"

#include <sodium.h>

#define TEXT     "text/plain; charset=utf-8"
#define FOR_EVER "public, max-age=31536000, immutable"

/* Nobody's language, cookie or Accept changes these bytes. */
static enum lx_code file_fields(
	struct lx_request *request, struct lx_reply *reply, const char *media, const char *caching)
{
	reply->media = media;
	LX_TRY(lx_reply_header(request, reply, "Cache-Control", "%s", caching));
	LX_TRY(lx_reply_header(request, reply, "Access-Control-Allow-Origin", "*"));
	return lx_reply_header(request, reply, "Vary", "Accept-Encoding");
}

static enum lx_code published_now(struct lx_request *request, struct lx_published *published)
{
	const struct lx_app *app = request->app;

	return lx_log_checkpoint(app->log, request->call, lx_monotonic(), published);
}

static enum lx_code none(struct lx_request *request)
{
	return lx_fail(request->call, LX_NOT_FOUND, NULL, "page.none", NULL);
}

enum lx_code lx_page_checkpoint(struct lx_request *request, struct lx_reply *reply)
{
	struct lx_published published;

	LX_TRY(published_now(request, &published));
	lx_buf_text(&reply->body, published.note);
	return file_fields(request, reply, TEXT, "public, max-age=1");
}

static enum lx_code write_key(
	struct lx_request *request, const struct lx_note_key *key, struct lx_reply *reply)
{
	char text[LX_NOTE_KEY_TEXT];

	if (key == NULL)
		return none(request);
	lx_note_key_write(key, text);
	lx_buf_printf(&reply->body, "%s\n", text);
	return file_fields(request, reply, TEXT, "public, max-age=60");
}

enum lx_code lx_page_log_key(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;

	return write_key(request, lx_log_key(app->log), reply);
}

enum lx_code lx_page_log_key_sm2(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;

	return write_key(request, lx_log_sm2_key(app->log), reply);
}

enum lx_code lx_page_tile(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_app *app = request->app;
	struct lx_log_tile tile;

	if (!lx_tile_parse(request->captures[0], &tile))
		return none(request);
	enum lx_code code = lx_log_tile(
		app->log, request->call, lx_monotonic(), &tile, &reply->body);
	if (code != LX_OK)
		return code == LX_NOT_FOUND ? none(request) : code;
	return file_fields(request, reply, "application/octet-stream", FOR_EVER);
}

/* 64 hexadecimal digits, as sha256sum prints them, to the form that entries have. */
static bool read_address(struct lx_text hex, char commitment[LX_HASH_TEXT])
{
	unsigned char hash[LX_HASH_BYTES];
	size_t n;

	for (size_t i = 0; i < hex.len; i++)
		if (hex.at[i] >= 'A' && hex.at[i] <= 'F')
			return false; /* one address for one thing */
	if (hex.len != (size_t)2 * LX_HASH_BYTES ||
		sodium_hex2bin(hash, sizeof hash, hex.at, hex.len, NULL, &n, NULL) != 0 ||
		n != sizeof hash)
		return false;
	lx_hash_write(hash, commitment);
	return true;
}

/* Its content, if an entry binds it in the open and its record is not hidden; LX_NOT_FOUND without a fault. */
static enum lx_code find_content(const struct lx_app *app, struct lx_tx *tx,
	const char commitment[LX_HASH_TEXT], struct lx_content *content)
{
	struct lx_value row[3];
	struct lx_record record;

	LX_TRY(lx_one(tx, &lx_q_open_content, &LX_S(commitment), row));
	LX_TRY(lx_record_load_head(
		tx, lx_shape_find(app->region, row[1].text), row[2].number, &record));
	if (lx_record_class(&record) != LX_PUBLIC)
		return LX_NOT_FOUND;
	return lx_content_read(tx, row[0].number, content);
}

enum lx_code lx_page_content(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	const struct lx_app *app = request->app;
	char commitment[LX_HASH_TEXT];
	struct lx_content content;

	if (!read_address(request->captures[0], commitment))
		return none(request);
	LX_TRY(lx_store_read(app->store, request->call, &tx));
	enum lx_code code = find_content(app, tx, commitment, &content);
	if (code == LX_NOT_FOUND)
		return none(request);
	LX_TRY(code);
	if (content.gone != 0) {
		reply->status = 410;
		return lx_fail(request->call, LX_INVALID, NULL, "record.content_gone", "%lld",
			(long long)content.gone);
	}
	lx_buf_text(&reply->body, content.salt);
	lx_buf_text(&reply->body, content.bytes);
	if (content.lang[0] != '\0')
		LX_TRY(lx_reply_header(request, reply, "Content-Language", "%s", content.lang));
	LX_TRY(lx_reply_header(request, reply, "Lianxi-Media", "%s", content.media));
	/* it may be withdrawn any day: nobody keeps it for ever */
	return file_fields(request, reply, "application/octet-stream", "public, max-age=60");
}

/* The proof file of entry n, for its page's link: "receipt". */
static enum lx_code write_receipt(struct lx_request *request, int64_t n,
	const struct lx_published *published, struct lx_buf *out)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	const struct lx_app *app = request->app;
	struct lx_proof proof;
	struct lx_text entry;

	LX_TRY(lx_store_read(app->store, request->call, &tx));
	enum lx_code code = lx_journal_bytes(tx, n, &entry);
	if (code == LX_NOT_FOUND)
		return none(request);
	LX_TRY(code);
	if (n > published->size)
		return lx_fail(request->call, LX_BUSY, NULL, "record.not_yet", NULL);
	LX_TRY(lx_proof_make(tx, n - 1, published->size, &proof));
	lx_receipt_write(entry, n - 1, &proof, published->note, out);
	return LX_OK;
}

enum lx_code lx_page_receipt(struct lx_request *request, struct lx_reply *reply)
{
	struct lx_published published;
	int64_t n;

	if (!lx_text_int(request->captures[0], &n) || n < 1)
		return none(request);
	LX_TRY(published_now(request, &published));
	LX_TRY(write_receipt(request, n, &published, &reply->body));
	LX_TRY(lx_reply_header(request, reply, "Content-Disposition",
		"attachment; filename=\"%lld.tlog-proof\"", (long long)n));
	return file_fields(request, reply, TEXT, "public, max-age=1");
}

enum lx_code lx_promise_of(struct lx_request *request, int64_t n, struct lx_buf *note)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	const struct lx_app *app = request->app;
	unsigned char leaf[LX_HASH_BYTES];

	LX_TRY(lx_store_read(app->store, request->call, &tx));
	LX_TRY(lx_tree_hashes(tx, 0, n - 1, n, leaf));
	lx_store_release(&tx);
	enum lx_code code = lx_log_promise(app->log, request->call, lx_monotonic(), n, leaf, note);
	if (code != LX_BUSY)
		return code;
	lx_fault_clear(&request->call->fault); /* the act stands all the same */
	lx_buf_clear(note);
	return LX_OK;
}
