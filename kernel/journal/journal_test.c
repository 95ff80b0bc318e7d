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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_tree_agrees_with_the_known_roots, open_fixture, close_fixture),
		cmocka_unit_test_setup_teardown(
			an_entry_comes_back_as_it_went_in, open_fixture, close_fixture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
