/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What entries bind, against what the store keeps: contents and seals must have the bytes that were
 * committed to, or be gone, and then an entry says so.
 */
#include "kernel/journal/form.h"
#include "kernel/journal/hash.h"
#include "kernel/journal/journal_queries.h"
#include "kernel/journal/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char gone_effect[] = "[\"gone\",\"";

/* "content/17" -> 17; 0 for anything else. */
static int64_t numbered(struct lx_text ref, const char *kind)
{
	struct lx_text digits = ref;
	int64_t number = 0;

	if (!lx_text_starts(ref, kind))
		return 0;
	digits.at += strlen(kind);
	digits.len -= strlen(kind);
	return lx_text_int(digits, &number) && number > 0 ? number : 0;
}

static bool is_hash(struct lx_text bytes, const unsigned char hash[LX_HASH_BYTES])
{
	return bytes.len == LX_HASH_BYTES && memcmp(bytes.at, hash, LX_HASH_BYTES) == 0;
}

/* The row's commitment is the one that the entry binds. */
static bool committed(struct lx_text commitment, struct lx_text row)
{
	unsigned char hash[LX_HASH_BYTES];

	return lx_hash_read(commitment, hash) && is_hash(row, hash);
}

static enum lx_code hash_chunk(void *with, const struct lx_value *values)
{
	lx_hash_add(with, values[0].text.at, values[0].text.len);
	return LX_OK;
}

static enum lx_code hash_content(
	struct lx_tx *tx, int64_t number, struct lx_text salt, unsigned char hash[LX_HASH_BYTES])
{
	struct lx_value range[] = { LX_I(number * LX_CHUNKS_MAX),
		LX_I((number + 1) * LX_CHUNKS_MAX) };
	struct lx_hashing hashing;

	lx_hash_begin(&hashing);
	lx_hash_add(&hashing, salt.at, salt.len);
	LX_TRY(lx_each(tx, &lx_journal_queries[Q_CHUNKS], range, hash_chunk, &hashing));
	lx_hash_end(&hashing, hash);
	return LX_OK;
}

/* Whether the bytes hold the effect that takes this content back. A quote inside a text is escaped, so
 * these bytes can only be structure. */
static bool says_gone(const struct lx_value *bytes, int64_t content)
{
	char effect[64];
	int n = snprintf(effect, sizeof effect, "%scontent/%" PRId64 "\"", gone_effect, content);

	return bytes->kind != LX_V_NULL &&
	       memmem(bytes->text.at, bytes->text.len, effect, (size_t)n) != NULL;
}

/* The entry that the store blames for a withdrawal says so. */
static enum lx_code check_withdrawn(struct lx_verify *v, int64_t number, int64_t entry)
{
	struct lx_value row[2];

	enum lx_code code = lx_one(v->tx, &lx_journal_queries[Q_ENTRY_BOTH], &LX_I(entry), row);
	if (code != LX_OK && code != LX_NOT_FOUND)
		return code;
	if (code == LX_OK && (says_gone(&row[0], number) || says_gone(&row[1], number)))
		return LX_OK;
	return lx_verify_fail(v, "content", number, "journal.lost");
}

static enum lx_code check_content(struct lx_verify *v, int64_t number, struct lx_text commitment)
{
	unsigned char hash[LX_HASH_BYTES];
	struct lx_value row[6];

	enum lx_code code = lx_one(v->tx, &lx_journal_queries[Q_CONTENT], &LX_I(number), row);
	if (code == LX_NOT_FOUND)
		return lx_verify_fail(v, "content", number, "journal.lost");
	LX_TRY(code);
	if (!committed(commitment, row[0].text))
		return lx_verify_fail(v, "content", number, "journal.bad_content");
	if (row[3].number != 0)
		return check_withdrawn(v, number, row[3].number);
	LX_TRY(hash_content(v->tx, number, row[1].text, hash));
	if (row[1].kind == LX_V_NULL || !is_hash(row[0].text, hash))
		return lx_verify_fail(v, "content", number, "journal.bad_content");
	return LX_OK;
}

static enum lx_code check_seal(struct lx_verify *v, int64_t number, struct lx_text commitment)
{
	unsigned char hash[LX_HASH_BYTES];
	struct lx_value row[3];

	enum lx_code code = lx_one(v->tx, &lx_journal_queries[Q_SEAL], &LX_I(number), row);
	if (code == LX_NOT_FOUND || number > v->seals)
		return lx_verify_fail(v, "seal", number, "journal.lost");
	LX_TRY(code);
	if (!committed(commitment, row[0].text))
		return lx_verify_fail(v, "seal", number, "journal.bad_content");
	if (row[1].kind == LX_V_NULL) {
		v->erased[number / 8] |= (unsigned char)(1 << number % 8);
		return LX_OK;
	}
	lx_hash_salted((const unsigned char *)row[1].text.at, row[2].text, hash);
	if (row[1].text.len != LX_SALT_BYTES || !is_hash(row[0].text, hash))
		return lx_verify_fail(v, "seal", number, "journal.bad_content");
	return LX_OK;
}

enum lx_code lx_verify_bound(struct lx_verify *v, struct lx_text with)
{
	struct lx_text ref, commitment;

	while (lx_form_bound(&with, &ref, &commitment)) {
		int64_t content = numbered(ref, "content/"), seal = numbered(ref, "seal/");
		if (content > 0)
			LX_TRY(check_content(v, content, commitment));
		else if (seal > 0)
			LX_TRY(check_seal(v, seal, commitment));
		else
			return lx_verify_fail(v, "entry", v->edge.size + 1, "journal.bad_ref");
	}
	return LX_OK;
}

static enum lx_code content_gone(struct lx_verify *v, int64_t n, int64_t number)
{
	struct lx_value row[6];

	enum lx_code code = lx_one(v->tx, &lx_journal_queries[Q_CONTENT], &LX_I(number), row);
	if (code == LX_NOT_FOUND || (code == LX_OK && row[3].number != n))
		return lx_verify_fail(v, "content", number, "journal.not_gone");
	return code;
}

static enum lx_code seal_gone(struct lx_verify *v, int64_t number)
{
	struct lx_value row[3];

	enum lx_code code = lx_one(v->tx, &lx_journal_queries[Q_SEAL], &LX_I(number), row);
	if (code == LX_NOT_FOUND || number > v->seals ||
		(code == LX_OK && row[1].kind != LX_V_NULL))
		return lx_verify_fail(v, "seal", number, "journal.not_gone");
	LX_TRY(code);
	v->gone[number / 8] |= (unsigned char)(1 << number % 8);
	return LX_OK;
}

enum lx_code lx_verify_gone(struct lx_verify *v, int64_t n, struct lx_text bytes)
{
	const size_t skip = sizeof gone_effect - 1;
	const char *end = bytes.at + bytes.len, *found;

	for (const char *at = bytes.at;
		(found = memmem(at, (size_t)(end - at), gone_effect, skip)) != NULL;) {
		at = found + skip;
		const char *quote = memchr(at, '"', (size_t)(end - at));
		struct lx_text ref = { at, quote == NULL ? 0 : (size_t)(quote - at) };
		int64_t content = numbered(ref, "content/"), seal = numbered(ref, "seal/");
		if (content > 0)
			LX_TRY(content_gone(v, n, content));
		else if (seal > 0)
			LX_TRY(seal_gone(v, seal));
		else
			return lx_verify_fail(v, "entry", n, "journal.bad_ref");
	}
	return LX_OK;
}

enum lx_code lx_verify_erased(struct lx_verify *v)
{
	for (int64_t seal = 1; seal <= v->seals; seal++) {
		unsigned bit = 1u << seal % 8;
		if ((v->erased[seal / 8] & bit) != 0 && (v->gone[seal / 8] & bit) == 0)
			return lx_verify_fail(v, "seal", seal, "journal.lost");
	}
	return LX_OK;
}
