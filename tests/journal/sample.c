/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Writes a journal from lines of JSON, for the tests of readers: sample DATABASE < lines
 *
 *	{"content": text}  {"seal": text, "person": n}  {"person": n}  {"withdraw": content}  {"erase": person}
 *	{"entry": {…}, "bind": [ref …], "inner": {…}, "bind_inner": [ref …]}
 *
 * A withdrawal names the last entry. Everything is one transaction.
 */
#include "kernel/journal/journal.h"

#include <stdio.h>
#include <stdlib.h>

struct sample {
	struct lx_call call;
	struct lx_tx *tx;
	struct lx_edge edge;
	json_t *commitments;
};

static void must(struct sample *s, enum lx_code code)
{
	if (code == LX_OK)
		return;
	(void)fprintf(stderr, "sample: %d %s %s %s\n", (int)code,
		s->call.fault.msgid == NULL ? "" : s->call.fault.msgid, s->call.fault.field,
		s->call.fault.detail);
	exit(1);
}

static void remember(struct sample *s, const char *kind, int64_t number, const char *commitment)
{
	char ref[48];

	(void)snprintf(ref, sizeof ref, "%s/%lld", kind, (long long)number);
	(void)json_object_set_new(s->commitments, ref, json_string(commitment));
}

static void bind(struct sample *s, json_t *part, const json_t *refs)
{
	json_t *with = json_object(), *ref;
	size_t i;

	json_array_foreach(refs, i, ref)
	{
		const char *name = json_string_value(ref);
		(void)json_object_set(with, name, json_object_get(s->commitments, name));
	}
	(void)json_object_set_new(part, "with", with);
}

static void append(struct sample *s, json_t *line)
{
	json_t *entry = json_object_get(line, "entry"), *inner = json_object_get(line, "inner");

	if (json_object_get(line, "bind") != NULL)
		bind(s, entry, json_object_get(line, "bind"));
	if (json_object_get(line, "bind_inner") != NULL)
		bind(s, inner, json_object_get(line, "bind_inner"));
	must(s, lx_journal_append(s->tx, &s->edge, 1000 * s->edge.size, entry, inner));
}

static void run_line(struct sample *s, json_t *line)
{
	const char *content = json_string_value(json_object_get(line, "content"));
	const char *seal = json_string_value(json_object_get(line, "seal"));
	int64_t person = json_integer_value(json_object_get(line, "person")), number, *seals;
	int64_t withdraw = json_integer_value(json_object_get(line, "withdraw"));
	int64_t erase = json_integer_value(json_object_get(line, "erase"));
	char commitment[LX_HASH_TEXT];
	size_t n;

	if (json_object_get(line, "entry") != NULL) {
		append(s, line);
	} else if (content != NULL) {
		must(s, lx_content_put(s->tx, &s->edge, lx_text(content), "zh-CN", "text/plain",
				&number, commitment));
		remember(s, "content", number, commitment);
	} else if (seal != NULL) {
		must(s, lx_seal_put(s->tx, &s->edge, person, lx_text(seal), &number, commitment));
		remember(s, "seal", number, commitment);
	} else if (withdraw > 0) {
		must(s, lx_content_withdraw(s->tx, withdraw, s->edge.size));
	} else if (erase > 0) {
		must(s, lx_vault_erase(s->tx, erase, &seals, &n));
	} else {
		must(s, lx_vault_person(s->tx, person));
	}
}

int main(int argc, char **argv)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 256 << 20 };
	struct sample s = { .call = { .arena = &arena }, .commitments = json_object() };
	static char text[1 << 20];
	struct lx_store *store = NULL;

	if (argc != 2)
		return 2;
	must(&s, lx_store_open(&s.call, argv[1], LX_STORE_CREATE, lx_journal_tables, &store));
	must(&s, lx_store_begin(store, &s.call, &s.tx));
	must(&s, lx_edge_load(s.tx, &s.edge));
	while (fgets(text, sizeof text, stdin) != NULL) {
		json_t *line = NULL;
		must(&s, lx_json_read(&s.call.fault, lx_text_trim(lx_text(text)), &line));
		run_line(&s, line);
		lx_json_free(&line);
	}
	must(&s, lx_journal_verify(s.tx));
	must(&s, lx_store_commit(&s.tx));
	lx_store_close(&store);
	lx_json_free(&s.commitments);
	return 0;
}
