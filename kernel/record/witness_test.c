/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Cosignatures against a known one; consistency of every pair of sizes; policies; what a witness answers. */
#include "kernel/journal/hash.h"
#include "kernel/journal/journal_queries.h"
#include "kernel/record/tiles.h"
#include "kernel/record/witness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ENTRIES 70
#define ORIGIN  "lianxi.example/log"
#define TEXT_5  ORIGIN "\n5\n7Sy7ZNKH/a4Cm2IOpxca/Z+dj/pgcL7t/cH+HZmfJFI=\n"
#define VKEY    ORIGIN "+fd374cce+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
/* made with one crypto library and verified with another; seed ff fe … e0, moment 1767323045 */
#define WITNESS_KEY "witness.example/w1+c9cb6cd1+BLr8cb6tOsXktj6cghbucaNKrsZXIu7bynKLTps8zOOW"
#define COSIGNATURE                                                                                \
	"\xe2\x80\x94 witness.example/w1 "                                                         \
	"ycts0QAAAABpVzWlWTWUa4ZHb0z08LCrwNCXRVoUI+pMpoHKhIWjerQxq"                                \
	"uY4TydZ/V3P8ZRTHqjlMeFZ1o8TP2OPxlLdpu9wc/SUCQ==\n"

struct fixture {
	struct lx_arena arena;
	struct lx_call call;
	struct lx_store *store;
	struct lx_note_signer log;
	struct lx_witness *witness;
	char folder[64], path[160];
	unsigned char roots[ENTRIES + 1][LX_HASH_BYTES];
};

static void grow(struct fixture *f)
{
	struct lx_edge edge = { .size = 0 };
	struct lx_tiles_done done;
	struct lx_tx *tx = NULL;
	unsigned char leaf[LX_HASH_BYTES];
	char text[32];

	assert_int_equal(lx_store_begin(f->store, &f->call, &tx), LX_OK);
	lx_edge_root(&edge, f->roots[0]);
	for (int i = 0; i < ENTRIES; i++) {
		(void)snprintf(text, sizeof text, "{\"i\":%d}", i);
		lx_hash_leaf(lx_text(text), leaf);
		struct lx_value binds[] = { LX_I(edge.size + 1),
			LX_B(((struct lx_text){ (char *)leaf, sizeof leaf })),
			LX_B(lx_text(text)) };
		assert_int_equal(lx_run(tx, &lx_journal_queries[Q_ENTRY_INSERT], binds), LX_OK);
		lx_edge_add(&edge, leaf, &done);
		assert_int_equal(lx_tree_store(tx, &edge, &done), LX_OK);
		lx_edge_root(&edge, f->roots[edge.size]);
	}
	assert_int_equal(lx_store_commit(&tx), LX_OK);
}

static void write_file(struct fixture *f, const char *name, const char *text)
{
	char path[160];

	(void)snprintf(path, sizeof path, "%s/%s", f->folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int open_fixture(void **state)
{
	static struct fixture f;
	unsigned char seed[LX_NOTE_SEED];

	f = (struct fixture){ .arena = { .limit = 64 << 20 } };
	f.call.arena = &f.arena;
	(void)snprintf(f.folder, sizeof f.folder, "witness-test-XXXXXX");
	if (mkdtemp(f.folder) == NULL)
		return 1;
	(void)snprintf(f.path, sizeof f.path, "%s/a.db", f.folder);
	for (size_t i = 0; i < sizeof seed; i++)
		seed[i] = (unsigned char)i;
	if (lx_store_open(&f.call, f.path, LX_STORE_CREATE, lx_journal_tables, &f.store) != LX_OK ||
		lx_note_signer_make(&f.call, LX_NOTE_ED25519, LX_TEXT_OF(ORIGIN), seed, &f.log) !=
			LX_OK ||
		lx_witness_key_make(&f.call, f.folder, LX_TEXT_OF("member.example/w")) != LX_OK)
		return 1;
	grow(&f);
	write_file(&f, "witnessed", "# logs of our neighbours\nlog " VKEY "\nquorum none\n");
	*state = &f;
	return lx_witness_open(&f.call, f.folder, &f.witness) != LX_OK;
}

static int close_fixture(void **state)
{
	struct fixture *f = *state;
	char command[160];

	lx_witness_close(&f->witness);
	lx_store_close(&f->store);
	lx_arena_close(&f->arena);
	(void)snprintf(command, sizeof command, "rm -r '%s'", f->folder);
	return system(command);
}

static void a_cosignature_is_the_known_one(void **state)
{
	LX_CLOSE(lx_buf_close) struct lx_buf line = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf note = { 0 };
	struct fixture *f = *state;
	unsigned char seed[LX_NOTE_SEED];
	struct lx_note_signer signer;
	char text[LX_NOTE_KEY_TEXT];
	struct lx_note_key key;
	struct lx_text said;

	for (size_t i = 0; i < sizeof seed; i++)
		seed[i] = (unsigned char)(0xff - i);
	assert_int_equal(lx_note_signer_make(&f->call, LX_NOTE_COSIGNATURE,
				 LX_TEXT_OF("witness.example/w1"), seed, &signer),
		LX_OK);
	lx_note_key_write(&signer.key, text);
	assert_string_equal(text, WITNESS_KEY);
	lx_note_cosign(&signer, LX_TEXT_OF(TEXT_5), 1767323045, &line);
	assert_string_equal(line.at, COSIGNATURE);
	lx_note_sign(&f->log, LX_TEXT_OF(TEXT_5), &note);
	lx_buf_text(&note, lx_buf_view(&line));
	assert_int_equal(lx_note_key_read(&f->call, LX_TEXT_OF(WITNESS_KEY), &key), LX_OK);
	assert_int_equal(lx_note_verify(&f->call, lx_buf_view(&note), &key, &said), LX_OK);
	/* another moment than the one that was signed */
	char *moment = strstr(note.at, "ycts0QAAAABpVzWl");
	assert_non_null(moment);
	moment[14] = 'X';
	assert_int_equal(lx_note_verify(&f->call, lx_buf_view(&note), &key, &said), LX_CONFLICT);
	lx_fault_clear(&f->call.fault);
	lx_note_forget(&signer);
}

/* All pairs of sizes: the proof holds, and no other does for it. */
static void consistency_of_every_pair(void **state)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct fixture *f = *state;
	struct lx_proof proof;

	assert_int_equal(lx_store_read_patient(f->store, &f->call, &tx), LX_OK);
	for (int64_t old = 1; old < ENTRIES; old++)
		for (int64_t size = old + 1; size <= ENTRIES; size++) {
			assert_int_equal(lx_consistency_make(tx, old, size, &proof), LX_OK);
			assert_true(lx_consistency_holds(
				&proof, old, f->roots[old], size, f->roots[size]));
			assert_false(lx_consistency_holds(
				&proof, old, f->roots[old - 1], size, f->roots[size]));
			assert_false(lx_consistency_holds(
				&proof, old, f->roots[old], size, f->roots[size - 1]));
			proof.hashes[(size_t)(old + size) % proof.n][size % 32] ^= 1;
			assert_false(lx_consistency_holds(
				&proof, old, f->roots[old], size, f->roots[size]));
		}
}

static void the_ends_of_consistency(void **state)
{
	struct fixture *f = *state;
	struct lx_proof none = { .n = 0 }, one = { .n = 1 };

	assert_true(lx_consistency_holds(&none, 0, f->roots[0], 7, f->roots[7]));
	assert_false(lx_consistency_holds(&one, 0, f->roots[0], 7, f->roots[7]));
	assert_true(lx_consistency_holds(&none, 7, f->roots[7], 7, f->roots[7]));
	assert_false(lx_consistency_holds(&none, 7, f->roots[6], 7, f->roots[7]));
	assert_false(lx_consistency_holds(&none, 8, f->roots[8], 7, f->roots[7]));
	assert_false(lx_consistency_holds(&none, 3, f->roots[3], 7, f->roots[7]));
}

static void policies_say_line_and_rule(void **state)
{
	static const struct {
		const char *text, *msgid;
		int64_t line;
	} rows[] = {
		{ "", "policy.quorum", 0 },
		{ "quorum none\nquorum none\n", "policy.quorum", 2 },
		{ "quorum nobody\n", "policy.name", 1 },
		{ "log " VKEY "\nlog x\nquorum none\n", "policy.key", 2 },
		{ "witness w " VKEY "\nquorum none\n", "policy.key", 1 },
		{ "log " WITNESS_KEY "\nquorum none\n", "policy.key", 1 },
		{ "witness w " WITNESS_KEY "\nwitness v " WITNESS_KEY "\nquorum w\n", "policy.name",
			2 },
		{ "group g any w\nquorum g\n", "policy.name", 1 },
		{ "witness w " WITNESS_KEY "\ngroup g 2 w\nquorum g\n", "policy.line", 2 },
		{ "witness w " WITNESS_KEY "\ngroup g 0 w\nquorum g\n", "policy.line", 2 },
		{ "witness w " WITNESS_KEY "\ngroup g any w w\nquorum g\n", "policy.name", 2 },
		{ "witness none " WITNESS_KEY "\nquorum none\n", "policy.name", 1 },
		{ "\nlogs\n", "policy.line", 2 },
	};
	struct fixture *f = *state;
	struct lx_policy policy;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(
			lx_policy_read(&f->call, lx_text(rows[i].text), &policy), LX_INVALID);
		assert_string_equal(f->call.fault.msgid, rows[i].msgid);
		assert_int_equal(f->call.fault.line, rows[i].line);
		lx_fault_clear(&f->call.fault);
	}
}

/* Groups within groups: 2 of (w, (v or u)). */
static void a_quorum_counts_groups(void **state)
{
	static const char names[] = { 'u', 'v', 'w' };
	struct fixture *f = *state;
	struct lx_note_signer signers[3];
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };
	struct lx_policy policy;
	char key[LX_NOTE_KEY_TEXT];
	size_t held;

	for (int i = 0; i < 3; i++) {
		unsigned char seed[LX_NOTE_SEED] = { (unsigned char)(i + 1) };
		char name[16];
		(void)snprintf(name, sizeof name, "%c.example", names[i]);
		assert_int_equal(lx_note_signer_make(&f->call, LX_NOTE_COSIGNATURE, lx_text(name),
					 seed, &signers[i]),
			LX_OK);
		lx_note_key_write(&signers[i].key, key);
		lx_buf_printf(&text, "witness %c %s\n", names[i], key);
	}
	lx_buf_str(&text, "group g any u v # either\ngroup h all w g\nquorum h\n");
	assert_int_equal(lx_policy_read(&f->call, lx_buf_view(&text), &policy), LX_OK);
	for (unsigned set = 0; set < 8; set++) {
		LX_CLOSE(lx_buf_close) struct lx_buf note = { 0 };
		lx_note_sign(&f->log, LX_TEXT_OF(TEXT_5), &note);
		for (int i = 0; i < 3; i++)
			if ((set >> i & 1) != 0)
				lx_note_cosign(&signers[i], LX_TEXT_OF(TEXT_5), 1, &note);
		bool met = lx_policy_met(&policy, lx_buf_view(&note), &held);
		assert_int_equal(met, (set & 4) != 0 && (set & 3) != 0);
		assert_int_equal(held, (set & 1) + (set >> 1 & 1) + (set >> 2 & 1));
	}
}

/* A checkpoint of the fixture's tree, asked for with the proof from `old` (made for `proved`). */
static unsigned asked(struct fixture *f, int64_t old, int64_t proved, int64_t size, int root,
	struct lx_buf *answer)
{
	LX_CLOSE(lx_buf_close) struct lx_buf note = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf body = { 0 };
	struct lx_proof proof = { .n = 0 };
	struct lx_tx *tx = NULL;
	unsigned status;

	assert_int_equal(lx_store_read(f->store, &f->call, &tx), LX_OK);
	if (proved > 0 && proved < size)
		assert_int_equal(lx_consistency_make(tx, proved, size, &proof), LX_OK);
	lx_store_release(&tx);
	lx_checkpoint_sign(&f->log, size, f->roots[root], &note);
	lx_add_checkpoint_write(old, &proof, lx_buf_view(&note), &body);
	lx_buf_clear(answer);
	assert_int_equal(lx_witness_add(f->witness, &f->call, lx_buf_view(&body), 1767323045,
				 &status, answer),
		LX_OK);
	return status;
}

static void what_a_witness_answers(void **state)
{
	LX_CLOSE(lx_buf_close) struct lx_buf answer = { 0 };
	struct fixture *f = *state;
	struct lx_text note, said;
	unsigned status;

	assert_int_equal(asked(f, 0, 0, 0, 1, &answer), 422); /* no empty tree has that root */
	assert_int_equal(asked(f, 5, 0, 3, 3, &answer), 400);
	assert_int_equal(asked(f, 5, 5, 9, 9, &answer), 409);
	assert_string_equal(answer.at, "0\n");
	assert_int_equal(asked(f, 0, 0, 9, 9, &answer), 200);
	assert_true(lx_text_starts(lx_buf_view(&answer), "\xe2\x80\x94 member.example/w "));
	assert_int_equal(asked(f, 0, 0, 9, 9, &answer), 409);
	assert_string_equal(answer.at, "9\n");
	assert_int_equal(asked(f, 9, 0, 9, 9, &answer), 200);
	assert_int_equal(asked(f, 9, 0, 9, 8, &answer), 422); /* equal sizes, another root */
	assert_int_equal(asked(f, 9, 8, 20, 20, &answer), 422);
	assert_int_equal(asked(f, 9, 9, 20, 21, &answer), 422);
	assert_int_equal(asked(f, 9, 9, 20, 20, &answer), 200);
	/* the state outlives the process */
	lx_witness_close(&f->witness);
	assert_int_equal(lx_witness_open(&f->call, f->folder, &f->witness), LX_OK);
	assert_int_equal(asked(f, 9, 9, 30, 30, &answer), 409);
	assert_string_equal(answer.at, "20\n");
	unsigned char hash[LX_HASH_BYTES];
	char hex[65];
	struct lx_hashing hashing;
	lx_hash_begin(&hashing);
	lx_hash_add(&hashing, ORIGIN, strlen(ORIGIN));
	lx_hash_end(&hashing, hash);
	(void)memset(hex, '0', 64);
	hex[64] = '\0';
	assert_int_equal(lx_witness_seen(f->witness, &f->call, lx_text(hex), &note), LX_NOT_FOUND);
	for (size_t i = 0; i < sizeof hash; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	assert_int_equal(lx_witness_seen(f->witness, &f->call, lx_text(hex), &note), LX_OK);
	assert_int_equal(lx_note_verify(&f->call, note, lx_witness_key(f->witness), &said), LX_OK);
	/* neither form nor log nor signature */
	assert_int_equal(
		lx_witness_add(f->witness, &f->call, LX_TEXT_OF("old 1"), 1, &status, &answer),
		LX_OK);
	assert_int_equal(status, 400);
	assert_int_equal(
		lx_witness_add(f->witness, &f->call,
			LX_TEXT_OF("old 0\n\nelse.example/log\n1\nx\n\n"), 1, &status, &answer),
		LX_OK);
	assert_int_equal(status, 404);
	assert_int_equal(
		lx_witness_add(f->witness, &f->call,
			LX_TEXT_OF("old 0\n\n" TEXT_5 "\n" COSIGNATURE), 1, &status, &answer),
		LX_OK);
	assert_int_equal(status, 403);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cosignature_is_the_known_one),
		cmocka_unit_test(consistency_of_every_pair),
		cmocka_unit_test(the_ends_of_consistency),
		cmocka_unit_test(policies_say_line_and_rule),
		cmocka_unit_test(a_quorum_counts_groups),
		cmocka_unit_test(what_a_witness_answers),
	};

	return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
