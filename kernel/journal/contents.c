/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Contents: what people write and attach, beside the journal. Kept in chunks, named in entries by the
 * hash of salt and bytes; with the salt gone the hash tells nothing about what was withdrawn.
 */
#include "kernel/journal/hash.h"
#include "kernel/journal/journal_queries.h"

#include <stdio.h>
#include <string.h>

#define CONTENT_MAX ((size_t)LX_CHUNKS_MAX * LX_CONTENT_CHUNK)

static enum lx_code put_chunks(struct lx_tx *tx, int64_t number, struct lx_text bytes)
{
	int64_t place = number * LX_CHUNKS_MAX;

	for (size_t at = 0; at < bytes.len; at += LX_CONTENT_CHUNK, place++) {
		size_t left = bytes.len - at;
		struct lx_text chunk = { bytes.at + at,
			left < LX_CONTENT_CHUNK ? left : LX_CONTENT_CHUNK };
		struct lx_value binds[] = { LX_I(place), LX_B(chunk) };
		LX_TRY(lx_run(tx, &lx_journal_queries[Q_CHUNK_INSERT], binds));
	}
	return LX_OK;
}

enum lx_code lx_content_put(struct lx_tx *tx, struct lx_edge *edge, struct lx_text bytes,
	const char *lang, const char *media, int64_t *number, char commitment[LX_HASH_TEXT])
{
	unsigned char salt[LX_SALT_BYTES], hash[LX_HASH_BYTES];
	int64_t next = edge->contents + 1;
	struct lx_content sizes;

	if (strlen(lang) >= sizeof sizes.lang || strlen(media) >= sizeof sizes.media)
		return lx_fail(lx_tx_call(tx), LX_INVALID, "media", "journal.media", NULL);
	if (bytes.len > CONTENT_MAX)
		return lx_fail(lx_tx_call(tx), LX_INVALID, NULL, "journal.content_long", NULL);
	lx_hash_random(salt, sizeof salt);
	lx_hash_salted(salt, bytes, hash);
	struct lx_value binds[] = { LX_I(next),
		LX_B(((struct lx_text){ (char *)hash, sizeof hash })),
		LX_B(((struct lx_text){ (char *)salt, sizeof salt })), LX_I((int64_t)bytes.len),
		LX_S(lang), LX_S(media) };
	LX_TRY(lx_run(tx, &lx_journal_queries[Q_CONTENT_INSERT], binds));
	LX_TRY(put_chunks(tx, next, bytes));
	edge->contents = next;
	*number = next;
	lx_hash_write(hash, commitment);
	return LX_OK;
}

enum lx_code lx_content_copy(struct lx_tx *tx, int64_t number,
	const unsigned char commitment[LX_HASH_BYTES], struct lx_text salt, struct lx_text bytes)
{
	struct lx_value binds[] = { LX_I(number),
		LX_B(((struct lx_text){ (const char *)commitment, LX_HASH_BYTES })), LX_B(salt),
		LX_I((int64_t)bytes.len), LX_S(""), LX_S("") };
	struct lx_value gone[] = { LX_I(number), LX_I(1) };

	LX_TRY(lx_run(tx, &lx_journal_queries[Q_CONTENT_INSERT], binds));
	if (salt.len == 0)
		return lx_run(tx, &lx_journal_queries[Q_CONTENT_GONE], gone);
	return put_chunks(tx, number, bytes);
}

/* Chunks on their way into one piece of memory of `size` bytes. */
struct joining {
	struct lx_tx *tx;
	char *bytes;
	size_t n, size;
};

static enum lx_code join(void *with, const struct lx_value *values)
{
	struct joining *j = with;

	if (values[0].text.len > j->size - j->n)
		return lx_fail(lx_tx_call(j->tx), LX_BROKEN, NULL, "journal.chunks", NULL);
	memcpy(j->bytes + j->n, values[0].text.at, values[0].text.len);
	j->n += values[0].text.len;
	return LX_OK;
}

static enum lx_code read_chunks(
	struct lx_tx *tx, int64_t number, size_t size, struct lx_text *bytes)
{
	struct lx_value binds[] = { LX_I(number * LX_CHUNKS_MAX),
		LX_I((number + 1) * LX_CHUNKS_MAX) };
	struct joining joining = { .tx = tx, .size = size };

	joining.bytes = lx_alloc(lx_tx_call(tx), size + 1);
	if (joining.bytes == NULL)
		return LX_BROKEN;
	LX_TRY(lx_each(tx, &lx_journal_queries[Q_CHUNKS], binds, join, &joining));
	if (joining.n != size)
		return lx_fail(lx_tx_call(tx), LX_BROKEN, NULL, "journal.chunks", "%lld",
			(long long)number);
	*bytes = (struct lx_text){ joining.bytes, size };
	return LX_OK;
}

/* All but the bytes; *size is how many there are. */
static enum lx_code read_row(
	struct lx_tx *tx, int64_t number, struct lx_content *content, size_t *size)
{
	struct lx_value row[6];
	struct lx_content found = { .number = number, .bytes = { "", 0 }, .salt = { "", 0 } };

	LX_TRY(lx_one(tx, &lx_journal_queries[Q_CONTENT], &LX_I(number), row));
	if (row[0].text.len != LX_HASH_BYTES || row[2].number < 0)
		return lx_fail(lx_tx_call(tx), LX_BROKEN, NULL, "journal.chunks", "%lld",
			(long long)number);
	lx_hash_write((const unsigned char *)row[0].text.at, found.commitment);
	found.gone = row[3].number;
	if (found.gone == 0)
		found.salt = row[1].text;
	(void)snprintf(found.lang, sizeof found.lang, "%s", row[4].text.at);
	(void)snprintf(found.media, sizeof found.media, "%s", row[5].text.at);
	*size = (size_t)row[2].number;
	*content = found;
	return LX_OK;
}

enum lx_code lx_content_read(struct lx_tx *tx, int64_t number, struct lx_content *content)
{
	size_t size;

	LX_TRY(read_row(tx, number, content, &size));
	return content->gone == 0 ? read_chunks(tx, number, size, &content->bytes) : LX_OK;
}

enum lx_code lx_content_head(
	struct lx_tx *tx, int64_t number, struct lx_content *content, size_t *size)
{
	LX_TRY(read_row(tx, number, content, size));
	content->salt = (struct lx_text){ "", 0 }; /* never to be shown but with the bytes */
	return LX_OK;
}

static enum lx_code copy_chunk(void *with, const struct lx_value *values)
{
	lx_buf_text(with, values[0].text);
	return LX_OK;
}

enum lx_code lx_content_write(struct lx_tx *tx, int64_t number, struct lx_buf *out)
{
	struct lx_value range[] = { LX_I(number * LX_CHUNKS_MAX),
		LX_I((number + 1) * LX_CHUNKS_MAX) };

	return lx_each(tx, &lx_journal_queries[Q_CHUNKS], range, copy_chunk, out);
}

enum lx_code lx_content_withdraw(struct lx_tx *tx, int64_t number, int64_t entry)
{
	struct lx_value row[6];
	struct lx_value gone[] = { LX_I(number), LX_I(entry) };
	struct lx_value range[] = { LX_I(number * LX_CHUNKS_MAX),
		LX_I((number + 1) * LX_CHUNKS_MAX) };

	LX_TRY(lx_one(tx, &lx_journal_queries[Q_CONTENT], &LX_I(number), row));
	if (row[3].number != 0)
		return lx_fail(lx_tx_call(tx), LX_CONFLICT, NULL, "journal.gone", "%lld",
			(long long)row[3].number);
	LX_TRY(lx_run(tx, &lx_journal_queries[Q_CONTENT_GONE], gone));
	LX_TRY(lx_store_scrub_later(tx));
	return lx_run(tx, &lx_journal_queries[Q_CHUNKS_DELETE], range);
}
