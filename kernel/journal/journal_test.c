/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The journal on a real database: form, tree vectors, inner parts, contents, vault, verification. */
#include "kernel/journal/form.h"
#include "kernel/journal/hash.h"
#include "kernel/journal/journal_queries.h"
#include "kernel/journal/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	struct lx_arena arena;
	struct lx_call call;
	struct lx_store *store;
	struct lx_tx *tx;
	struct lx_edge edge;
	char folder[64], path[96];
};

static void begin(struct fixture *f)
{
	assert_int_equal(lx_store_begin(f->store, &f->call, &f->tx), LX_OK);
	assert_int_equal(lx_edge_load(f->tx, &f->edge), LX_OK);
}

static void commit(struct fixture *f)
{
	assert_int_equal(lx_store_commit(&f->tx), LX_OK);
}

static int open_fixture(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .arena = { .limit = 64 << 20 } };
	f.call.arena = &f.arena;
	(void)snprintf(f.folder, sizeof f.folder, "journal-test-XXXXXX");
	if (mkdtemp(f.folder) == NULL)
		return 1;
	(void)snprintf(f.path, sizeof f.path, "%s/lianxi.db", f.folder);
	if (lx_store_open(&f.call, f.path, LX_STORE_CREATE, lx_journal_tables, &f.store) != LX_OK)
		return 1;
	begin(&f);
	*state = &f;
	return 0;
}

static int close_fixture(void **state)
{
	struct fixture *f = *state;
	char name[128];

	lx_store_rollback(&f->tx);
	lx_store_close(&f->store);
	(void)unlink(f->path);
	(void)snprintf(name, sizeof name, "%s-wal", f->path);
	(void)unlink(name);
	(void)snprintf(name, sizeof name, "%s-shm", f->path);
	(void)unlink(name);
	(void)rmdir(f->folder);
	lx_arena_close(&f->arena);
	return 0;
}

static void the_tree_agrees_with_the_known_roots(void **state)
{
	static const struct {
		int64_t n;
		const char *root;
	} known[] = {
		{ 0, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" },
		{ 1, "cc35MzMhkj1PNA07S3wylalxJllCNrEODvbmcSkIJ50=" },
		{ 2, "5OJchFtrZtGIpFIhZI+evIRDTb0vLUxhC3Cw4pk7kic=" },
		{ 3, "BqR1i2Af3sx2pQQfRE0E70fAnyCYuPIjo7147NRhXf8=" },
		{ 5, "7Sy7ZNKH/a4Cm2IOpxca/Z+dj/pgcL7t/cH+HZmfJFI=" },
		{ 255, "671pYzKyf3N5iEAn1VszMflrDhWu6pK65/qx6SCXziA=" },
		{ 256, "ctUJht/15+WoOhL+Wm1hY+gfJrPchg9SMQkiVwDhwrw=" },
		{ 257, "Qa6KwXXbfnxnuYz2vrUYnL41sCH71vpec1dG9vAFQI8=" },
		{ 70000, "svF3gq6GdY+NoSUDdlkqamrVnE9kTHAXoYER7bmMAas=" },
	};
	struct fixture *f = *state;
	struct lx_edge edge = { 0 }, loaded;
	char text[64];

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		unsigned char root[LX_HASH_BYTES], leaf[LX_HASH_BYTES];
		struct lx_tiles_done done;
		char said[LX_HASH_TEXT];
		while (edge.size < known[i].n) {
			(void)snprintf(text, sizeof text, "{\"i\":%lld,\"t\":\"需求\"}",
				(long long)edge.size);
			lx_hash_leaf(lx_text(text), leaf);
			struct lx_value binds[] = { LX_I(edge.size + 1),
				LX_B(((struct lx_text){ (char *)leaf, sizeof leaf })),
				LX_B(lx_text(text)) };
			assert_int_equal(
				lx_run(f->tx, &lx_journal_queries[Q_ENTRY_INSERT], binds), LX_OK);
			lx_edge_add(&edge, leaf, &done);
			assert_int_equal(lx_tree_store(f->tx, &edge, &done), LX_OK);
		}
		lx_edge_root(&edge, root);
		lx_hash_write(root, said);
		assert_string_equal(said, known[i].root);
		loaded = (struct lx_edge){ .size = edge.size };
		assert_int_equal(lx_tree_load(f->tx, &loaded), LX_OK);
		assert_int_equal(loaded.peaks_n, edge.peaks_n);
		assert_memory_equal(loaded.peaks, edge.peaks, edge.peaks_n * LX_HASH_BYTES);
	}
}

static void an_entry_comes_back_as_it_went_in(void **state)
{
	struct fixture *f = *state;
	json_t *entry = json_pack("{s:s, s:s, s:[[s,s,s]]}", "act", "need.submit", "of", "need/1",
		"do", "set", "title", "需求");
	json_t *hidden = json_pack("{s:[[s,s,s]]}", "do", "set", "contact", "seal/1");
	json_t *open = NULL, *inner = NULL;
	struct lx_text bytes;

	assert_int_equal(lx_journal_append(f->tx, &f->edge, 1000, entry, hidden), LX_OK);
	assert_int_equal(lx_journal_append(f->tx, &f->edge, 900, entry, NULL), LX_OK);
	commit(f);
	begin(f);
	assert_int_equal(f->edge.size, 2);
	assert_int_equal(f->edge.at, 1000);
	assert_int_equal(lx_journal_read(f->tx, 1, &open, &inner), LX_OK);
	assert_true(json_equal(inner, hidden));
	assert_int_equal(json_integer_value(json_object_get(open, "n")), 1);
	assert_int_equal(json_string_length(json_object_get(open, "inner")), 44);
	lx_json_free(&open);
	lx_json_free(&inner);
	assert_int_equal(lx_journal_bytes(f->tx, 2, &bytes), LX_OK);
	assert_true(lx_form_canonical(bytes));
	assert_int_equal(lx_journal_bytes(f->tx, 3, &bytes), LX_NOT_FOUND);
	lx_json_free(&entry);
	lx_json_free(&hidden);
}

static void every_statement_is_as_declared(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < Q_JOURNAL_QUERIES; i++) {
		enum lx_code code = lx_query_check(f->tx, &lx_journal_queries[i]);
		if (code != LX_OK)
			fail_msg("%s: %s", lx_journal_queries[i].name, f->call.fault.detail);
	}
}

static void moments_never_go_back_and_lengths_have_an_end(void **state)
{
	struct fixture *f = *state;
	struct lx_edge before;
	char *long_text = test_calloc(1, LX_ENTRY_MAX + 1);
	json_t *entry = json_object();

	memset(long_text, 'x', LX_ENTRY_MAX - 34);
	assert_int_equal(json_object_set_new(entry, "act", json_string(long_text)), 0);
	before = f->edge;
	enum lx_code code = lx_journal_append(f->tx, &f->edge, 7, entry, NULL);
	assert_int_equal(code, LX_OK);
	f->edge = before;
	long_text[LX_ENTRY_MAX - 34] = 'x';
	assert_int_equal(json_object_set_new(entry, "act", json_string(long_text)), 0);
	assert_int_equal(lx_journal_append(f->tx, &f->edge, 7, entry, NULL), LX_INVALID);
	assert_string_equal(f->call.fault.msgid, "journal.too_long");
	assert_memory_equal(&f->edge, &before, sizeof before);
	lx_fault_clear(&f->call.fault);
	assert_int_equal(json_object_set_new(entry, "act", json_real(0.5)), 0);
	assert_int_equal(lx_journal_append(f->tx, &f->edge, 7, entry, NULL), LX_INVALID);
	lx_fault_clear(&f->call.fault);
	assert_int_equal(json_object_set_new(entry, "act", json_string("x")), 0);
	assert_int_equal(json_object_set_new(entry, "需", json_string("x")), 0);
	assert_int_equal(lx_journal_append(f->tx, &f->edge, 7, entry, NULL), LX_INVALID);
	lx_fault_clear(&f->call.fault);
	lx_json_free(&entry);
	test_free(long_text);
}

static void form_is_checked_byte_by_byte(void **state)
{
	static const char *const good[] = { "{}", "{\"a\":1}", "{\"a\":[],\"b\":{}}",
		"{\"a\":[1,-2,\"\\u001f\\n\\\"\\\\\",true,false,null],\"aa\":{\"\":0}}",
		"{\"a\":9007199254740991}", "{\"a\":\"需求\"}" };
	static const char *const bad[] = { "", "[]", "1", "{", "{}}", "{} ", " {}", "{\"a\": 1}",
		"{\"b\":1,\"a\":1}", "{\"a\":1,\"a\":1}", "{\"a\":1,}", "{\"a\":01}", "{\"a\":-0}",
		"{\"a\":1.0}", "{\"a\":1e3}", "{\"a\":9007199254740992}",
		"{\"a\":90071992547409910}", "{\"a\":-}", "{\"a\":\"\\u000a\"}",
		"{\"a\":\"\\u001F\"}", "{\"a\":\"\\u0000\"}", "{\"a\":\"\\/\"}",
		"{\"a\":\"\\u0041\"}", "{\"a\":\"\n\"}", "{\"a\":\"\xff\"}", "{\"a\":\"x}",
		"{\"\\n\":1}", "{\"\xe9\x9c\x80\":1}", "{\"a\":[1,]}", "{\"a\":[1}", "{\"a\":tru}",
		"{\"a\":nulll}", "{a:1}", "{\"a\"}" };
	char deep[300];
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!lx_form_canonical(lx_text(good[i])))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (lx_form_canonical(lx_text(bad[i])))
			fail_msg("accepted: %s", bad[i]);
	for (int depth = 63; depth <= 64; depth++) {
		(void)snprintf(deep, sizeof deep, "{\"a\":");
		memset(deep + 5, '[', (size_t)depth);
		memset(deep + 5 + depth, ']', (size_t)depth);
		memcpy(deep + 5 + 2 * depth, "}", 2);
		assert_int_equal(lx_form_canonical(lx_text(deep)), depth == 63);
	}
}

static void contents_are_kept_in_chunks_and_withdrawn_for_good(void **state)
{
	struct fixture *f = *state;
	size_t size = 2 * LX_CONTENT_CHUNK + 17;
	char *bytes = test_malloc(size), commitment[LX_HASH_TEXT];
	struct lx_content content;
	int64_t number, empty;

	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)(i * 31 + i / 1000);
	struct lx_text text = { bytes, size };
	assert_int_equal(
		lx_content_put(f->tx, &f->edge, text, "zh-CN", "text/plain", &number, commitment),
		LX_OK);
	assert_int_equal(
		lx_content_put(f->tx, &f->edge, lx_text(""), "", "image/png", &empty, commitment),
		LX_OK);
	assert_int_equal(number, 1);
	assert_int_equal(empty, 2);
	assert_int_equal(lx_content_read(f->tx, 1, &content), LX_OK);
	assert_true(lx_text_equal(content.bytes, text));
	assert_string_equal(content.lang, "zh-CN");
	assert_int_equal(lx_content_read(f->tx, 2, &content), LX_OK);
	assert_int_equal(content.bytes.len, 0);
	assert_string_equal(content.commitment, commitment);
	assert_int_equal(lx_content_read(f->tx, 3, &content), LX_NOT_FOUND);
	assert_int_equal(lx_content_withdraw(f->tx, 3, 9), LX_NOT_FOUND);
	assert_int_equal(lx_content_withdraw(f->tx, 1, 9), LX_OK);
	assert_int_equal(lx_content_withdraw(f->tx, 1, 9), LX_CONFLICT);
	lx_fault_clear(&f->call.fault);
	assert_int_equal(lx_content_read(f->tx, 1, &content), LX_OK);
	assert_int_equal(content.gone, 9);
	assert_int_equal(content.bytes.len, 0);
	test_free(bytes);
}

static void a_person_can_be_erased(void **state)
{
	struct fixture *f = *state;
	char first[LX_PSEUDONYM_TEXT], second[LX_PSEUDONYM_TEXT], commitment[LX_HASH_TEXT];
	struct lx_standing *standings = NULL;
	struct lx_text text;
	int64_t number, *seals = NULL;
	size_t n = 0;

	assert_int_equal(lx_vault_person(f->tx, 4), LX_OK);
	assert_int_equal(lx_vault_pseudonym(f->tx, 4, "need", 17, first), LX_OK);
	assert_int_equal(lx_vault_pseudonym(f->tx, 4, "need", 17, second), LX_OK);
	assert_string_equal(first, second);
	assert_int_equal(strlen(first), LX_PSEUDONYM_TEXT - 1);
	assert_int_equal(lx_vault_pseudonym(f->tx, 4, "need", 18, second), LX_OK);
	assert_string_not_equal(first, second);
	assert_int_equal(lx_vault_stand(f->tx, 4, "need", 17, "asker"), LX_OK);
	assert_int_equal(lx_vault_stand(f->tx, 4, "need", 17, "asker"), LX_OK);
	assert_int_equal(lx_vault_stand(f->tx, 4, "need", 18, "backer"), LX_OK);
	assert_int_equal(lx_vault_stand(f->tx, 4, "goal", 2, "backer"), LX_OK);
	assert_int_equal(lx_vault_unstand(f->tx, 4, "goal", 2, "backer"), LX_OK);
	assert_int_equal(lx_vault_standings(f->tx, 4, "need", NULL, 9, &standings, &n), LX_OK);
	assert_int_equal(n, 2);
	assert_int_equal(standings[0].record, 18);
	assert_int_equal(lx_vault_standings(f->tx, 4, NULL, "asker", 9, &standings, &n), LX_OK);
	assert_true(n == 1 && standings[0].record == 17);
	for (int i = 0; i < 3; i++)
		assert_int_equal(lx_seal_put(f->tx, &f->edge, i == 1 ? 0 : 4,
					 lx_text("13800000000"), &number, commitment),
			LX_OK);
	assert_int_equal(lx_seal_read(f->tx, 3, &text), LX_OK);
	assert_string_equal(text.at, "13800000000");
	assert_int_equal(lx_vault_erase(f->tx, 4, &seals, &n), LX_OK);
	assert_true(n == 2 && seals[0] == 1 && seals[1] == 3);
	assert_int_equal(lx_seal_read(f->tx, 3, &text), LX_NOT_FOUND);
	assert_int_equal(lx_seal_read(f->tx, 2, &text), LX_OK);
	assert_int_equal(lx_seal_remove(f->tx, 2), LX_OK);
	assert_int_equal(lx_seal_read(f->tx, 2, &text), LX_NOT_FOUND);
	assert_int_equal(lx_vault_pseudonym(f->tx, 4, "need", 17, first), LX_CONFLICT);
	lx_fault_clear(&f->call.fault);
	assert_int_equal(lx_vault_person(f->tx, 4), LX_CONFLICT);
	lx_fault_clear(&f->call.fault);
	assert_int_equal(lx_vault_standings(f->tx, 4, NULL, NULL, 9, &standings, &n), LX_OK);
	assert_int_equal(n, 0);
	commit(f);
	begin(f);
	assert_int_equal(f->edge.seals, 3);
}

/* 300 entries: contents, seals and inner parts, one content withdrawn, one seal erased. */
static void write_history(struct fixture *f)
{
	char commitment[LX_HASH_TEXT], sealed[LX_HASH_TEXT], ref[32], seal[32];
	int64_t number;

	for (int i = 1; i <= 300; i++) {
		assert_int_equal(lx_content_put(f->tx, &f->edge, lx_text("公交"), "zh-CN",
					 "text/plain", &number, commitment),
			LX_OK);
		(void)snprintf(ref, sizeof ref, "content/%lld", (long long)number);
		assert_int_equal(
			lx_seal_put(f->tx, &f->edge, 0, lx_text("phone"), &number, sealed), LX_OK);
		(void)snprintf(seal, sizeof seal, "seal/%lld", (long long)number);
		json_t *entry = json_pack("{s:s, s:[[s,s,s]], s:{s:s}}", "act", "need.submit", "do",
			"set", "title", ref, "with", ref, commitment);
		json_t *inner = json_pack("{s:[[s,s,s]], s:{s:s}}", "do", "set", "contact", seal,
			"with", seal, sealed);
		assert_int_equal(
			lx_journal_append(f->tx, &f->edge, i, entry, i % 3 == 0 ? inner : NULL),
			LX_OK);
		lx_json_free(&entry);
		lx_json_free(&inner);
	}
	json_t *gone = json_pack("{s:s, s:[[s,s,s],[s,s,s]]}", "act", "need.gone", "do", "gone",
		"content/5", "7.2", "gone", "seal/6", "7.2");
	assert_int_equal(lx_journal_append(f->tx, &f->edge, 400, gone, NULL), LX_OK);
	lx_json_free(&gone);
	assert_int_equal(lx_content_withdraw(f->tx, 5, 301), LX_OK);
	assert_int_equal(lx_seal_remove(f->tx, 6), LX_OK);
}

static void verification_finds_every_change(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *sql, *place, *msgid;
	} changes[] = {
		{ "UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), 'submit', 'permit') "
		  "AS BLOB) WHERE n = 7",
			"entry/7", "journal.bad_leaf" },
		{ "UPDATE entry SET bytes = CAST(CAST(bytes AS TEXT) || ' ' AS BLOB) WHERE n = 8",
			"entry/8", "journal.bad_form" },
		{ "UPDATE entry SET leaf = zeroblob(32) WHERE n = 299", "entry/299",
			"journal.bad_leaf" },
		{ "DELETE FROM entry WHERE n = 200", "entry/200", "journal.bad_number" },
		{ "UPDATE entry SET (leaf, bytes) = (SELECT e.leaf, e.bytes FROM entry e WHERE e.n "
		  "= 10) WHERE n = 11",
			"entry/11", "journal.bad_number" },
		{ "UPDATE tile SET root = zeroblob(32)", "entry/256", "journal.bad_tile" },
		{ "UPDATE tile SET hashes = zeroblob(8192)", "entry/256", "journal.bad_tile" },
		{ "DELETE FROM tile", "entry/256", "journal.bad_tile" },
		{ "INSERT INTO tile SELECT 1, 0, root, hashes FROM tile", "entry/301",
			"journal.bad_tile" },
		{ "DELETE FROM inner_part WHERE entry = 3", "entry/3", "journal.bad_inner" },
		{ "UPDATE inner_part SET bytes = CAST('{}' AS BLOB) WHERE entry = 6", "entry/6",
			"journal.bad_inner" },
		{ "INSERT INTO inner_part SELECT 4, salt, bytes FROM inner_part WHERE entry = 3",
			"entry/4", "journal.bad_inner" },
		{ "INSERT INTO inner_part SELECT 999, salt, bytes FROM inner_part WHERE entry = 3",
			"entry/301", "journal.bad_inner" },
		{ "UPDATE content_chunk SET bytes = CAST('地铁' AS BLOB) WHERE place = 9 * 4096",
			"content/9", "journal.bad_content" },
		{ "DELETE FROM content_chunk WHERE place = 9 * 4096", "content/9",
			"journal.bad_content" },
		{ "UPDATE content SET commitment = zeroblob(32) WHERE number = 9", "content/9",
			"journal.bad_content" },
		{ "DELETE FROM content WHERE number = 9", "content/9", "journal.lost" },
		{ "UPDATE content SET gone = 17, salt = NULL WHERE number = 9", "content/9",
			"journal.lost" },
		{ "UPDATE content SET gone = 0 WHERE number = 5", "content/5",
			"journal.bad_content" },
		{ "UPDATE seal SET text = 'other' WHERE number = 3", "seal/3",
			"journal.bad_content" },
		{ "UPDATE seal SET salt = NULL, text = NULL WHERE number = 9", "seal/9",
			"journal.lost" },
		{ "UPDATE seal SET salt = zeroblob(32), text = 'x' WHERE number = 6", "seal/6",
			"journal.bad_content" },
	};

	write_history(f);
	assert_int_equal(lx_journal_verify(f->tx), LX_OK);
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct lx_query change = { "change", changes[i].sql, "", "" };
		assert_int_equal(lx_store_mark(f->tx), LX_OK);
		assert_int_equal(lx_run(f->tx, &change, NULL), LX_OK);
		if (lx_journal_verify(f->tx) != LX_CONFLICT)
			fail_msg("not found: %s", changes[i].sql);
		if (strcmp(f->call.fault.field, changes[i].place) != 0 ||
			strcmp(f->call.fault.msgid, changes[i].msgid) != 0)
			fail_msg("%s: %s, %s", changes[i].sql, f->call.fault.field,
				f->call.fault.msgid);
		lx_fault_clear(&f->call.fault);
		assert_int_equal(lx_store_drop(f->tx), LX_OK);
	}
	assert_int_equal(lx_journal_verify(f->tx), LX_OK);
}

/* Whether any of the database's files holds the bytes. */
static bool anywhere(const struct fixture *f, const char *bytes)
{
	static const char *const endings[] = { "", "-wal", "-shm" };
	char *all = test_malloc(16 << 20), path[160];
	bool there = false;

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof path, "%s%s", f->path, endings[i]);
		FILE *file = fopen(path, "rb");
		if (file == NULL)
			continue;
		size_t n = fread(all, 1, 16 << 20, file);
		(void)fclose(file);
		there |= n > 0 && memmem(all, n, bytes, strlen(bytes)) != NULL;
	}
	test_free(all);
	return there;
}

static void what_is_erased_leaves_no_bytes(void **state)
{
	struct fixture *f = *state;
	char commitment[LX_HASH_TEXT];
	int64_t number, *seals;
	size_t n;

	assert_int_equal(lx_vault_person(f->tx, 1), LX_OK);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(
			lx_content_put(f->tx, &f->edge, lx_text(i % 2 ? "canarywort-1" : "stays"),
				"en", "text/plain", &number, commitment),
			LX_OK);
		assert_int_equal(
			lx_seal_put(f->tx, &f->edge, i % 2,
				lx_text(i % 2 ? "canarywort-2" : "stays too"), &number, commitment),
			LX_OK);
	}
	assert_int_equal(lx_vault_stand(f->tx, 1, "canarywort-3", 1, "asker"), LX_OK);
	commit(f);
	assert_true(anywhere(f, "canarywort-1") && anywhere(f, "canarywort-2") &&
		    anywhere(f, "canarywort-3"));
	begin(f);
	assert_int_equal(lx_vault_erase(f->tx, 1, &seals, &n), LX_OK);
	for (int64_t content = 2; content <= 40; content += 2)
		assert_int_equal(lx_content_withdraw(f->tx, content, 1), LX_OK);
	commit(f);
	assert_int_equal(lx_store_scrub(f->store, &f->call), LX_OK);
	assert_false(anywhere(f, "canarywort"));
	assert_true(anywhere(f, "stays too"));
	begin(f);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)
	const struct CMUnitTest tests[] = {
		T(every_statement_is_as_declared),
		T(form_is_checked_byte_by_byte),
		T(the_tree_agrees_with_the_known_roots),
		T(an_entry_comes_back_as_it_went_in),
		T(moments_never_go_back_and_lengths_have_an_end),
		T(contents_are_kept_in_chunks_and_withdrawn_for_good),
		T(a_person_can_be_erased),
		T(verification_finds_every_change),
		T(what_is_erased_leaves_no_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
