/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Contents laid down before the act that names them: a chunk a transaction, so that nobody waits behind a
 * large file. Until it is adopted a row of `upload` says so, and what no act adopts in time is swept.
 */
#include "kernel/journal/hash.h"
#include "kernel/journal/journal_queries.h"

#include <string.h>

#define UNADOPTED_MOST        (INT64_C(512) << 20) /* bytes that may lie about, of all */
#define UNADOPTED_PERSON_MOST (INT64_C(64) << 20)  /* of one person */
#define UNADOPTED_NOBODY_MOST (INT64_C(128) << 20) /* of all who have no account */

void lx_upload_seal(struct lx_upload *upload)
{
	lx_hash_random(upload->salt, sizeof upload->salt);
	lx_hash_salted(upload->salt, upload->bytes, upload->commitment);
}

size_t lx_upload_parts(const struct lx_upload *upload)
{
	return upload->bytes.len == 0 ? 1 : (upload->bytes.len - 1) / LX_CONTENT_CHUNK + 1;
}

static enum lx_code test_room(struct lx_tx *tx, int64_t person, int64_t most, size_t more)
{
	struct lx_value bytes;

	LX_TRY(lx_one(tx, &lx_journal_queries[Q_UPLOADS_BYTES], &LX_I(person), &bytes));
	return bytes.number + (int64_t)more <= most
		       ? LX_OK
		       : lx_fail(lx_tx_call(tx), LX_BUSY, NULL, "journal.uploads", NULL);
}

static enum lx_code put_content(
	struct lx_tx *tx, struct lx_edge *edge, struct lx_upload *u, const char token[LX_HASH_TEXT])
{
	int64_t next = edge->contents + 1;
	struct lx_text hash = { (const char *)u->commitment, sizeof u->commitment },
		       salt = { (const char *)u->salt, sizeof u->salt };

	LX_TRY(lx_run(tx, &lx_journal_queries[Q_CONTENT_INSERT],
		(struct lx_value[]){ LX_I(next), LX_B(hash), LX_B(salt),
			LX_I((int64_t)u->bytes.len), LX_S(""), LX_S(u->media) }));
	LX_TRY(lx_run(tx, &lx_journal_queries[Q_UPLOAD_INSERT],
		(struct lx_value[]){ LX_S(token), LX_I(next), LX_I(u->person), LX_I(u->at),
			LX_I((int64_t)u->bytes.len) }));
	edge->contents = u->number = next;
	return LX_OK;
}

static enum lx_code drop(struct lx_tx *tx, int64_t number)
{
	struct lx_value range[] = { LX_I(number * LX_CHUNKS_MAX),
		LX_I((number + 1) * LX_CHUNKS_MAX) };

	LX_TRY(lx_run(tx, &lx_journal_queries[Q_CHUNKS_DELETE], range));
	LX_TRY(lx_run(tx, &lx_journal_queries[Q_CONTENT_DELETE], &LX_I(number)));
	return lx_upload_adopt(tx, number);
}

/* What the token laid down before: whole, it is left; broken off, it begins anew. */
static enum lx_code begin(
	struct lx_tx *tx, struct lx_edge *edge, struct lx_upload *u, const char token[LX_HASH_TEXT])
{
	struct lx_value row[3];

	enum lx_code code = lx_one(tx, &lx_journal_queries[Q_UPLOAD], &LX_S(token), row);
	if (code == LX_OK && row[2].number != 0)
		return LX_OK;
	if (code == LX_OK)
		code = drop(tx, row[0].number);
	if (code != LX_OK && code != LX_NOT_FOUND)
		return code;
	LX_TRY(test_room(tx, -1, UNADOPTED_MOST, u->bytes.len));
	LX_TRY(test_room(tx, u->person,
		u->person == 0 ? UNADOPTED_NOBODY_MOST : UNADOPTED_PERSON_MOST, u->bytes.len));
	return put_content(tx, edge, u, token);
}

enum lx_code lx_upload_part(
	struct lx_tx *tx, struct lx_edge *edge, struct lx_upload *upload, size_t i)
{
	size_t at = i * LX_CONTENT_CHUNK, left = upload->bytes.len - at;
	struct lx_text chunk = { upload->bytes.at + at,
		left < LX_CONTENT_CHUNK ? left : LX_CONTENT_CHUNK };
	char token[LX_HASH_TEXT];

	lx_hash_text(upload->token, token);
	if (i == 0)
		LX_TRY(begin(tx, edge, upload, token));
	if (upload->number == 0)
		return LX_OK;
	LX_TRY(lx_run(tx, &lx_journal_queries[Q_CHUNK_INSERT],
		(struct lx_value[]){
			LX_I(upload->number * LX_CHUNKS_MAX + (int64_t)i), LX_B(chunk) }));
	if (i + 1 < lx_upload_parts(upload))
		return LX_OK;
	return lx_run(tx, &lx_journal_queries[Q_UPLOAD_WHOLE], &LX_S(token));
}

enum lx_code lx_upload_find(struct lx_tx *tx, struct lx_text token, int64_t person, int64_t *number)
{
	struct lx_value row[3];
	char hashed[LX_HASH_TEXT];

	lx_hash_text(token, hashed);
	LX_TRY(lx_one(tx, &lx_journal_queries[Q_UPLOAD], &LX_S(hashed), row));
	if (row[2].number == 0 || (row[1].number != 0 && row[1].number != person))
		return LX_NOT_FOUND;
	*number = row[0].number;
	return LX_OK;
}

enum lx_code lx_upload_adopt(struct lx_tx *tx, int64_t number)
{
	return lx_run(tx, &lx_journal_queries[Q_UPLOAD_DELETE], &LX_I(number));
}

enum lx_code lx_uploads_sweep(struct lx_tx *tx, int64_t before, size_t most)
{
	struct lx_value *old;
	size_t n;

	LX_TRY(lx_all(tx, &lx_journal_queries[Q_UPLOADS_OLD],
		(struct lx_value[]){ LX_I(before), LX_I((int64_t)most) }, most, &old, &n));
	for (size_t i = 0; i < n; i++)
		LX_TRY(drop(tx, old[i].number));
	return n == 0 ? LX_OK : lx_store_scrub_later(tx);
}
