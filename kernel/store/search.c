/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Full text by FTS5, over tokens made by base/tokens: column `words` has words and pairs of CJK
 * neighbours, column `single` the characters one by one. A word of two or more characters is looked
 * for as a phrase of pairs, a single character in its own column; so every Chinese word is found.
 * The index holds no text; what was indexed stands in search_document, where the driver needs it to
 * take tokens out again, and to make the index anew when the rules of tokens change.
 *
 * A document's id is made of its type's number and its record's, so a type is a range of ids and newest
 * first is their order. Hits come best first (bm25); where a type has more than RANKED of them (all types
 * ten times that), which no rank can sort in time or to anyone's use, newest first.
 */
#include "kernel/store/sqlite.h"

#include "base/tokens.h"

#define QUERY_TOKENS 64 /* a longer query is cut here */
#define RANKED       5000
#define RECORD_BITS  40
#define RECORD_MAX   ((INT64_C(1) << RECORD_BITS) - 1)

static const struct lx_query q_type = { "search.type",
	"SELECT number FROM search_type WHERE type = $1", "t", "i" };
static const struct lx_query q_type_name = { "search.type_name",
	"SELECT type FROM search_type WHERE number = $1", "i", "t" };
static const struct lx_query q_insert_type = { "search.insert_type",
	"INSERT INTO search_type (type) VALUES ($1)", "t", "" };
static const struct lx_query q_document = { "search.document",
	"SELECT text FROM search_document WHERE id = $1", "i", "t" };
static const struct lx_query q_insert_document = { "search.insert_document",
	"INSERT INTO search_document (id, text) VALUES ($1, $2)", "it", "" };
static const struct lx_query q_update_document = { "search.update_document",
	"UPDATE search_document SET text = $2 WHERE id = $1", "it", "" };
static const struct lx_query q_delete_document = { "search.delete_document",
	"DELETE FROM search_document WHERE id = $1", "i", "" };
static const struct lx_query q_index = { "search.index",
	"INSERT INTO search (rowid, words, single) VALUES ($1, $2, $3)", "itt", "" };
static const struct lx_query q_unindex = { "search.unindex",
	"INSERT INTO search (search, rowid, words, single) VALUES ('delete', $1, $2, $3)", "itt",
	"" };
static const struct lx_query q_empty = { "search.empty",
	"INSERT INTO search (search) VALUES ('delete-all')", "", "" };
/* What FTS5 gathers before it writes a piece of the index: larger pieces have less to merge. A batch of acts stays far below
 * the usual 1 MiB; making the index anew does not. */
static const struct lx_query q_gather = { "search.gather",
	"INSERT INTO search (search, rank) VALUES ('hashsize', 16777216)", "", "" };
static const struct lx_query q_empty_documents = { "search.empty_documents",
	"DELETE FROM search_document", "", "" };
static const struct lx_query q_count = { "search.count",
	"SELECT count(*) FROM search WHERE search MATCH $1 AND rowid BETWEEN $2 AND $3", "tii",
	"i" };
static const struct lx_query q_best = { "search.best",
	"SELECT rowid, CAST(rank * -1000000 AS INTEGER) FROM search "
	"WHERE search MATCH $1 AND rowid BETWEEN $2 AND $3 "
	"ORDER BY rank, rowid DESC LIMIT $4 OFFSET $5",
	"tiiii", "ii" };
static const struct lx_query q_newest = { "search.newest",
	"SELECT rowid, 0 FROM search WHERE search MATCH $1 AND rowid BETWEEN $2 AND $3 "
	"ORDER BY rowid DESC LIMIT $4 OFFSET $5",
	"tiiii", "ii" };
static const struct lx_query q_documents = { "search.documents",
	"SELECT id, text FROM search_document ORDER BY id", "", "it" };
static const struct lx_query q_version = { "search.version",
	"SELECT version FROM search_tokens WHERE one = 1", "", "i" };
static const struct lx_query q_set_version = { "search.set_version",
	"INSERT INTO search_tokens (one, version) VALUES (1, $1) "
	"ON CONFLICT (one) DO UPDATE SET version = $1",
	"i", "" };

/* Puts a document's tokens into the index, or takes them out. */
static enum lx_code run_tokens(
	struct lx_tx *tx, const struct lx_query *query, int64_t id, struct lx_text text)
{
	LX_CLOSE(lx_buf_close) struct lx_buf words = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf single = { 0 };
	struct lx_call *call = tx->call;
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct lx_tokens tokens;

	enum lx_code code = lx_tokens_index(call, text, LX_TOKENS_USUAL, &tokens);
	if (code == LX_OK) {
		lx_tokens_write(&words, &tokens, LX_TOKEN_TWO | LX_TOKEN_WORD);
		lx_tokens_write(&single, &tokens, LX_TOKEN_ONE);
	}
	lx_arena_back(call->arena, mark);
	if (code != LX_OK)
		return code;
	if (lx_buf_failed(&words) || lx_buf_failed(&single))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	struct lx_value binds[] = { LX_I(id), LX_T(lx_buf_view(&words)),
		LX_T(lx_buf_view(&single)) };
	return lx_run(tx, query, binds);
}

/* The number of a type; LX_NOT_FOUND if nothing of it was ever indexed. */
static enum lx_code type_number(struct lx_tx *tx, const char *type, int64_t *number)
{
	struct lx_value found;

	LX_TRY(lx_one(tx, &q_type, &LX_S(type), &found));
	*number = found.number;
	return LX_OK;
}

static enum lx_code document_id(struct lx_tx *tx, const char *type, int64_t record, int64_t *id)
{
	int64_t number;

	if (record < 0 || record > RECORD_MAX)
		return lx_fail(tx->call, LX_INVALID, NULL, "store.declared", "%s", type);
	LX_TRY(type_number(tx, type, &number));
	*id = number << RECORD_BITS | record;
	return LX_OK;
}

static enum lx_code insert(struct lx_tx *tx, int64_t id, struct lx_text text)
{
	struct lx_value binds[] = { LX_I(id), LX_T(text) };

	LX_TRY(lx_run(tx, &q_insert_document, binds));
	return run_tokens(tx, &q_index, id, text);
}

static enum lx_code update(struct lx_tx *tx, int64_t id, struct lx_text old, struct lx_text text)
{
	struct lx_value binds[] = { LX_I(id), LX_T(text) };

	if (lx_text_equal(old, text))
		return LX_OK;
	LX_TRY(run_tokens(tx, &q_unindex, id, old));
	LX_TRY(lx_run(tx, &q_update_document, binds));
	return run_tokens(tx, &q_index, id, text);
}

/* None of these statements has RETURNING: it would make FTS5 write out, at each document, what it has
 * gathered, and take three times as long. */
enum lx_code lx_search_put(struct lx_tx *tx, const char *type, int64_t record, struct lx_text text)
{
	struct lx_arena_mark mark = lx_arena_here(tx->call->arena);
	struct lx_value old;
	int64_t id = 0;

	enum lx_code code = document_id(tx, type, record, &id);
	if (code == LX_NOT_FOUND) {
		LX_TRY(lx_run(tx, &q_insert_type, &LX_S(type)));
		code = document_id(tx, type, record, &id);
	}
	LX_TRY(code);
	code = lx_one(tx, &q_document, &LX_I(id), &old);
	if (code == LX_OK)
		code = update(tx, id, old.text, text);
	else if (code == LX_NOT_FOUND)
		code = insert(tx, id, text);
	lx_arena_back(tx->call->arena, mark);
	return code;
}

enum lx_code lx_search_drop(struct lx_tx *tx, const char *type, int64_t record)
{
	struct lx_arena_mark mark = lx_arena_here(tx->call->arena);
	struct lx_value old;
	int64_t id = 0;

	enum lx_code code = document_id(tx, type, record, &id);
	if (code == LX_OK)
		code = lx_one(tx, &q_document, &LX_I(id), &old);
	if (code == LX_OK)
		code = run_tokens(tx, &q_unindex, id, old.text);
	if (code == LX_OK)
		code = lx_run(tx, &q_delete_document, &LX_I(id));
	lx_arena_back(tx->call->arena, mark);
	return code == LX_NOT_FOUND ? LX_OK : code;
}

static void quoted(struct lx_buf *out, struct lx_text token)
{
	for (size_t i = 0; i < token.len; i++) {
		if (token.at[i] == '"')
			lx_buf_char(out, '"');
		lx_buf_char(out, token.at[i]);
	}
}

/* FTS5's query: pairs of one run are one phrase, everything else stands by itself; all must occur. */
static void write_match(struct lx_buf *out, const struct lx_tokens *tokens)
{
	size_t n = tokens->n < QUERY_TOKENS ? tokens->n : QUERY_TOKENS;

	for (size_t i = 0; i < n; i++) {
		const struct lx_token *t = &tokens->at[i];
		bool goes_on = i > 0 && t->kind == LX_TOKEN_TWO && t[-1].kind == LX_TOKEN_TWO &&
			       t->run == t[-1].run;
		if (goes_on)
			lx_buf_char(out, ' ');
		else if (i > 0)
			lx_buf_str(out, "\" AND ");
		if (!goes_on)
			lx_buf_str(out, t->kind == LX_TOKEN_ONE ? "single : \"" : "words : \"");
		quoted(out, t->text);
	}
	if (n > 0)
		lx_buf_char(out, '"');
}

static enum lx_code make_match(struct lx_call *call, struct lx_text query, struct lx_buf *match)
{
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	struct lx_tokens tokens;

	enum lx_code code = lx_tokens_query(call, query, LX_TOKENS_USUAL, &tokens);
	if (code == LX_OK)
		write_match(match, &tokens);
	lx_arena_back(call->arena, mark);
	if (code == LX_OK && lx_buf_failed(match))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	return code;
}

static enum lx_code read_hit(
	struct lx_tx *tx, const struct lx_value *row, struct lx_search_hit *hit)
{
	struct lx_value type;

	LX_TRY(lx_one(tx, &q_type_name, &LX_I(row[0].number >> RECORD_BITS), &type));
	*hit = (struct lx_search_hit){ type.text.at, row[0].number & RECORD_MAX,
		(double)row[1].number / 1e6 };
	return LX_OK;
}

static enum lx_code read_hits(struct lx_tx *tx, const struct lx_query *query,
	const struct lx_value *binds, size_t most, struct lx_search_hit **hits, size_t *n)
{
	struct lx_value *rows = NULL;
	size_t found = 0;

	LX_TRY(lx_all(tx, query, binds, most, &rows, &found));
	struct lx_search_hit *list = lx_array(tx->call, found, sizeof *list);
	if (list == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < found; i++)
		LX_TRY(read_hit(tx, &rows[2 * i], &list[i]));
	*hits = list;
	*n = found;
	return LX_OK;
}

/* The ids of a type, or all; *none if nothing of the type was ever indexed. */
static enum lx_code range_of(
	struct lx_tx *tx, const char *type, int64_t *from, int64_t *to, bool *none)
{
	int64_t number = 0;

	*from = 0;
	*to = INT64_MAX;
	*none = false;
	if (type == NULL)
		return LX_OK;
	enum lx_code code = type_number(tx, type, &number);
	*none = code == LX_NOT_FOUND;
	*from = number << RECORD_BITS;
	*to = *from | RECORD_MAX;
	return *none ? LX_OK : code;
}

enum lx_code lx_search_find(struct lx_tx *tx, const char *type, struct lx_text query, size_t skip,
	size_t most, struct lx_search_hit **hits, size_t *n, int64_t *total)
{
	LX_CLOSE(lx_buf_close) struct lx_buf match = { 0 };
	struct lx_value count = LX_I(0);
	int64_t from = 0, to = 0;
	bool none = false;

	LX_TRY(make_match(tx->call, query, &match));
	LX_TRY(range_of(tx, type, &from, &to, &none));
	if (match.len == 0 || none) {
		*n = 0;
		*total = 0;
		return LX_OK;
	}
	struct lx_value binds[] = { LX_T(lx_buf_view(&match)), LX_I(from), LX_I(to),
		LX_I((int64_t)most), LX_I((int64_t)skip) };
	LX_TRY(lx_one(tx, &q_count, binds, &count));
	const bool newest = count.number > (type == NULL ? 10 * RANKED : RANKED);
	LX_TRY(read_hits(tx, newest ? &q_newest : &q_best, binds, most, hits, n));
	*total = count.number;
	return LX_OK;
}

enum lx_code lx_sqlite_search_empty(struct lx_tx *tx)
{
	LX_TRY(lx_run(tx, &q_empty, NULL));
	LX_TRY(lx_run(tx, &q_gather, NULL));
	return lx_run(tx, &q_empty_documents, NULL);
}

static enum lx_code index_again(void *with, const struct lx_value *values)
{
	return run_tokens(with, &q_index, values[0].number, values[1].text);
}

static enum lx_code all_again(struct lx_tx *tx, int64_t version)
{
	LX_TRY(lx_run(tx, &q_empty, NULL));
	LX_TRY(lx_each(tx, &q_documents, NULL, index_again, tx));
	return lx_run(tx, &q_set_version, &LX_I(version));
}

enum lx_code lx_sqlite_search_check(struct lx_store *store, struct lx_call *call)
{
	struct lx_value version;
	struct lx_tx *tx;

	LX_TRY(lx_store_begin(store, call, &tx));
	enum lx_code code = lx_one(tx, &q_version, NULL, &version);
	if (code == LX_NOT_FOUND || (code == LX_OK && version.number != lx_tokens_version()))
		code = all_again(tx, lx_tokens_version());
	if (code == LX_OK)
		return lx_store_commit(&tx);
	lx_store_rollback(&tx);
	return code;
}
